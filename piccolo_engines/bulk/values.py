"""Checks and conversions of single values, which both engines use."""

import base64
import binascii
import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from piccolo_engines.errors import UnstorableValue

__all__ = [
    "canonical_json",
    "checked_date",
    "checked_time",
    "checked_timestamp",
    "decoded_bytes",
    "encoded_bytes",
    "finite",
    "plain_decimal",
    "refused",
    "to_decimal",
    "uuid_digits",
]

_SORTED: Final = msgspec.json.Encoder(order="sorted")
_LONG_NUMBER: Final = re.compile("[0-9]{19}")
_DATE_LENGTH: Final = 10
_TIME_LENGTH: Final = 15
_TIMESTAMP_LENGTH: Final = 27
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def refused(value: object) -> Any:
    """Raise :class:`~piccolo_engines.errors.UnstorableValue`: the value is not of its column's kind."""
    raise UnstorableValue(f"A {type(value).__name__} is not a value of this column's kind.")


def canonical_json(text: object) -> str:
    """Return JSON with sorted keys and without spaces. SQLite may have stored a number as one."""
    if not isinstance(text, str):
        return _SORTED.encode(text).decode()
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise UnstorableValue("A text is not JSON.") from None
    if _LONG_NUMBER.search(text):
        value = _with_doubles(value)
    return _SORTED.encode(value).decode()


def _with_doubles(value: Any) -> Any:
    """MySQL has whole numbers of 64 bits, and makes others doubles."""
    if isinstance(value, dict):
        return {name: _with_doubles(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_doubles(one) for one in value]
    return float(value) if type(value) is int and not -(2**63) <= value < 2**64 else value


def plain_decimal(value: object) -> str:
    """Return a number without an exponent and without trailing zeros; of a double 15 digits count."""
    number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(str(value))
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def encoded_bytes(value: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(value).decode()


def decoded_bytes(text: str) -> bytes:
    """Return the bytes of a text in base64. Raises ``UnstorableValue``."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        return refused(text)  # type: ignore[no-any-return]  # it raises


def to_decimal(text: str) -> Decimal:
    """Return the finite number of a text. Raises ``UnstorableValue``."""
    try:
        number = Decimal(text) if type(text) is str else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    return number if number.is_finite() else refused(text)


def uuid_digits(text: str) -> str:
    """Return the 32 digits of a UUID. Raises ``UnstorableValue``."""
    if text.__class__ is not str or _UUID.fullmatch(text) is None:
        refused(text)
    return text.replace("-", "")


def _checked(parse: Callable[[str], object], length: int, hour: int | None = None) -> Callable[[str], str]:
    """Return a function that checks texts of one length, whose hour begins at this place."""

    def checked(text: str) -> str:
        try:
            # Python 3.14 reads 24:00 as the midnight after it.
            if len(text) == length and (hour is None or text[hour : hour + 2] != "24"):
                parse(text)
                return text
        except (ValueError, TypeError):
            pass
        return refused(text)  # type: ignore[no-any-return]  # it raises

    return checked


checked_date: Final = _checked(dt.date.fromisoformat, _DATE_LENGTH)
"""Return the text of a date. Raises ``UnstorableValue``."""
checked_time: Final = _checked(dt.time.fromisoformat, _TIME_LENGTH, hour=0)
"""Return the text of a time of day."""
checked_timestamp: Final = _checked(dt.datetime.fromisoformat, _TIMESTAMP_LENGTH, hour=11)
"""Return the text of a moment, with its ``Z``."""


def finite(value: object) -> float:
    """Return a number that is no NaN and not infinite. Raises ``UnstorableValue``."""
    if type(value) in (int, float) and math.isfinite(value):  # type: ignore[arg-type]  # a number
        return float(value)  # type: ignore[arg-type]  # a number
    return refused(value)  # type: ignore[no-any-return]  # it raises
