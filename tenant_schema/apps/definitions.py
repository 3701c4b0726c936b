"""The apps that every tenant starts with, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenant_schema.apps.tables import PageType

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


_ACCOUNTS = PageDraft(
    name="accounts",
    label="Accounts",
    type=PageType.LIST,
    object="accounts",
    layout={
        "columns": ["name", "industry", "type", "phone", "annual_revenue", "owner", "created_at"],
        "sort": ["name"],
        "filters": ["industry", "type", "owner"],
    },
)
_ACCOUNT = PageDraft(
    name="account",
    label="Account",
    type=PageType.RECORD,
    object="accounts",
    layout={
        "sections": [
            {
                "label": "Account",
                "columns": 2,
                "fields": ["name", "owner", "type", "industry", "annual_revenue", "employees"],
            },
            {"label": "Contact", "columns": 2, "fields": ["website", "phone", "email"]},
            {
                "label": "Billing address",
                "columns": 2,
                "fields": [
                    "billing_street",
                    "billing_city",
                    "billing_region",
                    "billing_postal_code",
                    "billing_country",
                ],
            },
            {"label": "Description", "columns": 1, "fields": ["description"]},
            {
                "label": "History",
                "columns": 2,
                "fields": ["created_at", "created_by", "updated_at", "updated_by"],
            },
        ]
    },
)

SALES = AppDraft(
    name="sales",
    label="Sales",
    icon="briefcase",
    description="The companies one does business with.",
    navigation=({"label": "Customers", "pages": ["accounts"]},),
    pages=(_ACCOUNTS, _ACCOUNT),
)

STANDARD_APPS = (SALES,)
