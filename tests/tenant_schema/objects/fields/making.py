"""Fields for tests, made from the name of a type and its settings."""

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem

OPTIONS = ["new", "won", {"value": "lost", "label": "Lost to a competitor"}]
NEEDED = {
    "select": {"options": OPTIONS},
    "multi_select": {"options": OPTIONS},
    "lookup": {"target": "accounts"},
}


def make_field(type_name: str, **settings: object) -> FieldModel:
    """A field of the type; what its type cannot do without is filled in."""
    field_type = FIELD_TYPES[type_name]
    complete, problems = field_type.parse_settings({**NEEDED.get(type_name, {}), **settings})
    assert not problems
    return FieldModel(
        name="field", column_name="field_0a1b", label="Field", type=field_type, settings=complete
    )


def parse(field: FieldModel, value: object) -> object:
    return field.type.parse(value, field)


def refusal(field: FieldModel, value: object) -> str:
    """The code with which the field refuses the value; an empty one when it takes it."""
    try:
        field.type.parse(value, field)
    except InvalidValue as error:
        return error.code
    return ""


def problems_of(type_name: str, **settings: object) -> dict[str, str]:
    """What is wrong with the settings, code by place."""
    problems: list[Problem] = FIELD_TYPES[type_name].parse_settings(settings)[1]
    return {problem.field: problem.code for problem in problems}
