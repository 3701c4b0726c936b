"""``boolean``: true or false."""

from piccolo.columns import Boolean, Column

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, FieldType, JsonSchema, column_options

__all__ = ["BooleanType"]


class BooleanType(FieldType):
    """True or false. In query strings, the words ``true`` and ``false``."""

    name = "boolean"
    label = "Yes or no"
    operators = frozenset({"eq", "ne", "null"})

    def column(self, field: FieldSpec) -> Column:
        return Boolean(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> bool:
        if not isinstance(value, bool):
            raise InvalidValue("not-a-boolean", "must be true or false")
        return value

    def parse_text(self, text: str, _field: FieldSpec, _operator: str = "eq") -> bool:
        if text not in {"true", "false"}:
            raise InvalidValue("not-a-boolean", "must be true or false")
        return text == "true"

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "boolean"}

    def example(self, _field: FieldSpec) -> bool:
        return True
