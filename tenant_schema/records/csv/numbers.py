"""Parses numbers in many notations: ``1.234,50``, ``1,234.50``, ``(12.00)``, ``12 %``, ``€ 5``, ``1e+05``.

A number is read with a decimal point and with a decimal comma. If both are possible, as for ``1,234``, both
readings are returned, and other numbers of the file or the caller's options decide.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final, Literal, TypeAlias

from tenant_schema.objects.errors import InvalidValue

__all__ = [
    "Mark",
    "NumberCell",
    "NumberFormat",
    "decimal_mark",
    "number_format",
    "read_number",
    "thousands_mark",
]

Mark: TypeAlias = Literal[".", ","]

_LONGEST: Final = 100
_SPACES: Final = " \u00a0\u2009\u202f"
_MARKS: Final = {
    ".": ".", "point": ".", "dot": ".", ",": ",", "comma": ",",
    " ": " ", "space": " ", "'": "'", "apostrophe": "'", "\u2019": "'", "none": "",
}  # fmt: skip
_NAME: Final = r"(?:[A-Z]{3}|[A-Z]{1,3}[$£]|(?:kr|zł|Kč|Ft|lei|лв|Rs|Rp|RM|S?Fr)\.?)"
_CODE: Final = re.compile(rf"^{_NAME} ?(?=[-+(]?[0-9.,])|(?<=[0-9.,)]) ?{_NAME}$")
"""The ISO 4217 code of a currency, or an abbreviation in place of a sign."""
_SCIENTIFIC: Final = re.compile(r"([-+]?[0-9]+)(?:([.,])([0-9]+))?[eE]([-+]?[0-9]{1,2})")
_SHOWN: Final = 5
"""The number of decimals that spreadsheets write in this notation, whatever the number's precision."""
_CUT: Final = (
    "is cut off by a spreadsheet: show the column as numbers there, with all digits, and save it again"
)
_SAME: Final = str.maketrans(dict.fromkeys(_SPACES, " ") | {"\u2212": "-", "\u2019": "'"})
_NO_NUMBER: Final = "must be a number such as 1234.50; 1,234.50 and 1.234,50 are read as well"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The decimal mark and the thousands separator (empty for none) that the caller specified; None if they
    are detected.
    """

    decimal: Mark | None = None
    thousands: str | None = None


@dataclass(frozen=True, slots=True)
class NumberCell:
    """The readings of a number: with a decimal point, and with a decimal comma. Each is a plain number (sign,
    digits, point), or None. ``currency`` is its sign or code.
    """

    point: str | None
    comma: str | None
    currency: str = ""


def decimal_mark(text: str) -> Mark:
    """Return the decimal mark of that name. Raises ValueError."""
    mark = _MARKS.get(text.lower())
    if mark not in {".", ","}:
        raise ValueError("Must be point or comma, or the character itself.")
    return "." if mark == "." else ","


def thousands_mark(text: str) -> str:
    """Return the thousands separator of that name. Raises ValueError."""
    if text.lower() not in _MARKS:
        raise ValueError("Must be point, comma, space, apostrophe or none, or the character itself.")
    return _MARKS[text.lower()]


def number_format(decimal: Mark | None, thousands: str | None) -> NumberFormat:
    """Return the format. Raises ValueError if both marks are the same."""
    if decimal is not None and decimal == thousands:
        raise ValueError("Must not be the mark before decimals.")
    if decimal is None and thousands in {".", ","}:
        decimal = "," if thousands == "." else "."
    return NumberFormat(decimal, thousands)


def read_number(text: str, wanted: NumberFormat, *, currency: bool, percent: bool) -> NumberCell:
    """Return the readings of a number. Raises :class:`InvalidValue` for a text that is no number.

    :param currency: whether a currency's sign or code is allowed.
    :param percent: whether a percent sign is allowed.
    """
    digits, sign = text.translate(_SAME).strip(), ""
    if len(digits) > _LONGEST:
        raise InvalidValue("not-a-number", _NO_NUMBER)
    if currency:
        digits, sign = _without_currency(digits)
    if percent:
        digits = digits.removesuffix("%").rstrip()
    if digits[:1] == "(" and digits[-1:] == ")":
        digits = f"-{digits[1:-1].strip()}"
    elif digits[-1:] == "-":
        digits = f"-{digits[:-1].rstrip()}"
    if found := _SCIENTIFIC.fullmatch(digits):
        return _scientific(found, wanted, sign)
    point, comma = (
        _plain(digits, mark, wanted.thousands) if wanted.decimal in {None, mark} else None
        for mark in (".", ",")
    )
    if wanted.decimal is not None:
        point = comma = point or comma
    if point is None and comma is None:
        raise InvalidValue("not-a-number", _NO_NUMBER)
    return NumberCell(point, comma, sign)


def _scientific(found: re.Match[str], wanted: NumberFormat, sign: str) -> NumberCell:
    """Return the reading of scientific notation, such as ``1e+05`` or ``1,5E-3``, without thousands."""
    whole, mark, decimals, exponent = found.groups(default="")
    if mark and wanted.decimal not in {None, mark}:
        raise InvalidValue("not-a-number", _NO_NUMBER)
    if len(decimals) >= _SHOWN and int(exponent) > len(decimals):
        raise InvalidValue("not-a-number", _CUT)
    number = f"{Decimal(f'{whole}.{decimals or 0}').scaleb(int(exponent), Context(prec=_LONGEST)):f}"
    return NumberCell(number, number, sign)


def _without_currency(text: str) -> tuple[str, str]:
    """Return the text without a currency's sign or code, and the sign or code."""
    code = _CODE.search(text)
    if code is not None:
        return (text[: code.start()] + text[code.end() :]).strip(), code[0].strip().rstrip(".")
    signs = [character for character in text if unicodedata.category(character) == "Sc"]
    if len(signs) != 1:
        return text, ""
    rest = text.replace(signs[0], "").replace("- ", "-").strip()
    return rest, signs[0]


def _plain(text: str, mark: str, thousands: str | None) -> str | None:
    """Return a plain number: digits, and a point before decimals. None if the text is no number."""
    found = _SHAPES[mark].fullmatch(text)
    if found is None:
        return None
    sign, whole, decimals = found[1], found[2] or "", found[3] or ""
    between = next((character for character in whole if not character.isdigit()), "")
    if between and thousands is not None and between != thousands:
        return None
    whole = whole.replace(between, "") if between else whole
    if not whole and not decimals:
        return None
    return f"{'-' if sign == '-' else ''}{whole or '0'}" + (f".{decimals}" if decimals else "")


def _shape(mark: str, other: str) -> re.Pattern[str]:
    """Return the pattern of a number with groups of three digits (or, as in India, of two and a last one of
    three) and decimals after ``mark``.
    """
    groups = "|".join(
        rf"[1-9]\d{{0,2}}(?:{between}\d{{3}})+|[1-9]\d?(?:{between}\d{{2}})+{between}\d{{3}}"
        for between in (re.escape(other), " ", "'")
    )
    return re.compile(rf"([-+]?) ?({groups}|\d*)(?:{re.escape(mark)}(\d+))?", re.ASCII)


_SHAPES: Final = {".": _shape(".", ","), ",": _shape(",", ".")}
