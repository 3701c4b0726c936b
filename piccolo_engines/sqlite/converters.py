"""Piccolo's way from SQLite's values back to Python's, made cheaper for the types that every row has.

:func:`register` replaces converters that :mod:`piccolo.engine.sqlite` registered with :mod:`sqlite3`, for the
whole process. They give the same values, and raise the same errors, in a third of the time: a page of 50
records has some hundreds of these. Decimals are the same on every version of SQLite.
"""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, SafeUUID

from piccolo.engine.sqlite import CONVERTERS as PICCOLO

from piccolo_engines.columns import DECIMAL_TYPE
from piccolo_engines.sqlite.exact_decimals import to_exact

__all__ = ["CONVERTERS", "register", "to_bool", "to_datetime", "to_decimal", "to_int", "to_uuid"]

_FIFTEEN_DIGITS = 16  # characters, with the point

_set_int = UUID.__dict__["int"].__set__
_set_is_safe = UUID.__dict__["is_safe"].__set__


def to_int(value: bytes) -> int:
    """An ``INTEGER``. SQLite may hold ``1.0`` in such a column, which is 1."""
    try:
        return int(value)
    except ValueError:
        return PICCOLO["INTEGER"](value)  # type: ignore[no-any-return]  # untyped in Piccolo


def to_bool(value: bytes) -> bool:
    """A ``BOOLEAN``."""
    return value == b"1"


def to_uuid(value: bytes) -> UUID:
    """A ``UUID``, without the checks of its constructor that 32 hexadecimal digits pass anyway."""
    digits = value.replace(b"-", b"")
    if len(digits) != 32:
        return UUID(value.decode())
    uuid = UUID.__new__(UUID)
    _set_int(uuid, int(digits, 16))
    _set_is_safe(uuid, SafeUUID.unknown)
    return uuid


def to_datetime(value: bytes) -> datetime:
    """A ``TIMESTAMPTZ``, in UTC: Piccolo stores it so, and ``current_timestamp`` omits the zone."""
    moment = datetime.fromisoformat(value.decode())
    return moment if moment.tzinfo is UTC else moment.replace(tzinfo=UTC)


def to_decimal(value: bytes) -> Decimal:
    """A ``NUMERIC``, which SQLite keeps as an integer or a REAL: of the latter, its 15 significant digits.

    SQLite 3.40 gives 15 digits as text; 3.53 gives 17, the last two of which are not the value's.
    """
    if b"." in value and len(value) > _FIFTEEN_DIGITS:
        return Decimal(format(float(value), ".15g"))
    return Decimal(value.decode())


CONVERTERS: dict[str, Callable[[bytes], Any]] = {
    "BOOLEAN": to_bool,
    DECIMAL_TYPE: to_exact,
    "INTEGER": to_int,
    "NUMERIC": to_decimal,
    "TIMESTAMPTZ": to_datetime,
    "UUID": to_uuid,
}
"""What is registered, by the type that a column is declared with."""


def register() -> None:
    """Have :mod:`sqlite3` use the converters, wherever it looks at the declared types of columns."""
    for name, converter in CONVERTERS.items():
        sqlite3.register_converter(name, converter)
