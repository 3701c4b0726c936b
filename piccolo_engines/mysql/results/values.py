"""Converts values of a result to the types of the columns.

The server reports a result column's type; where that is not enough, the Piccolo column decides.
``BINARY(16)`` is always a UUID and ``TINYINT(1)`` a boolean, but ``DATETIME`` is naive or aware, ``BIGINT`` a
number or an interval, and JSON a text or an Array. For these the column is found by its position in a select,
or by the table and column that the result names.
"""

import datetime as dt
import decimal
import functools
import math
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from asyncmy.constants import FIELD_TYPE
from asyncmy.converters import conversions, convert_time, convert_timedelta
from piccolo.columns import (
    UUID,
    Array,
    Boolean,
    Bytea,
    Column,
    Date,
    DoublePrecision,
    ForeignKey,
    Interval,
    Numeric,
    Real,
    Time,
    Timestamp,
    Timestamptz,
)
from piccolo.table import TABLE_REGISTRY, Table
from piccolo.utils.encoding import load_json

from piccolo_engines.mysql.literals import GREATEST_DECIMAL, GREATEST_FLOAT

__all__ = [
    "BINARY_CHARSET",
    "DECODERS",
    "UNLIMITED_SCALE",
    "ArrayItem",
    "Converter",
    "Hint",
    "Hints",
    "aware",
    "converter_of",
    "to_uuid",
    "unchanged",
]

Converter = Callable[[Any], Any]


class ArrayItem:
    """The hint for an item of an Array column."""

    __slots__ = ("column",)

    def __init__(self, column: Array) -> None:
        self.column = column


Hint = Column | ArrayItem | None
Hints = Sequence[Hint]

UNLIMITED_SCALE = 30
"""The decimals of a Numeric column that was declared without digits."""

BINARY_CHARSET = 63
"""The id of the character set "binary"."""
_UUID_BYTES = 16
_TEXTS = (FIELD_TYPE.BLOB, FIELD_TYPE.JSON, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.LONG_BLOB)
_INTEGERS = (FIELD_TYPE.TINY, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG)


def _time_of_day(raw: Any) -> object:
    """Convert TIME to a time of day, as Piccolo stores it.

    A value out of a day's range becomes an interval.
    """
    value = convert_time(raw)
    return convert_timedelta(raw) if isinstance(value, str) else value


DECODERS: dict[object, object] = {**conversions, FIELD_TYPE.TIME: _time_of_day}
"""The decoders of the server's types for asyncmy."""


def to_uuid(value: bytes) -> object:
    """Return the UUID of 16 bytes."""
    return uuid.UUID(bytes=value) if len(value) == _UUID_BYTES else value


def aware(value: dt.datetime) -> dt.datetime:
    """Return the datetime with UTC as its zone. ``replace`` takes several times as long."""
    return dt.datetime.combine(value, value.time(), dt.UTC)


def _interval(value: int) -> dt.timedelta:
    return dt.timedelta(microseconds=int(value))


def unchanged(value: Any) -> Any:
    """Return a decimal of a column with digits, which the server pads."""
    return value


def _infinite(value: float) -> float:
    return value if -GREATEST_FLOAT < value < GREATEST_FLOAT else math.copysign(math.inf, value)


def _unlimited(value: decimal.Decimal) -> decimal.Decimal:
    """Return the decimal without trailing zeros."""
    if value.copy_abs() == GREATEST_DECIMAL:  # abs() would round
        return decimal.Decimal("Infinity").copy_sign(value)
    text = format(value, "f")
    return decimal.Decimal(text.rstrip("0").rstrip(".")) if "." in text else value


def _json(convert: Converter | None, value: Any) -> Any:
    return _items(load_json(value), convert)


def _items(value: Any, convert: Converter | None) -> Any:
    if isinstance(value, list):
        return [_items(item, convert) for item in value]
    return value if value is None or convert is None else convert(value)


def _from_json(column: Column) -> Converter | None:
    """Return the conversion of an Array's item to its column's type."""
    parsers: list[tuple[type[Column], Converter]] = [
        (Timestamptz, dt.datetime.fromisoformat),
        (Timestamp, dt.datetime.fromisoformat),
        (Date, dt.date.fromisoformat),
        (Time, dt.time.fromisoformat),
        (Interval, _interval),
        (UUID, uuid.UUID),
        (Numeric, lambda text: decimal.Decimal(str(text))),
        (Bytea, bytes.fromhex),
    ]
    return next((parse for kind, parse in parsers if isinstance(column, kind)), None)


def _target(column: Column) -> Column:
    while isinstance(column, ForeignKey):
        column = column._foreign_key_meta.resolved_target_column
    return column


def _array(column: Array) -> Converter:
    convert = _from_json(column._get_inner_column())
    return functools.partial(_json, convert)


def _by_column(code: int, hint: Column | ArrayItem) -> Converter | None:
    """Return the conversion that the Piccolo column needs in addition to the server's type."""
    if type(hint) is ArrayItem:
        return _array(hint.column)
    kind: Any = type(hint)
    convert: Converter | None = _by_class(kind, code)
    if convert is not _depends:
        return convert
    column = _target(hint)  # type: ignore[arg-type]  # not an ArrayItem: see above
    if isinstance(column, Array):
        return _array(column)
    if isinstance(column, Numeric):
        if code != FIELD_TYPE.NEWDECIMAL:
            return decimal.Decimal
        return _unlimited if column.digits is None else unchanged
    return _by_class(type(column), code)


@functools.lru_cache(maxsize=1024)
def _by_class(kind: type, code: int) -> Converter | None:
    """Return the same for a class of columns; :func:`_depends` if it depends on the column."""
    if issubclass(kind, ForeignKey):
        return _depends
    if code == FIELD_TYPE.DATETIME:
        return aware if issubclass(kind, Timestamptz) else None
    if code == FIELD_TYPE.DOUBLE:
        return _infinite if issubclass(kind, Real | DoublePrecision) else None
    if code in _TEXTS:
        return _depends if issubclass(kind, Array) else _from_text(kind)
    if issubclass(kind, Interval):
        return _interval
    if issubclass(kind, Boolean) and code in _INTEGERS:
        return bool
    return _depends if issubclass(kind, Numeric) and code in (*_INTEGERS, FIELD_TYPE.NEWDECIMAL) else None


def _from_text(kind: type) -> Converter | None:
    """Dates and times become texts when combined with literals: ``COALESCE(founded, '2000-01-01')``."""
    if issubclass(kind, Timestamptz):
        return lambda text: aware(dt.datetime.fromisoformat(text))
    parsers: list[tuple[type[Column], Converter]] = [
        (Timestamp, dt.datetime.fromisoformat),
        (Date, dt.date.fromisoformat),
        (Time, dt.time.fromisoformat),
    ]
    return next((parse for column, parse in parsers if issubclass(kind, column)), None)


def _depends(_: Any) -> Any:
    raise AssertionError("a mark, never called")


def _by_server(field: Any) -> Converter | None:
    """Return the conversion that the server's type determines."""
    code = field.type_code
    if code == FIELD_TYPE.TINY:
        return bool if field.length == 1 else None
    if code in (FIELD_TYPE.STRING, FIELD_TYPE.VAR_STRING):
        return to_uuid if field.charsetnr == BINARY_CHARSET and field.length == _UUID_BYTES else None
    if code == FIELD_TYPE.NEWDECIMAL:
        if field.scale == UNLIMITED_SCALE:
            return _unlimited
        return int if field.scale == 0 and not field.org_table else None
    return None


_NEEDS_COLUMN = frozenset(
    (*_TEXTS, *_INTEGERS, FIELD_TYPE.DATETIME, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.DOUBLE)
)


def _named_column(field: Any, table: type[Table] | None) -> Column | None:
    """Return the Piccolo column that the result names. The query's own table takes precedence."""
    if not field.org_table:
        return None
    if table is not None and table._meta.tablename == field.org_table:
        found = _db_column(table, field.org_name)
        if found is not None:
            return found
    for candidate in reversed(TABLE_REGISTRY):
        if candidate._meta.tablename == field.org_table:
            found = _db_column(candidate, field.org_name)
            if found is not None:
                return found
    return None


def _db_column(table: type[Table], name: str) -> Column | None:
    return next((column for column in table._meta.columns if column._meta.db_column_name == name), None)


_NAME_DECIDES = frozenset(
    (FIELD_TYPE.DATETIME, FIELD_TYPE.DOUBLE, FIELD_TYPE.LONGLONG, FIELD_TYPE.JSON, FIELD_TYPE.BLOB)
)


def converter_of(field: Any, place: int, hints: Hints | None, table: type[Table] | None) -> Converter | None:
    """Return the conversion for the values of a result column; ``None`` to leave them unchanged."""
    code = field.type_code
    if code in _NEEDS_COLUMN:
        if hints is not None:
            column = hints[place] if place < len(hints) else None
        else:
            column = _named_column(field, table) if code in _NAME_DECIDES else None
        convert = _by_column(code, column) if column is not None else None
        if convert is not None:
            return convert
    return _by_server(field)
