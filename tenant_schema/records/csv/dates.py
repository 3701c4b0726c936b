"""Parses dates and times in many notations: ``18/06/2020``, ``2012/01/01``, ``Jan 1 2000``, with or without a
time.

If it is ambiguous which number is the day, as in ``03/04/2020``, both readings are returned, and other dates
of the column or the caller's options decide. In dates with points the day comes first, as in all locales of
the CLDR (https://cldr.unicode.org) with such dates.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tenant_schema.objects.errors import InvalidValue

__all__ = ["DateCell", "DateFormat", "Order", "date_format", "local_moment", "read_clock", "read_date"]

Order: TypeAlias = Literal["DMY", "MDY", "YMD", "YDM"]

_LONGEST: Final = 64
_NUMBERS: Final = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})(?:(?:[ ,]+|[Tt])(.+))?", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{8})(?:[ Tt](.+))?", re.ASCII)
_WORD: Final = r"([^\W\d_]{3,12})\.?"
_DAY_FIRST: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[ -]?(?:de |of )?{_WORD}(?:[ ,-]| de )+(\d{{2,4}})(?:[ ,]+(.+))?",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"{_WORD}[ -](\d{{1,2}})(?:st|nd|rd|th)?[ ,-]+(\d{{2,4}})(?:[ ,]+(.+))?", re.IGNORECASE
)
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})[ -]{_WORD}[ -](\d{{1,2}})(?:[ ,]+(.+))?", re.IGNORECASE)
_WEEKDAY: Final = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]* +"
    r"|(?:mo|di|mi|do|fr|sa|so|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)[.,]+ +"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di,? +|dimanche,? +",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)? ?"
    r"(?:([ap])\.?m\.?)?(?:Uhr)? ?(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_NAMES: Final = (
    "jan january januar jänner janvier janv januari gen gennaio enero ene janeiro",
    "feb february februar févr fév février fevr febbraio febrero fevereiro fev februari",
    "mar march märz mär mrz mars marzo março maart mrt",
    "apr april avr avril aprile abril abr",
    "may mai maggio mag mayo maio mei",
    "jun june juni juin giugno giu junio junho",
    "jul july juli juil juillet luglio lug julio julho",
    "aug august août aoû agosto ago augustus",
    "sep sept september septembre settembre set septiembre setembro",
    "oct october okt oktober octobre ottobre ott octubre outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre dicembre dic diciembre dezembro",
)
_MONTHS: Final = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_CENTURY: Final = 69
"""Two-digit years from this one on are in the twentieth century, as in POSIX."""
_NO_DATE: Final = "must be a date such as 2026-02-28; 28/02/2026, 28.02.2026 and Feb 28 2026 are read as well"


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The date format that the caller specified.

    :param order: the order of day, month and year.
    :param short_year: whether a year has two digits.
    :param has_time: whether a time of day follows, which columns of dates drop.
    """

    order: Order
    short_year: bool = False
    has_time: bool = False


@dataclass(frozen=True, slots=True)
class DateCell:
    """The readings of a date: with the day first, and with the month first; None for a date that does not
    exist. Both are equal if the notation is unambiguous. ``clock`` is the text after the date.
    """

    day_first: dt.date | None
    month_first: dt.date | None
    clock: str = ""


_TOKEN: Final = re.compile(r"%([YymdbBHIMSp])|([Yy]+|[Mm]+|[Dd]+|[Hh]+|[Ss]+|[Aa])")
_STRFTIME: Final = {
    "Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "b": "MMM", "B": "MMM",
    "H": "h", "I": "h", "M": "h", "S": "h", "p": "h",
}  # fmt: skip


def date_format(text: str) -> DateFormat:
    """Return the format for ``DD/MM/YYYY``, ``dd.mm.yy HH:mm`` or ``%d/%m/%Y``. Raises ValueError."""
    order, year, has_time = "", "", False
    for found in _TOKEN.finditer(text):
        token = _STRFTIME[found[1]] if found[1] else found[2]
        letter = token[0].upper()
        if letter in "HSA" or (letter == "M" and has_time):  # mm behind hours is minutes
            has_time = True
        else:
            order += letter
            year = token if letter == "Y" else year
    if order not in {"DMY", "MDY", "YMD", "YDM"} or len(year) not in {2, 4}:
        raise ValueError("Must have year, month and day, such as DD/MM/YYYY, MM/DD/YY or DD.MM.YYYY HH:mm.")
    return DateFormat(order, len(year) == 2, has_time)  # type: ignore[arg-type]  # one of the four


def read_date(text: str, wanted: DateFormat | None) -> DateCell:
    """Return the readings of a date. Raises :class:`InvalidValue` for a text that is no date."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise InvalidValue("not-a-date", _NO_DATE)
    text = " ".join(text.split())
    weekday = _WEEKDAY.match(text)
    if weekday is not None:
        text = text[weekday.end() :]
    if found := _NUMBERS.fullmatch(text):
        cell = _of_numbers(found, wanted)
    elif found := _COMPACT.fullmatch(text):
        cell = _of_digits(found[1], found[2] or "", wanted)
    else:
        cell = _of_names(text, wanted)
    if cell.day_first is None and cell.month_first is None:
        raise InvalidValue("not-a-date", "must be a day that the calendar has")
    return cell


def _of_numbers(found: re.Match[str], wanted: DateFormat | None) -> DateCell:
    first, mark, second, third, clock = found.groups()
    rest = clock or ""
    order = wanted.order if wanted else None
    if len(first) == 4 and len(third) <= 2:
        month, day = (third, second) if order == "YDM" else (second, third)
        return _certain(first, month, day, rest)
    if len(third) == 4 and len(first) <= 2:
        year = third
    elif len(first) <= 2 and len(third) == 2 and wanted is not None and wanted.short_year:
        if order in {"YMD", "YDM"}:
            month, day = (second, third) if order == "YMD" else (third, second)
            return _certain(_full(first), month, day, rest)
        year = _full(third)
    elif len(first) <= 2 and len(third) <= 2:
        raise InvalidValue("not-a-date", "has a year of two digits: set dateFormat, such as DD/MM/YY")
    else:
        raise InvalidValue("not-a-date", _NO_DATE)
    if order == "DMY" or (order != "MDY" and mark == "."):
        return _certain(year, second, first, rest)
    if order == "MDY":
        return _certain(year, first, second, rest)
    return DateCell(_day(year, second, first), _day(year, first, second), rest)


def _of_digits(digits: str, clock: str, wanted: DateFormat | None) -> DateCell:
    """Return the readings of eight digits: year, month and day, or the order of the caller's format."""
    order = wanted.order if wanted and not wanted.short_year else "YMD"
    parts, at = {}, 0
    for letter in order:
        width = 4 if letter == "Y" else 2
        parts[letter], at = digits[at : at + width], at + width
    return _certain(parts["Y"], parts["M"], parts["D"], clock)


def _of_names(text: str, wanted: DateFormat | None) -> DateCell:
    """Return the reading of a date that contains the name of its month."""
    if found := _DAY_FIRST.fullmatch(text):
        day, name, year, clock = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        name, day, year, clock = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text):
        year, name, day, clock = found.groups()
    else:
        raise InvalidValue("not-a-date", _NO_DATE)
    month = _MONTHS.get(name.lower())
    if month is None or len(year) == 3:
        raise InvalidValue("not-a-date", _NO_DATE)
    if len(year) == 2:
        if wanted is None or not wanted.short_year:
            raise InvalidValue("not-a-date", "has a year of two digits: set dateFormat, such as DD-MMM-YY")
        year = _full(year)
    return _certain(year, str(month), day, clock or "")


def _certain(year: str, month: str, day: str, clock: str) -> DateCell:
    found = _day(year, month, day)
    return DateCell(found, found, clock)


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _full(year: str) -> str:
    return str(int(year) + (1900 if int(year) >= _CENTURY else 2000))


def read_clock(text: str) -> tuple[dt.time, dt.tzinfo | None]:
    """Return a time of day and its UTC offset, None without one. Raises :class:`InvalidValue`."""
    found = _CLOCK.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        raise InvalidValue("not-a-time", "must be a time such as 09:30, 14:05:59 or 2:30 PM")
    hour, minute, second, fraction, half, offset = found.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise InvalidValue("not-a-time", "must have hours from 1 to 12 with AM and PM")
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    try:
        moment = dt.time(hours, int(minute), int(second or 0), int(((fraction or "") + "000000")[:6]))
    except ValueError as error:
        raise InvalidValue("not-a-time", "must be a time that the clock has") from error
    return moment, None if offset is None else _offset(offset)


def _offset(text: str) -> dt.tzinfo:
    if text.upper() in {"Z", "UTC", "GMT"}:
        return dt.UTC
    sign, hours, minutes = text[-6:].lstrip("UTCGMutcgm")[0], text.replace(":", "")[-4:-2], text[-2:]
    if int(hours) > 23 or int(minutes) > 59:
        raise InvalidValue("not-a-time", "must have an offset below 24 hours")
    length = dt.timedelta(hours=int(hours), minutes=int(minutes))
    return dt.timezone(-length if sign == "-" else length)


def local_moment(day: dt.date, clock: str, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment of a day and a time of day in a time zone; without a time, the start of the day.

    Raises :class:`InvalidValue` for a time that the zone leaves out or has twice on that day.
    """
    if not clock:
        return dt.datetime.combine(day, dt.time(), zone)
    time, offset = read_clock(clock)
    moment = dt.datetime.combine(day, time, offset or zone)
    if offset is None and moment.utcoffset() != moment.replace(fold=1).utcoffset():
        message = (
            f"is left out or comes twice when the clocks change in {zone}: add the offset, such as +01:00"
        )
        raise InvalidValue("ambiguous-time", message)
    return moment
