"""The format of an ``auto_number`` field: text around a number.

::

    INV-{0000}            INV-0042, and INV-12345 when four digits are not enough
    {YYYY}/{MM}-{000}     2026/02-042: year and month of the day (UTC) on which the record was created
    {YY}{MM}{DD}-{0}      260228-42

A format has exactly one number, written as one to twelve zeros in braces: at least as many digits as zeros.
It may have any number of ``{YYYY}``, ``{YY}``, ``{MM}`` and ``{DD}``, and no other braces; the rest is
literal text. The number never starts again, not in a new year either. Two records therefore never get the
same text: dates have a fixed width, and only the number varies in length.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.unicode import clean_text

__all__ = ["LONGEST_FORMAT", "LONGEST_NUMBER", "NumberFormat"]

LONGEST_FORMAT: Final = 40
LONGEST_NUMBER: Final = 64
"""No text of a format is longer: a number of 64 bits has 19 digits, in the place of three characters."""

_TOKEN: Final = re.compile(r"\{(?:(?P<zeros>0{1,12})|(?P<date>YYYY|YY|MM|DD))\}|[^{}\x00-\x1f\x7f]+")
_DATES: Final = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A parsed format.

    >>> NumberFormat.read("INV-{YYYY}-{0000}").text(7, dt.date(2026, 2, 28))
    'INV-2026-0007'
    """

    tokens: tuple[re.Match[str], ...]

    @classmethod
    def read(cls, value: object) -> "NumberFormat":
        """Parse a format. Raises :class:`InvalidValue`."""
        text = clean_text(value, LONGEST_FORMAT)
        if not 1 <= len(text) <= LONGEST_FORMAT:
            raise InvalidValue("wrong-length", f"must have 1 to {LONGEST_FORMAT} characters")
        if text != text.strip():
            raise InvalidValue("invalid-format", "must neither begin nor end with a space")
        tokens = tuple(_TOKEN.finditer(text))
        if sum(len(token[0]) for token in tokens) != len(text):
            message = (
                "must have nothing in braces but zeros for the number, as in INV-{0000}, and YYYY, YY, MM, DD"
            )
            raise InvalidValue("invalid-format", message)
        if sum(token["zeros"] is not None for token in tokens) != 1:
            raise InvalidValue("invalid-format", "must have the number exactly once, as zeros: INV-{0000}")
        return cls(tokens)

    def text(self, number: int, day: dt.date) -> str:
        """Return the text of a number for a record that is created on that day."""
        return "".join(_written(token, number, day) for token in self.tokens)

    def number(self, text: str) -> int | None:
        """Return the number in a text of this format, or None."""
        found = re.fullmatch("".join(map(_pattern, self.tokens)), text, re.ASCII)
        return int(found["number"]) if found else None


def _written(token: re.Match[str], number: int, day: dt.date) -> str:
    if token["zeros"]:
        return f"{number:0{len(token['zeros'])}}"
    return day.strftime(_DATES[token["date"]]) if token["date"] else token[0]


def _pattern(token: re.Match[str]) -> str:
    if token["zeros"]:
        return rf"(?P<number>[0-9]{{{len(token['zeros'])},19}})"
    return rf"[0-9]{{{len(token['date'])}}}" if token["date"] else re.escape(token[0])
