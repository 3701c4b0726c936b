"""Moments as clocks in a time zone show them, worked out by the database without knowing of time zones.

MySQL and MariaDB know zones only where somebody has loaded them, and SQLite knows none. So a statement is
given what it needs: the moments at which clocks were changed between the first and the last moment that are
there, and what clocks showed from each on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from piccolo.columns import Column
from piccolo.querystring import QueryString

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.aggregates import Summary
from tenant_schema.records.query.time_zones import UTC as UTC_ZONE
from tenant_schema.records.sql.lookup_joins import PathColumns
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.statement_cache import Slot, Statement, compiled
from tenant_schema.records.sql.statements import Source

__all__ = ["Clock", "Clocks", "clocks_of", "local_time"]

Clock: TypeAlias = tuple[tuple[Slot, Slot], ...]
"""For each offset, the slots of the moment from which on it holds and of its seconds; the first holds before
its moment, too.
"""
Clocks: TypeAlias = tuple[tuple[str, Clock], ...]
"""The clock for each field that needs one."""

_SHIFTED: Final = {
    "sqlite": "DATETIME(SUBSTR({}, 1, 19), ({}) || ' seconds')",
    "mysql": "DATE_ADD({}, INTERVAL ({}) SECOND)",
}


async def clocks_of(target: Target, source: Source, summary: Summary, values: list[object]) -> Clocks:
    """The clocks for the moments that are grouped by their parts; their values are added to ``values``.

    One statement more, for the first and the last moment, and none in UTC.
    """
    if summary.zone == UTC_ZONE:
        return ()
    grouped = [one.field for one in summary.groups if one.part is not None]
    names = [name for name in dict.fromkeys(grouped) if known(name, target.readable).type.name == "datetime"]
    if not names:
        return ()
    key = ("first and last", source.where, source.hops, tuple(names))
    statement = target.plan(lambda: _extremes(source, names, target.engine.engine_type), *key)
    [row] = await target.run(statement, values)
    found: list[tuple[str, Clock]] = []
    for place, name in enumerate(names):
        first, last = _moment(row[f"first{place}"]), _moment(row[f"last{place}"])
        clock: list[tuple[Slot, Slot]] = []
        for start, seconds in summary.zone.offsets(first, last):
            clock.append((Slot.at(len(values)), Slot.at(len(values) + 1)))
            values += [start, seconds]
        found.append((name, tuple(clock)))
    return tuple(found)


def _extremes(source: Source, names: Sequence[str], engine_type: str) -> Statement:
    """A SELECT of the first and the last moment of each field."""
    columns = PathColumns(source.model, source.hops)
    select = source.select(engine_type, columns)
    pairs = [(columns[name], place) for place, name in enumerate(names)]
    select.selected = [
        QueryString(f"{function}({{}})", column, alias=f"{alias}{place}")
        for column, place in pairs
        for function, alias in (("MIN", "first"), ("MAX", "last"))
    ]
    select.hints = [column for column, _ in pairs for _ in range(2)]
    return compiled(select.querystring(engine_type), engine_type)


def _moment(value: object) -> datetime:
    """What a database gives for a moment; any one where there is none."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def local_time(column: Column, clock: Clock, engine_type: str) -> QueryString:
    """The moments of a column as clocks show them."""
    return QueryString(_SHIFTED[engine_type], column, _offset(column, clock))


def _offset(column: Column, clock: Clock) -> QueryString:
    """The seconds that clocks are ahead of UTC: a tree of comparisons."""
    if len(clock) == 1:
        return QueryString("{}", clock[0][1])
    middle = len(clock) // 2
    earlier, later = _offset(column, clock[:middle]), _offset(column, clock[middle:])
    return QueryString("CASE WHEN {} < {} THEN {} ELSE {} END", column, clock[middle][0], earlier, later)
