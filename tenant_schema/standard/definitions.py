"""The standard objects as definitions: what their fields are called, take and show."""

from collections.abc import Mapping
from dataclasses import replace
from pkgutil import resolve_name

import piccolo_conf
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.seed_labels import labels_of, texts_of

__all__ = ["ACCOUNTS", "CONTACTS", "OPPORTUNITIES", "STANDARD_OBJECTS"]


def _options(*labels: str) -> Mapping[str, object]:
    """Options whose values are their labels in lower case: ``Real estate`` is ``real_estate``."""
    values = [label.lower().replace(" ", "_").replace("-", "") for label in labels]
    return {
        "options": [
            {"value": value, "label": label, "translations": labels_of(label)}
            for value, label in zip(values, labels, strict=True)
        ]
    }


def _short(
    name: str,
    label: str,
    longest: int,
    *,
    required: bool = False,
    indexed: bool = False,
    searchable: bool = False,
) -> FieldDraft:
    """A text of at most so many characters."""
    return FieldDraft(
        name=name,
        label=label,
        type="text",
        settings={"maxLength": longest},
        required=required,
        indexed=indexed,
        searchable=searchable,
    )


def _lookup(name: str, label: str, target: str) -> FieldDraft:
    """Indexed, since the other way round it is a related list."""
    settings = {"target": target, "onDelete": "set_null"}
    return FieldDraft(name=name, label=label, type="lookup", indexed=True, settings=settings)


def _address(prefix: str, label: str) -> tuple[FieldDraft, ...]:
    return (
        _short(f"{prefix}_street", f"{label} street", 255),
        _short(f"{prefix}_city", f"{label} city", 100, searchable=True),
        _short(f"{prefix}_region", f"{label} region", 100),
        _short(f"{prefix}_postal_code", f"{label} postal code", 20),
        _short(f"{prefix}_country", f"{label} country", 100),
    )


_LEAD_SOURCES = _options("Web", "Phone", "E-mail", "Referral", "Partner", "Event", "Advertisement", "Other")
_INDUSTRIES = _options(
    *(
        "Agriculture",
        "Construction",
        "Consulting",
        "Education",
        "Energy",
        "Finance",
        "Government",
        "Healthcare",
    ),
    *("Hospitality", "Insurance", "Manufacturing", "Media", "Nonprofit", "Real estate", "Retail"),
    *("Technology", "Telecommunications", "Transportation", "Utilities", "Other"),
)

ACCOUNTS = ObjectDraft(
    name="accounts",
    label="Account",
    plural_label="Accounts",
    description="Companies that one does business with.",
    name_field="name",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, indexed=True, searchable=True),
        FieldDraft(name="website", label="Website", type="url", searchable=True),
        FieldDraft(name="phone", label="Phone", type="phone", searchable=True),
        FieldDraft(name="email", label="E-mail", type="email", searchable=True),
        FieldDraft(
            name="type",
            label="Type",
            type="select",
            settings=_options("Prospect", "Customer", "Partner", "Supplier", "Other"),
        ),
        FieldDraft(name="industry", label="Industry", type="select", settings=_INDUSTRIES),
        FieldDraft(name="annual_revenue", label="Annual revenue", type="currency"),
        FieldDraft(name="employees", label="Employees", type="integer"),
        FieldDraft(name="description", label="Description", type="long_text"),
        *_address("billing", "Billing"),
    ),
)

CONTACTS = ObjectDraft(
    name="contacts",
    label="Contact",
    plural_label="Contacts",
    description="People that one does business with, at accounts or on their own.",
    name_field="last_name",
    fields=(
        _short("first_name", "First name", 100, searchable=True),
        _short("last_name", "Last name", 100, required=True, indexed=True, searchable=True),
        _lookup("account", "Account", "accounts"),
        _short("title", "Title", 100, searchable=True),
        _short("department", "Department", 100),
        FieldDraft(name="email", label="E-mail", type="email", indexed=True, searchable=True),
        FieldDraft(name="phone", label="Phone", type="phone", searchable=True),
        FieldDraft(name="mobile", label="Mobile", type="phone", searchable=True),
        FieldDraft(name="lead_source", label="Lead source", type="select", settings=_LEAD_SOURCES),
        FieldDraft(name="birthday", label="Birthday", type="date"),
        FieldDraft(name="description", label="Description", type="long_text"),
        *_address("mailing", "Mailing"),
    ),
)

OPPORTUNITIES = ObjectDraft(
    name="opportunities",
    label="Opportunity",
    plural_label="Opportunities",
    description="Sales that may come about, from the first talk to the signature.",
    name_field="name",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, indexed=True, searchable=True),
        _lookup("account", "Account", "accounts"),
        _lookup("contact", "Primary contact", "contacts"),
        FieldDraft(
            name="stage",
            label="Stage",
            type="select",
            required=True,
            indexed=True,
            default="prospecting",
            settings=_options("Prospecting", "Qualification", "Proposal", "Negotiation", "Won", "Lost"),
        ),
        FieldDraft(name="amount", label="Amount", type="currency"),
        FieldDraft(name="close_date", label="Close date", type="date", indexed=True),
        FieldDraft(name="probability", label="Probability", type="percent"),
        FieldDraft(
            name="type",
            label="Type",
            type="select",
            settings=_options("New business", "Existing business", "Renewal"),
        ),
        FieldDraft(name="lead_source", label="Lead source", type="select", settings=_LEAD_SOURCES),
        FieldDraft(name="next_step", label="Next step", type="text", searchable=True),
        FieldDraft(name="description", label="Description", type="long_text", searchable=True),
    ),
)


def _in_german(draft: ObjectDraft) -> ObjectDraft:
    """Return the object with the German texts of its own and of its fields."""
    texts = texts_of(label=draft.label, pluralLabel=draft.plural_label, description=draft.description)
    fields = tuple(replace(one, translations=labels_of(one.label)) for one in draft.fields)
    return replace(draft, translations=texts, fields=fields)


STANDARD_OBJECTS: tuple[ObjectDraft, ...] = (
    *map(_in_german, (ACCOUNTS, CONTACTS, OPPORTUNITIES)),
    *map(resolve_name, piccolo_conf.STANDARD_OBJECTS),
)
"""What is looked into comes before what looks into it."""
