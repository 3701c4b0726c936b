"""Counts the records that match a query."""

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import ALL, And, Filter, Query
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.sql.statements import Source, counting

__all__ = ["count_records"]


async def count_records(target: Target, query: Query, limit: int | None = None, within: Filter = ALL) -> int:
    """Return how many records match the query's filter and search. Executes one statement.

    :param limit: the number at which the database stops counting; None for an exact count.
    :param within: a row rule that they have to pass, too.
    """
    values: list[object] = []
    wanted = target.searched(query.filter, query.words)
    where = target.records(wanted if within == ALL else And((wanted, within)), values)
    source = Source(target.model, where, target.hops(fields_of(query.filter), values))
    plan = target.plan(lambda: counting(source, target.dialect, limit), *("count", limit, where, source.hops))
    return int((await target.run(plan, values))[0]["count"])
