"""Two objects, one of which refers to the other, for tests of what names them."""

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import object_model
from tenant_schema.records.access.schema_view import SchemaView

_INDUSTRIES = [{"value": name, "label": name.title()} for name in ("media", "retail")]

COMPANIES = ObjectDraft(
    name="companies",
    label="Company",
    plural_label="Companies",
    name_field="name",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True),
        FieldDraft(name="industry", label="Industry", type="select", settings={"options": _INDUSTRIES}),
        FieldDraft(name="parent", label="Parent", type="lookup", settings={"target": "companies"}),
        FieldDraft(name="facts", label="Facts", type="json"),
    ),
)
PEOPLE = ObjectDraft(
    name="people",
    label="Person",
    plural_label="People",
    fields=(
        FieldDraft(name="name", label="Name", type="text"),
        FieldDraft(name="company", label="Company", type="lookup", settings={"target": "companies"}),
    ),
)


def all_of(*drafts: ObjectDraft) -> SchemaView:
    """All of these objects with all of their fields."""
    return SchemaView({draft.name: object_model(*object_rows(draft)) for draft in drafts})
