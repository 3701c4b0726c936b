"""Defaults that the database computes: Piccolo's ``Default`` classes as MySQL's SQL."""

import datetime as dt
from typing import Any

from piccolo.columns.defaults.date import DateCustom, DateNow, DateOffset
from piccolo.columns.defaults.interval import IntervalCustom
from piccolo.columns.defaults.numeric import InfinityDecimal, NegativeInfinityDecimal
from piccolo.columns.defaults.real import InfinityFloat, NegativeInfinityFloat
from piccolo.columns.defaults.time import TimeCustom, TimeNow, TimeOffset
from piccolo.columns.defaults.timestamp import TimestampCustom, TimestampNow, TimestampOffset
from piccolo.columns.defaults.uuid import UUID4, UUID7

from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.literals import literal, microseconds
from piccolo_engines.mysql.server import MYSQL

__all__ = ["PATCHES"]

_REASON = "a default supports only Piccolo's own engines"
_UNITS = {"days": "DAY", "hours": "HOUR", "minutes": "MINUTE", "seconds": "SECOND"}


def _offset(start: str, default: Any) -> str:
    parts = [
        f" + INTERVAL {int(value)} {unit}"
        for name, unit in _UNITS.items()
        if (value := getattr(default, name, None))
    ]
    return f"({start}{''.join(parts)})"


def _timestamp(default: Any) -> str:
    value: dt.datetime = default.datetime
    return f"'{value.replace(tzinfo=None).isoformat(sep=' ')}'"


def _random_uuid(_: object) -> str:
    """A unique UUID, but not a random version 4. Used only for rows that Piccolo does not insert."""
    return "(UNHEX(REPLACE(UUID(), '-', '')))"


def _number(default: Any) -> str:
    return literal(default.python(), MYSQL)


_DEFAULTS: dict[type, Any] = {
    DateCustom: lambda default: f"'{default.date.isoformat()}'",
    DateNow: lambda _: "(CURRENT_DATE)",
    DateOffset: lambda default: _offset("CURRENT_DATE", default),
    IntervalCustom: lambda default: str(microseconds(default.timedelta)),
    **dict.fromkeys(
        (InfinityDecimal, InfinityFloat, NegativeInfinityDecimal, NegativeInfinityFloat), _number
    ),
    TimeCustom: lambda default: f"'{default.time.isoformat()}'",
    TimeNow: lambda _: "(CURRENT_TIME(6))",
    TimeOffset: lambda default: _offset("CURRENT_TIME(6)", default),
    TimestampCustom: _timestamp,
    TimestampNow: lambda _: "CURRENT_TIMESTAMP(6)",
    TimestampOffset: lambda default: _offset("CURRENT_TIMESTAMP(6)", default),
    UUID4: _random_uuid,
    UUID7: _random_uuid,
}


def _adding(getter: Any) -> Any:
    return lambda _: property(getter)


PATCHES = tuple(
    Patch(owner, "mysql", _adding(getter), _REASON, adds=True) for owner, getter in _DEFAULTS.items()
)
