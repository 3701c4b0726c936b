"""Python values as SQL literals.

asyncmy binds values in the client, so this module decides what enters a statement. It matches the settings of
:mod:`piccolo_engines.mysql.sessions.session`: utf8mb4, UTC, backslash escapes.
"""

import datetime as dt
import decimal
import enum
import math
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from asyncmy.converters import escape_bytes_prefixed, escape_string
from piccolo.utils.encoding import dump_json

from piccolo_engines.errors import UnstorableValue
from piccolo_engines.mysql.server import Server
from piccolo_engines.statements import EngineSQL

__all__ = [
    "GREATEST_DECIMAL",
    "GREATEST_FLOAT",
    "ServerSQL",
    "in_utc",
    "literal",
    "literals",
    "microseconds",
    "quote_name",
    "text_literal",
    "to_json",
    "without_zone",
]


class ServerSQL(EngineSQL):
    """SQL that differs between the two servers. As an argument of a QueryString it is not quoted."""

    __slots__ = ("mariadb", "mysql")

    def __init__(self, *, mysql: str, mariadb: str) -> None:
        self.mysql = mysql
        self.mariadb = mariadb

    def __str__(self) -> str:
        return self.mysql

    def sql(self, server: Server) -> str:
        return self.mariadb if server.mariadb else self.mysql


def quote_name(name: str) -> str:
    """Return a name in double quotes.

    Existing tables and columns may have any name, so this escapes and does not refuse.
    """
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    return "'" + escape_string(value) + "'"


def microseconds(value: dt.timedelta) -> int:
    """Return an interval as it is stored: exact, and in the order of intervals."""
    return (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds


_naive = dt.datetime.combine
_time_of = dt.datetime.time
GREATEST_FLOAT = sys.float_info.max
GREATEST_DECIMAL = decimal.Decimal("9" * 35 + "." + "9" * 30)
"""The values that represent infinity in ``DOUBLE`` and ``DECIMAL(65, 30)``, so that it sorts correctly."""


def _float(value: float) -> str:
    if math.isinf(value):
        value = math.copysign(GREATEST_FLOAT, value)
    if math.isnan(value):
        raise UnstorableValue(f"{value!r} is not a number that this database can hold.")
    text = repr(value)
    return text if "e" in text else text + "e0"


def _decimal(value: decimal.Decimal) -> str:
    if not value.is_finite():
        if value.is_nan():
            raise UnstorableValue(f"{value} is not a number that this database can hold.")
        value = GREATEST_DECIMAL.copy_sign(value)
    return format(value, "f")


def _datetime(value: dt.datetime) -> str:
    naive = _naive(value, _time_of(value)) if value.tzinfo is dt.UTC else without_zone(value)
    return f"'{naive.isoformat(' ')}'"


def without_zone(value: dt.datetime) -> dt.datetime:
    """Return a datetime in UTC without its zone; a naive one as it is.

    ``datetime.replace`` takes several times as long, and so does the text of an aware one.

    :raises UnstorableValue: as :func:`in_utc`.
    """
    if value.tzinfo is None:
        return value
    value = in_utc(value)
    return dt.datetime.combine(value, value.time())


def in_utc(value: dt.datetime) -> dt.datetime:
    """Return the moment of an aware datetime in UTC.

    :raises UnstorableValue: when its year in UTC is out of range.
    """
    if value.tzinfo is dt.UTC:
        return value
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise UnstorableValue(f"{value.isoformat()} is before the year 1 or after 9999 in UTC.") from None


def _time(value: dt.time) -> str:
    return f"'{value.replace(tzinfo=None).isoformat()}'"


def _json_ready(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_json_ready(item) for item in value]
    if isinstance(value, dt.timedelta):
        return microseconds(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return in_utc(value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value.value if isinstance(value, enum.Enum) else value


def to_json(value: object) -> str:
    """Return JSON text of a list of column values, as an Array column stores it."""
    return dump_json(_json_ready(value))


_ENCODERS: Mapping[type, Callable[[Any], str]] = {
    str: text_literal,
    int: str,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "NULL",
    float: _float,
    decimal.Decimal: _decimal,
    uuid.UUID: lambda value: f"x'{value.int:032x}'",  # as ``hex``, without its call
    dt.datetime: _datetime,
    dt.date: lambda value: f"'{value.isoformat()}'",
    dt.time: _time,
    dt.timedelta: lambda value: str(microseconds(value)),
    bytes: escape_bytes_prefixed,
    bytearray: lambda value: escape_bytes_prefixed(bytes(value)),
    memoryview: lambda value: escape_bytes_prefixed(bytes(value)),
    list: lambda value: text_literal(to_json(value)),
    dict: lambda value: text_literal(dump_json(value)),
}

_BASES = (bool, int, str, float, decimal.Decimal, uuid.UUID, dt.datetime, dt.date, dt.time)


def literal(value: object, server: Server) -> str:
    """Return the value as SQL.

    Aware datetimes become UTC, intervals microseconds, lists and dicts JSON, UUIDs 16 bytes.

    :raises UnstorableValue: for an unsupported type, and for NaN.
    """
    encoder = _ENCODERS.get(type(value))
    if encoder is not None:
        return encoder(value)
    if isinstance(value, ServerSQL):
        return value.sql(server)
    if isinstance(value, enum.Enum):
        return literal(value.value, server)
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(item, server) for item in value) + ")"
    for base in _BASES:
        if isinstance(value, base):
            return _ENCODERS[base](value)
    raise UnstorableValue(f"A {type(value).__name__} cannot be stored in a database.")


def literals(values: Iterable[object], server: Server) -> tuple[str, ...]:
    """Return :func:`literal` of each value, faster than one by one."""
    given = tuple(values)
    try:
        return tuple([
            "NULL" if value is None
            else f"'{escape_string(value)}'" if type(value) is str  # as text_literal
            else _ENCODERS[type(value)](value)
            for value in given
        ])  # fmt: skip
    except KeyError:  # a type without an encoder of its own
        return tuple([literal(value, server) for value in given])
