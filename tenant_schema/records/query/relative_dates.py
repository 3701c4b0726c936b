"""Dates relative to the present as values of filters: ``$today``, ``-7d``, ``$startOfMonth-1m``.

::

    $today  $yesterday  $tomorrow  $now
    $startOfWeek  $startOfMonth  $startOfQuarter  $startOfYear      the first day
    $endOfWeek    $endOfMonth    $endOfQuarter    $endOfYear        the last day
    -7d  +2w  -1m  +1q  -1y                                         from today, or behind one of the above

Weeks begin on Monday (ISO 8601). ``$endOfMonth-1m`` is the last day of the month before. A day that a month
does not have becomes the last one of the month: 31 March ``-1m`` is 28 or 29 February.

What the text means stays open until a statement is run: plans of reads are kept, and row rules are shared by
all callers, who may be in different time zones.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_OFFSET
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.problems import suggestion
from tenant_schema.records.query.time_zones import Zone

__all__ = ["MAX_SHIFTS", "NAMES", "Relative", "RelativeDay", "Shift", "parse_relative", "resolved"]

Shift: TypeAlias = tuple[int, str]
"""How many days (``d``), weeks, months, quarters or years (``y``)."""

MAX_SHIFTS: Final = 3
"""Offsets of one value."""
_PERIODS: Final = ("Week", "Month", "Quarter", "Year")
NAMES: Final = (
    *("today", "yesterday", "tomorrow", "now"),
    *(f"startOf{period}" for period in _PERIODS),
    *(f"endOf{period}" for period in _PERIODS),
)
_SHIFT: Final = re.compile(r"([+ -])([0-9]{1,4})([dwmqy])")
_VALUE: Final = re.compile(rf"(?:\$({'|'.join(NAMES)}))?((?:[+ -][0-9]{{1,4}}[dwmqy]){{0,{MAX_SHIFTS}}})")
_MONTHS: Final = {"m": 1, "q": 3, "y": 12}
_DAYS: Final = {"d": 1, "w": 7}
_EARLIEST, _LATEST = date(1000, 1, 2), date(9999, 12, 30)
"""Days that databases have in every time zone."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A date or a moment relative to the present.

    :param name: one of :data:`NAMES`.
    :param part: the date; the first moment of that day, or of the day after it; or the same time of that day.
    :param zone: the time zone whose calendar counts; None for that of the caller.
    :param of_rule: it is part of a row rule, which holds at the present time on every page of a list.
    """

    name: str
    shifts: tuple[Shift, ...] = ()
    part: Literal["date", "start", "end", "time"] = "date"
    zone: Zone | None = None
    of_rule: bool = False

    def at(self, now: datetime, callers: Zone) -> date | datetime:
        """Return the date, or the moment in UTC.

        :param callers: the caller's time zone.

        >>> Relative("endOfMonth", ((-1, "m"),)).at(datetime(2026, 3, 31, tzinfo=UTC_OFFSET), Zone("UTC"))
        datetime.date(2026, 2, 28)
        """
        zone = callers if self.zone is None else self.zone
        local = now.astimezone(ZoneInfo(zone.name))
        day = _day(self.name, self.shifts, local.date())
        if self.part == "date":
            return day
        if self.part == "time":
            return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC_OFFSET)
        found = zone.day(day)
        return found.start if self.part == "start" or found.end is None else found.end


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A whole day relative to today: from ``start`` on and before ``end``."""

    start: Relative
    end: Relative


def parse_relative(text: str) -> tuple[str, tuple[Shift, ...]] | None:
    """Return the name and the offsets; None for a text that is no relative date. An offset alone counts from
    today. A ``+`` that a URL made a space counts.

    Raises InvalidValue for a text that begins like one.

    >>> parse_relative("$startOfMonth-1m"), parse_relative("-7d"), parse_relative("2026-02-28")
    (('startOfMonth', ((-1, 'm'),)), ('today', ((-7, 'd'),)), None)
    """
    if not text.startswith(("$", "+", "-", " ")):
        return None
    found = _VALUE.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        known = [f"${name}" for name in NAMES]
        message = "is no relative date, such as $today, -7d or $startOfMonth-1m"
        raise InvalidValue("unknown-relative-date", message, suggestion(text[:60], known))
    shifts = [
        (int(f"{'-' if sign == '-' else ''}{number}"), unit)
        for sign, number, unit in _SHIFT.findall(found[2])
    ]
    return found[1] or "today", tuple(shifts)


def resolved(values: Sequence[object], now: datetime, asked_at: datetime, callers: Zone) -> list[object]:
    """Return the values with dates and moments in place of relative ones: those of rules at ``now``, those of
    the request at ``asked_at``.
    """
    return [
        value.at(now if value.of_rule else asked_at, callers) if isinstance(value, Relative) else value
        for value in values
    ]


def _day(name: str, shifts: Sequence[Shift], today: date) -> date:
    """Return the day for a certain day of today."""
    is_end = name.startswith("endOf")
    day = _after(name[5:], today) if is_end else _start(name, today)
    for number, unit in shifts:
        day = _shifted(day, number, unit)
    return _within(day - timedelta(1) if is_end else day)


def _start(name: str, today: date) -> date:
    near = {"yesterday": -1, "tomorrow": 1}.get(name)
    if near is not None:
        return today + timedelta(near)
    return _first(name[7:], today) if name.startswith("startOf") else today


def _first(period: str, today: date) -> date:
    """Return the first day of the period."""
    if period == "Week":
        return today - timedelta(today.weekday())
    month = {"Month": today.month, "Quarter": (today.month - 1) // 3 * 3 + 1, "Year": 1}[period]
    return today.replace(month=month, day=1)


def _after(period: str, today: date) -> date:
    """Return the first day behind the period."""
    number, unit = (1, "w") if period == "Week" else (1, period[0].lower())
    return _shifted(_first(period, today), number, unit)


def _shifted(day: date, number: int, unit: str) -> date:
    if unit in _DAYS:
        return _within(day + timedelta(number * _DAYS[unit]))
    months = day.year * 12 + day.month - 1 + number * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    if not _EARLIEST.year <= year <= _LATEST.year:
        return _EARLIEST if year < _EARLIEST.year else _LATEST
    return _within(date(year, month, min(day.day, monthrange(year, month)[1])))


def _within(day: date) -> date:
    return min(max(day, _EARLIEST), _LATEST)
