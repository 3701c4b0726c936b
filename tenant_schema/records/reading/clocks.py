"""The UTC offsets that a query needs, read for the range of moments that a statement covers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from piccolo.querystring import QueryString

from piccolo_engines.statements import Slot
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.aggregates import AggregateQuery
from tenant_schema.records.query.time_zones import UTC as UTC_ZONE
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.local_time import Clock, Clocks
from tenant_schema.records.sql.lookup_joins import PathColumns
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.statement_cache import Statement, compiled
from tenant_schema.records.sql.statements import Source

__all__ = ["clocks_of"]


async def clocks_of(target: Target, source: Source, query: AggregateQuery, values: list[object]) -> Clocks:
    """Return the clocks for the moments that are grouped by their parts; their values are added to
    ``values``.

    One statement more, for the first and the last moment, and none in UTC.
    """
    if query.zone == UTC_ZONE:
        return ()
    grouped = [one.field for one in query.groups if one.part is not None]
    names = [name for name in dict.fromkeys(grouped) if known(name, target.readable).type.name == "datetime"]
    if not names:
        return ()
    key = ("first and last", source.where, source.hops, tuple(names))
    statement = target.plan(lambda: _extremes(source, names, target.dialect), *key)
    [row] = await target.run(statement, values)
    found: list[tuple[str, Clock]] = []
    for place, name in enumerate(names):
        first, last = _moment(row[f"first{place}"]), _moment(row[f"last{place}"])
        clock: list[tuple[Slot, Slot]] = []
        for start, seconds in query.zone.offsets(first, last):
            clock.append((Slot.at(len(values)), Slot.at(len(values) + 1)))
            values += [start, seconds]
        found.append((name, tuple(clock)))
    return tuple(found)


def _extremes(source: Source, names: Sequence[str], dialect: RecordsDialect) -> Statement:
    """Return a SELECT of the first and the last moment of each field."""
    columns = PathColumns(source.model, source.hops)
    select = source.select(dialect, columns)
    pairs = [(columns[name], place) for place, name in enumerate(names)]
    select.selected = [
        QueryString(f"{function}({{}})", column, alias=f"{alias}{place}")
        for column, place in pairs
        for function, alias in (("MIN", "first"), ("MAX", "last"))
    ]
    select.hints = [column for column, _ in pairs for _ in range(2)]
    return compiled(select.querystring(dialect), dialect)


def _moment(value: object) -> datetime:
    """Convert a database's result to a moment; an arbitrary one for NULL."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
