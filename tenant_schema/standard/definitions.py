"""The standard objects as definitions: what their fields are called, take and show."""

from collections.abc import Mapping

from tenant_schema.objects.definitions import FieldDraft, ObjectDraft

__all__ = ["ACCOUNTS", "STANDARD_OBJECTS"]


def _options(*labels: str) -> Mapping[str, object]:
    """Options whose values are their labels in lower case: ``Real estate`` is ``real_estate``."""
    return {"options": [{"value": label.lower().replace(" ", "_"), "label": label} for label in labels]}


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
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, indexed=True),
        FieldDraft(name="website", label="Website", type="url"),
        FieldDraft(name="phone", label="Phone", type="phone"),
        FieldDraft(name="email", label="E-mail", type="email"),
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
        FieldDraft(name="billing_street", label="Billing street", type="text"),
        FieldDraft(name="billing_city", label="Billing city", type="text", settings={"maxLength": 100}),
        FieldDraft(name="billing_region", label="Billing region", type="text", settings={"maxLength": 100}),
        FieldDraft(
            name="billing_postal_code", label="Billing postal code", type="text", settings={"maxLength": 20}
        ),
        FieldDraft(name="billing_country", label="Billing country", type="text", settings={"maxLength": 100}),
    ),
)

STANDARD_OBJECTS = (ACCOUNTS,)
