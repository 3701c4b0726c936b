"""``json``: any JSON value but null, kept as it is and not looked into."""

from typing import Any

import msgspec
from piccolo.columns import JSON, Column

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, FieldType, JsonSchema, column_options

__all__ = ["JsonType"]

_LONGEST = 64_000


class JsonType(FieldType):
    """JSON of at most 64,000 bytes. Stored as its text, since Piccolo takes a string for finished JSON."""

    name = "json"
    label = "JSON"
    operators = frozenset({"null"})
    sortable = False
    plain = False

    def indexable(self, _field: FieldSpec) -> bool:
        return False

    def column(self, field: FieldSpec) -> Column:
        return JSON(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> str:
        if value is None:
            raise InvalidValue("not-json", "must not be null")
        try:
            encoded = msgspec.json.encode(value)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            message = "must be JSON of numbers up to 64 bits, whole Unicode characters and moderate depth"
            raise InvalidValue("not-json", message) from error
        if len(encoded) > _LONGEST:
            raise InvalidValue(
                "too-long", f"must be at most {_LONGEST:,} bytes of JSON, not {len(encoded):,}"
            )
        return encoded.decode()

    def parse_text(self, text: str, field: FieldSpec) -> str:
        try:
            return self.parse(msgspec.json.decode(text), field)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise InvalidValue("not-json", "must be JSON") from error

    def render(self, value: Any, _field: FieldSpec) -> object:
        return msgspec.json.decode(value)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {}
