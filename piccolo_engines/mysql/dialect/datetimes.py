"""Date and time functions: extracting parts, and converting between time zones."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any, get_args

from piccolo.columns import Interval, Numeric, Time, Timestamp, Timestamptz
from piccolo.query.functions.datetime import AtTimeZone, Extract, ExtractComponent, Strftime
from piccolo.querystring import QueryString

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.dialect.expressions import preserved_alias
from piccolo_engines.mysql.dialect.patching import Patch, for_mysql

__all__ = ["PATCHES"]

_OF_DATES: Mapping[str, str] = {
    "century": "CEILING(YEAR({x}) / 100)",
    "day": "DAYOFMONTH({x})",
    "decade": "FLOOR(YEAR({x}) / 10)",
    "dow": "DAYOFWEEK({x}) - 1",
    "doy": "DAYOFYEAR({x})",
    "epoch": "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {x}) / 1000000",
    "hour": "HOUR({x})",
    "isodow": "WEEKDAY({x}) + 1",
    "isoyear": "FLOOR(YEARWEEK({x}, 3) / 100)",
    "julian": "TO_DAYS({x}) + 1721060 + (TIMESTAMPDIFF(MICROSECOND, DATE({x}), {x}) / 86400000000)",
    "microseconds": "SECOND({x}) * 1000000 + MICROSECOND({x})",
    "millennium": "CEILING(YEAR({x}) / 1000)",
    "milliseconds": "SECOND({x}) * 1000 + MICROSECOND({x}) / 1000",
    "minute": "MINUTE({x})",
    "month": "MONTH({x})",
    "quarter": "QUARTER({x})",
    "second": "SECOND({x}) + MICROSECOND({x}) / 1000000",
    "timezone": "0",
    "timezone_hour": "0",
    "timezone_minute": "0",
    "week": "WEEK({x}, 3)",
    "year": "YEAR({x}) + 0",  # MySQL has a type of its own for years
}

_OF_TIMES: Mapping[str, str] = {
    **{name: _OF_DATES[name] for name in ("hour", "microseconds", "milliseconds", "minute", "second")},
    "epoch": "HOUR({x}) * 3600 + MINUTE({x}) * 60 + SECOND({x}) + MICROSECOND({x}) / 1000000",
}

_OF_A_DAY = "MOD(MOD({x}, 86400000000) + 86400000000, 86400000000)"  # as in a timedelta: never negative
_OF_INTERVALS: Mapping[str, str] = {
    "century": "0",
    "day": f"({{x}} - {_OF_A_DAY}) DIV 86400000000",
    "decade": "0",
    "epoch": "{x} / 1000000",
    "hour": f"{_OF_A_DAY} DIV 3600000000",
    "microseconds": f"MOD({_OF_A_DAY}, 60000000)",
    "millennium": "0",
    "milliseconds": f"MOD({_OF_A_DAY}, 60000000) / 1000",
    "minute": f"MOD({_OF_A_DAY} DIV 60000000, 60)",
    "month": "0",
    "quarter": "1",
    "second": f"MOD({_OF_A_DAY}, 60000000) / 1000000",
    "year": "0",
}


def _parts_of(identifier: Any) -> Mapping[str, str]:
    if isinstance(identifier, Interval):
        return _OF_INTERVALS
    return _OF_TIMES if isinstance(identifier, Time) else _OF_DATES


def _extract(self: Extract, identifier: Any, datetime_component: str, alias: str | None = None) -> None:
    component = datetime_component.lower()
    if component not in get_args(ExtractComponent):
        raise ValueError("The date time component isn't recognised.")
    template = _parts_of(identifier).get(component)
    if template is None:
        raise Unsupported(f"There is no {component} in a column of the type {type(identifier).__name__}.")
    QueryString.__init__(
        self, f"({template.replace('{x}', '{}')})", *[identifier] * template.count("{x}"), alias=alias
    )
    self.result_name = "extract"  # type: ignore[attr-defined]  # read by the select around it
    self.cast_to = Numeric()  # type: ignore[attr-defined]  # the same


def _strftime(_self: Strftime, *_args: Any, **_kwargs: Any) -> None:
    raise Unsupported("Strftime is SQLite's: use Extract, Year, Month, Day, Hour, Minute or Second.")


def _zone(timezone: Any) -> str:
    """Return a time zone's name, or its offset in the server's notation.

    A timedelta counts westwards, as in Piccolo for PostgreSQL: EST is five hours.
    """
    if isinstance(timezone, dt.timedelta):
        minutes = int(abs(timezone.total_seconds())) // 60
        sign = "+" if timezone < dt.timedelta() else "-"
        return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    key = (zoneinfo.ZoneInfo(timezone) if isinstance(timezone, str) else timezone).key
    return "+00:00" if key == "UTC" else str(key)


def _is_naive(identifier: Any) -> bool:
    source = getattr(identifier, "cast_to", None) or identifier
    if isinstance(source, QueryString) and source.columns:
        source = source.columns[0]
    if isinstance(source, Time):
        raise Unsupported("A time of day has no time zone in MySQL.")
    return isinstance(source, Timestamp)


def _at_time_zone(self: AtTimeZone, identifier: Any, timezone: Any, alias: str | None = None) -> None:
    """Convert aware columns to local time, and interpret naive ones as local time, as in PostgreSQL.

    Named zones need the server's time zone tables; without them the result is null.
    """
    zone, naive = _zone(timezone), _is_naive(identifier)
    source, target = (zone, "+00:00") if naive else ("+00:00", zone)
    QueryString.__init__(
        self, "CONVERT_TZ({}, {}, {})", identifier, source, target, alias=preserved_alias(identifier, alias)
    )
    self.cast_to = Timestamptz() if naive else Timestamp()  # type: ignore[attr-defined]  # read by the select


PATCHES = (
    Patch(Extract, "__init__", for_mysql(_extract), "MySQL's EXTRACT knows few components"),
    Patch(Strftime, "__init__", for_mysql(_strftime), "MySQL has no strftime: raises a clear error"),
    Patch(AtTimeZone, "__init__", for_mysql(_at_time_zone), "MySQL has no AT TIME ZONE for columns"),
)
