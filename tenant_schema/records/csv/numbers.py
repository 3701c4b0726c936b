"""Parses numbers in many notations: ``1.234,50``, ``1,234.50``, ``(12.00)``, ``12 %``, ``€ 5``, ``1e+05``.

A number is read in both ways, with a point and with a comma before its decimals. ``1,234`` can be either;
then the other numbers of the file or the caller decide, and nothing here guesses.
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
"""The ISO 4217 code of a currency, or a short name that stands in the place of a sign."""
_SCIENTIFIC: Final = re.compile(r"([-+]?[0-9]+)(?:([.,])([0-9]+))?[eE]([-+]?[0-9]{1,2})")
_SHOWN: Final = 5
"""Decimals that a spreadsheet shows in this notation, however many digits the number has."""
_CUT: Final = (
    "is cut off by a spreadsheet: show the column as numbers there, with all digits, and save it again"
)
_SAME: Final = str.maketrans(dict.fromkeys(_SPACES, " ") | {"\u2212": "-", "\u2019": "'"})
_NO_NUMBER: Final = "must be a number such as 1234.50; 1,234.50 and 1.234,50 are read as well"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What the caller says of numbers: the mark before decimals, and what stands between thousands (empty for
    nothing); None for what is to be found out.
    """

    decimal: Mark | None = None
    thousands: str | None = None


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A number as it was read with a point before its decimals, and with a comma: plain digits with a sign
    and a point, or None. ``currency`` is the sign or code beside it.
    """

    point: str | None
    comma: str | None
    currency: str = ""


def decimal_mark(text: str) -> Mark:
    """Return the mark of that name. Raises ValueError."""
    mark = _MARKS.get(text.lower())
    if mark not in {".", ","}:
        raise ValueError("Must be point or comma, or the character itself.")
    return "." if mark == "." else ","


def thousands_mark(text: str) -> str:
    """What stands between thousands by that name. Raises ValueError."""
    if text.lower() not in _MARKS:
        raise ValueError("Must be point, comma, space, apostrophe or none, or the character itself.")
    return _MARKS[text.lower()]


def number_format(decimal: Mark | None, thousands: str | None) -> NumberFormat:
    """Return the format of these marks. Raises ValueError when they are the same."""
    if decimal is not None and decimal == thousands:
        raise ValueError("Must not be the mark before decimals.")
    if decimal is None and thousands in {".", ","}:
        decimal = "," if thousands == "." else "."
    return NumberFormat(decimal, thousands)


def read_number(text: str, wanted: NumberFormat, *, currency: bool, percent: bool) -> NumberCell:
    """What the text may mean. Raises :class:`InvalidValue` when it is no number in either way.

    :param currency: whether the sign or code of a currency may stand beside it.
    :param percent: whether a percent sign may.
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
    """``1e+05`` or ``1,5E-3``, in which no thousands are marked."""
    whole, mark, decimals, exponent = found.groups(default="")
    if mark and wanted.decimal not in {None, mark}:
        raise InvalidValue("not-a-number", _NO_NUMBER)
    if len(decimals) >= _SHOWN and int(exponent) > len(decimals):
        raise InvalidValue("not-a-number", _CUT)
    number = f"{Decimal(f'{whole}.{decimals or 0}').scaleb(int(exponent), Context(prec=_LONGEST)):f}"
    return NumberCell(number, number, sign)


def _without_currency(text: str) -> tuple[str, str]:
    """Return the text without the sign or code of a currency, and that."""
    code = _CODE.search(text)
    if code is not None:
        return (text[: code.start()] + text[code.end() :]).strip(), code[0].strip().rstrip(".")
    signs = [character for character in text if unicodedata.category(character) == "Sc"]
    if len(signs) != 1:
        return text, ""
    rest = text.replace(signs[0], "").replace("- ", "-").strip()
    return rest, signs[0]


def _plain(text: str, mark: str, thousands: str | None) -> str | None:
    """Return the number with nothing between its digits but a point before decimals; None when it is none."""
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
    """Digits in groups of three (or as in India of two, and three in the end), decimals behind the mark."""
    groups = "|".join(
        rf"[1-9]\d{{0,2}}(?:{between}\d{{3}})+|[1-9]\d?(?:{between}\d{{2}})+{between}\d{{3}}"
        for between in (re.escape(other), " ", "'")
    )
    return re.compile(rf"([-+]?) ?({groups}|\d*)(?:{re.escape(mark)}(\d+))?", re.ASCII)


_SHAPES: Final = {".": _shape(".", ","), ",": _shape(",", ".")}
