"""``integer``: a whole number of 64 bits."""

import re

from piccolo.columns import BigInt, Column

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    ORDERING,
    FieldSpec,
    FieldType,
    JsonSchema,
    column_options,
)

__all__ = ["IntegerType"]

_LEAST, _MOST = -(2**63), 2**63 - 1
_EXACT_FLOAT = 2**53
_DIGITS = re.compile(r"[+-]?[0-9]{1,30}")


class IntegerType(FieldType):
    """A whole number in the range of a signed 64-bit column. ``1.0`` is 1, as in JSON."""

    name = "integer"
    label = "Whole number"
    operators = EQUALITY | ORDERING

    def column(self, field: FieldSpec) -> Column:
        return BigInt(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> int:
        if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT_FLOAT:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidValue("not-an-integer", "must be a whole number")
        if not _LEAST <= value <= _MOST:
            raise InvalidValue("out-of-range", f"must be between {_LEAST} and {_MOST}")
        return value

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> int:
        if _DIGITS.fullmatch(text) is None:
            raise InvalidValue("not-an-integer", "must be a whole number")
        return self.parse(int(text), field)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {"type": "integer", "format": "int64", "minimum": _LEAST, "maximum": _MOST}

    def example(self, _field: FieldSpec) -> int:
        return 42
