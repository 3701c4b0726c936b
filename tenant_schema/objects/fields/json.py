"""``json``: any JSON value except null, stored unchanged."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec
from piccolo.columns import Column, Text

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, FieldType, JsonSchema, column_options

__all__ = ["JsonType"]

_LONGEST = 64_000
_DEEPEST = 30  # the JSON functions of MariaDB take 31, of MySQL 100
_INTEGERS = range(-(2**63), 2**63)


class JsonType(FieldType):
    """JSON of at most 64,000 bytes, stored as text.

    A column of the database's JSON type would change values: SQLite turns ``1e3`` into 1000, MySQL reorders
    keys.
    """

    name = "json"
    label = "JSON"
    operators = frozenset({"null"})
    sortable = False
    plain = False

    def indexable(self, _field: FieldSpec) -> bool:
        return False

    def column(self, field: FieldSpec) -> Column:
        return Text(default=None, **column_options(field))

    def parse(self, value: object, _field: FieldSpec) -> str:
        if value is None:
            raise InvalidValue("not-json", "must not be null")
        _check_depth_and_integers(value)
        try:
            encoded = msgspec.json.encode(value)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise InvalidValue("not-json", "must be JSON of whole Unicode characters") from error
        if len(encoded) > _LONGEST:
            raise InvalidValue(
                "too-long", f"must be at most {_LONGEST:,} bytes of JSON, not {len(encoded):,}"
            )
        return encoded.decode()

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> str:
        try:
            return self.parse(msgspec.json.decode(text), field)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            raise InvalidValue("not-json", "must be JSON") from error

    def render(self, value: Any, _field: FieldSpec) -> object:
        return msgspec.json.decode(value)

    def json_schema(self, _field: FieldSpec) -> JsonSchema:
        return {}

    def example(self, _field: FieldSpec) -> object:
        return {"color": "blue", "sizes": [1, 2]}


def _check_depth_and_integers(value: object) -> None:
    """Refuse values that only some databases could process. Looks at a bounded number, level by level."""
    level, count = [value], 0
    for depth in range(_DEEPEST + 1):
        if any(item not in _INTEGERS for item in level if item.__class__ is int):
            raise InvalidValue("out-of-range", "must hold no whole number beyond 64 bits")
        containers = [item for item in level if item.__class__ is list or item.__class__ is dict]
        if not containers:
            return
        count += sum(map(len, containers))
        if count > _LONGEST:  # each value has one byte at least
            raise InvalidValue("too-long", f"must be at most {_LONGEST:,} bytes of JSON")
        if depth == _DEEPEST:
            raise InvalidValue("too-deep", f"must be nested at most {_DEEPEST} deep")
        level = list(chain.from_iterable(map(_values_of, containers)))


def _values_of(container: Any) -> Iterable[object]:
    return container.values() if container.__class__ is dict else container
