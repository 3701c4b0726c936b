"""The apps that every tenant starts with, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenant_schema.apps.tables import PageType
from tenant_schema.seed_labels import labels_of

__all__ = ["SALES", "STANDARD_APPS", "AppDraft", "PageDraft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDraft:
    """One page of an app. ``object`` is empty for a page that shows none."""

    name: str
    label: str
    type: PageType
    object: str = ""
    layout: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDraft:
    """One app with its pages, in order."""

    name: str
    label: str
    icon: str
    description: str
    navigation: tuple[Mapping[str, Any], ...]
    pages: tuple[PageDraft, ...]


_Section = Mapping[str, Any]


def _section(label: str, *fields: str) -> _Section:
    return _labelled(label) | {"columns": 2, "fields": list(fields)}


def _group(label: str, *pages: str) -> Mapping[str, Any]:
    return _labelled(label) | {"pages": list(pages)}


def _labelled(label: str) -> dict[str, Any]:
    return {"label": label, "translations": labels_of(label)}


_HISTORY = _section("History", "created_at", "created_by", "updated_at", "updated_by")
_DESCRIPTION: _Section = _labelled("Description") | {"columns": 1, "fields": ["description"]}


def _address(label: str, prefix: str) -> _Section:
    parts = ("street", "city", "region", "postal_code", "country")
    return _section(label, *(f"{prefix}_{part}" for part in parts))


def _opportunities_by(lookup: str) -> _Section:
    """Return the opportunities that refer to the record shown, the ones that close first before the
    others.
    """
    return {
        **_labelled("Opportunities"),
        "object": "opportunities",
        "field": lookup,
        "columns": ["name", "stage", "amount", "close_date"],
        "sort": ["close_date"],
        "limit": 10,
    }


_ACCOUNTS = (
    PageDraft(
        name="accounts",
        label="Accounts",
        type=PageType.LIST,
        object="accounts",
        layout={
            "columns": ["name", "industry", "type", "phone", "annual_revenue", "owner", "created_at"],
            "sort": ["name"],
            "filters": ["industry", "type", "owner"],
        },
    ),
    PageDraft(
        name="account",
        label="Account",
        type=PageType.RECORD,
        object="accounts",
        layout={
            "sections": [
                _section("Account", "name", "owner", "type", "industry", "annual_revenue", "employees"),
                _section("Contact", "website", "phone", "email"),
                _address("Billing address", "billing"),
                _DESCRIPTION,
                _HISTORY,
            ],
            "related": [
                {
                    **_labelled("Contacts"),
                    "object": "contacts",
                    "field": "account",
                    "columns": ["last_name", "first_name", "title", "email", "phone"],
                    "sort": ["last_name", "first_name"],
                    "limit": 10,
                },
                _opportunities_by("account"),
            ],
        },
    ),
)
_CONTACTS = (
    PageDraft(
        name="contacts",
        label="Contacts",
        type=PageType.LIST,
        object="contacts",
        layout={
            "columns": ["last_name", "first_name", "account", "title", "email", "phone", "owner"],
            "sort": ["last_name", "first_name"],
            "filters": ["account", "lead_source", "owner"],
        },
    ),
    PageDraft(
        name="contact",
        label="Contact",
        type=PageType.RECORD,
        object="contacts",
        layout={
            "sections": [
                _section("Contact", "first_name", "last_name", "account", "owner", "title", "department"),
                _section("Reach", "email", "phone", "mobile"),
                _section("More", "lead_source", "birthday"),
                _address("Mailing address", "mailing"),
                _DESCRIPTION,
                _HISTORY,
            ],
            "related": [_opportunities_by("contact")],
        },
    ),
)
_OPPORTUNITIES = (
    PageDraft(
        name="opportunities",
        label="Opportunities",
        type=PageType.LIST,
        object="opportunities",
        layout={
            "columns": ["name", "account", "stage", "amount", "close_date", "probability", "owner"],
            "sort": ["-close_date"],
            "filters": ["stage", "close_date", "type", "account", "owner"],
        },
    ),
    PageDraft(
        name="my_open_opportunities",
        label="My open opportunities",
        type=PageType.LIST,
        object="opportunities",
        layout={
            "columns": ["name", "account", "stage", "amount", "close_date", "next_step"],
            "sort": ["close_date"],
            "filters": ["stage", "close_date", "account"],
            "filter": {"owner": "$me", "stage": {"nin": ["won", "lost"]}},
        },
    ),
    PageDraft(
        name="opportunity",
        label="Opportunity",
        type=PageType.RECORD,
        object="opportunities",
        layout={
            "sections": [
                _section("Opportunity", "name", "owner", "account", "contact", "type", "lead_source"),
                _section("Sale", "stage", "probability", "amount", "close_date", "next_step"),
                _DESCRIPTION,
                _HISTORY,
            ],
        },
    ),
)

SALES = AppDraft(
    name="sales",
    label="Sales",
    icon="briefcase",
    description="The companies and people one does business with, and what one is selling them.",
    navigation=(
        _group("Customers", "accounts", "contacts"),
        _group("Selling", "my_open_opportunities", "opportunities"),
    ),
    pages=(*_ACCOUNTS, *_CONTACTS, *_OPPORTUNITIES),
)

STANDARD_APPS = (SALES,)
