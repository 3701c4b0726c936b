"""Decimals with more digits than a double holds, stored in SQLite as texts that compare like the numbers.

SQLite has no decimals: a ``NUMERIC`` column holds 15 digits (docs/adr/0003). A text consists of the sign
(``1`` if not negative, ``0`` if negative), the number of digits before the point (two digits), those digits,
and, if there are any, a point and the decimals without trailing zeros. In a negative number each digit is
replaced by its complement to nine, and ``~``, which sorts after all of them, ends the text::

    12.5    102 12.5        without the space
    -12.5   097 87.4~
    0       100

So texts are equal if the numbers are, and sort bytewise like the numbers. See docs/adr/0087.
"""

import sqlite3
from decimal import Context, Decimal
from typing import Any, Final

__all__ = [
    "DECIMAL_AVERAGE",
    "DECIMAL_FITS",
    "DECIMAL_KEY",
    "DECIMAL_SUM",
    "DECIMAL_TEXT",
    "ExactDecimal",
    "decimal_key",
    "decimal_of",
    "register_functions",
    "to_exact",
]

DECIMAL_KEY: Final = "DECIMAL_KEY"
"""The SQL function that converts a number, or the text of a number, to such a text."""
DECIMAL_TEXT: Final = "DECIMAL_TEXT"
"""The SQL function that converts such a text to the usual text of the number."""
DECIMAL_FITS: Final = "DECIMAL_FITS"
"""The SQL function that checks a number against a precision and a scale."""
DECIMAL_SUM: Final = "DECIMAL_SUM"
DECIMAL_AVERAGE: Final = "DECIMAL_AVERAGE"
"""The sum and the average of such texts, as such texts; the average has 60 digits."""

_EXACT: Final = Context(prec=200)
_AVERAGE: Final = Context(prec=60)
_COMPLEMENT: Final = str.maketrans("0123456789", "9876543210")
_END: Final = "~"


class ExactDecimal(Decimal):
    """A decimal that sqlite3 binds as such a text, and any other driver as a decimal."""

    __slots__ = ()


def decimal_key(number: Decimal) -> str:
    """Return the text for a number.

    >>> decimal_key(Decimal("12.50")), decimal_key(Decimal("-12.5")), decimal_key(Decimal("-0"))
    ('10212.5', '09787.4~', '100')
    """
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    whole, decimals = whole.lstrip("0"), decimals.rstrip("0")
    digits = f"{len(whole):02}{whole}{'.' if decimals else ''}{decimals}"
    if number.is_signed() and (whole or decimals):
        return f"0{digits.translate(_COMPLEMENT)}{_END}"
    return f"1{digits}"


def decimal_of(key: str) -> ExactDecimal:
    """Return the number of a text.

    >>> decimal_of("09787.4~")
    ExactDecimal('-12.5')
    """
    digits = key[3:] if key[0] == "1" else key[3:-1].translate(_COMPLEMENT)
    text = f"0{digits}" if digits[:1] in ("", ".") else digits
    return ExactDecimal(text if key[0] == "1" else f"-{text}")


def to_exact(value: bytes) -> ExactDecimal:
    """Convert a value from a column of such texts."""
    return decimal_of(value.decode())


def register_functions(connection: sqlite3.Connection) -> None:
    """Register the SQL functions and the adapter of such decimals with the connection."""
    sqlite3.register_adapter(ExactDecimal, decimal_key)
    connection.create_function(DECIMAL_KEY, 1, _key, deterministic=True)
    connection.create_function(DECIMAL_TEXT, 1, _text, deterministic=True)
    connection.create_function(DECIMAL_FITS, 3, _fits, deterministic=True)
    connection.create_aggregate(DECIMAL_SUM, 1, _Sum)  # type: ignore[arg-type]  # typeshed knows numbers
    connection.create_aggregate(DECIMAL_AVERAGE, 1, _Average)  # type: ignore[arg-type]  # as above


def _key(value: Any) -> str | None:
    """Return the text for a value. Of a double, 15 significant digits are used."""
    if value is None:
        return None
    return decimal_key(Decimal(f"{value:.15g}" if isinstance(value, float) else str(value)))


def _text(key: str | None) -> str | None:
    return None if key is None else f"{decimal_of(key):f}"


def _fits(key: str | None, precision: int, scale: int) -> bool | None:
    if key is None:
        return None
    whole, _, decimals = f"{decimal_of(key).copy_abs():f}".partition(".")
    return len(whole.lstrip("0")) <= precision - scale and len(decimals) <= scale


class _Sum:
    def __init__(self) -> None:
        self.total, self.count = Decimal(0), 0

    def step(self, key: str | None) -> None:
        if key is not None:
            self.total, self.count = _EXACT.add(self.total, decimal_of(key)), self.count + 1

    def finalize(self) -> str | None:
        return decimal_key(self.total) if self.count else None


class _Average(_Sum):
    def finalize(self) -> str | None:
        return decimal_key(_AVERAGE.divide(self.total, Decimal(self.count))) if self.count else None
