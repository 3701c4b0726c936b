"""``id``: the id of a record. Every record has one; tenants cannot define fields of this type."""

import re
from uuid import UUID

import piccolo.columns
from piccolo.columns import Column

from piccolo_engines.columns import new_id
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
)

__all__ = ["EXAMPLE_ID", "IdType", "parse_id"]

EXAMPLE_ID = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"

_SHAPE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def parse_id(value: object) -> UUID:
    """Parse a UUID in its usual form, 36 characters with hyphens. Raises :class:`InvalidValue`."""
    if not isinstance(value, str) or _SHAPE.fullmatch(value) is None:
        raise InvalidValue("not-an-id", "must be an id such as 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    return UUID(value)


class IdType(FieldType):
    """A UUIDv7: later records have greater ids."""

    name = "id"
    label = "ID"
    operators = EQUALITY | ORDERING

    def column(self, field: FieldSpec) -> Column:
        return piccolo.columns.UUID(primary_key=True, default=new_id, db_column_name=field.column_name)

    def parse(self, value: object, _field: FieldSpec) -> UUID:
        return parse_id(value)

    def parse_text(self, text: str, _field: FieldSpec, _operator: str = "eq") -> UUID:
        return parse_id(text)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "uuid"}

    def example(self, _field: FieldSpec) -> str:
        return EXAMPLE_ID
