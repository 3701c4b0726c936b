"""Time zones by name, with the same rules on every machine, independent of the database server.

A day in a zone is the time from its first moment there to that of the next one: 23 to 25 hours where clocks
are changed, and none at all where the calendar skipped it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_OFFSET
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["UTC", "Day", "Offset", "UnknownZone", "Zone", "known_zone", "zone_names", "zone_of"]

_NAME: Final = re.compile(r"[A-Za-z0-9_+\-]{1,32}(?:/[A-Za-z0-9_+\-]{1,32}){0,2}")
_FIRST: Final = datetime(1850, 1, 1, tzinfo=UTC_OFFSET)
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC_OFFSET)
_STEP: Final = timedelta(days=7)
"""No zone has had an offset for less than this; a test compares with the database's own list."""
_LAST_DAY: Final = datetime(9999, 12, 31, tzinfo=UTC_OFFSET)


class UnknownZone(ValueError):
    """No time zone has that name."""


class Offset(NamedTuple):
    """From ``start`` on, clocks show UTC and this many seconds."""

    start: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Day:
    """From ``start`` on and before ``end``, both in UTC; the last day of the calendar has no end."""

    start: datetime
    end: datetime | None

    @property
    def last(self) -> datetime:
        """The last moment, to the microsecond."""
        return (
            datetime.max.replace(tzinfo=UTC_OFFSET) if self.end is None else self.end - timedelta.resolution
        )


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone of the IANA database by its name."""

    name: str

    def day(self, day: date) -> Day:
        """When the day begins and ends there."""
        end = None if day == date.max else self._first_moment(day + timedelta(1))
        return Day(self._first_moment(day), end)

    def offsets(self, first: datetime, last: datetime) -> list[Offset]:
        """Return the UTC offsets of the zone between two moments, at least one; the first also holds before.
        From 2200 on, the offset of that year's January.

        On the last day that databases know, clocks are not ahead of UTC, or it would end in the year 10000.
        """
        every = _offsets_of(self.name)
        within = [one for one in every if first < one.start <= last]
        before = [one for one in every if one.start <= first]
        found = [before[-1] if before else every[0], *within]
        if last >= _LAST_DAY:
            found.append(Offset(_LAST_DAY, min(0, found[-1].seconds)))
        return found

    def _first_moment(self, day: date) -> datetime:
        """Midnight; where clocks skip it, the moment at which they do."""
        return datetime.combine(day, time(), ZoneInfo(self.name)).astimezone(UTC_OFFSET)


UTC: Final = Zone("UTC")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every name that means the same on all machines: those of the ``tzdata`` package."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


def zone_of(name: str) -> Zone:
    """Return the time zone of that name. Raises :class:`UnknownZone`.

    >>> zone_of("Europe/Berlin").day(date(2026, 3, 29)).start.isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    if _NAME.fullmatch(name) is None or name not in zone_names():
        raise UnknownZone(name)
    return Zone(name)


def known_zone(name: str) -> Zone:
    """Return the time zone of that name, or UTC if there is none."""
    try:
        return zone_of(name)
    except UnknownZone:
        return UTC


@lru_cache(maxsize=64)
def _offsets_of(name: str) -> Sequence[Offset]:
    """All offsets of a zone from 1850 to 2200: looked for week by week, then to the second (15 ms)."""
    info = ZoneInfo(name)
    found = [Offset(datetime.min.replace(tzinfo=UTC_OFFSET), _seconds(info, _FIRST))]
    at = _FIRST
    while at < _LAST:
        then = at + _STEP
        if _seconds(info, then) != found[-1].seconds:
            start = _change(info, at, then)
            found.append(Offset(start, _seconds(info, start)))
            at = start
        else:
            at = then
    return found


def _change(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second between two moments at which clocks show another offset than at the first
    one.
    """
    before = _seconds(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _seconds(info, middle) == before else (low, middle)
    return high


def _seconds(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None, "zones of the database have offsets"
    return int(offset.total_seconds())
