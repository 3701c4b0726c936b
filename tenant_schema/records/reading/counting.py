"""How many records there are in all: exactly, or no further than anybody looks."""

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import MAX_COUNTED, Count, Query
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.pages import Counted
from tenant_schema.records.sql.statements import Source, counting

__all__ = ["count_records"]


async def count_records(target: Target, query: Query) -> Counted | None:
    """What the query wants to know of the number of its records: one statement, or none."""
    if query.count is Count.NONE:
        return None
    values: list[object] = []
    where = target.records(target.searched(query.filter, query.words), values)
    source = Source(target.model, where, target.hops(fields_of(query.filter), values))
    limit = MAX_COUNTED + 1 if query.count is Count.CAPPED else None
    plan = target.plan(
        lambda: counting(source, target.engine.engine_type, limit), *("count", limit, where, source.hops)
    )
    number = int((await target.run(plan, values))[0]["count"])
    return Counted(
        min(number, MAX_COUNTED) if limit else number, capped=limit is not None and number == limit
    )
