"""Pages of a list by page number, as the admins use them.

The cost grows with the page number, because the database skips the rows before the page. Programs use
cursors, which cost the same on every page.
"""

from typing import Any

from piccolo_engines.statements import Slot
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Query
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.statements import Source, Window, reading

__all__ = ["read_rows"]


async def read_rows(target: Target, query: Query, limit: int, offset: int) -> list[dict[str, Any]]:
    """Return the records from that place on, as the API shows them: one statement. The query's cursor is not
    looked at.
    """
    values: list[object] = []
    where = target.records(query.filter, values)
    order = full_order(query.sort)
    paths = [*fields_of(query.filter), *(term.field for term in order), *query.fields]
    source = Source(target.model, where, target.hops(paths, values), target.readable)
    window = Window(order, limit, offset=Slot.at(len(values)))
    values.append(offset)
    plan = target.plan(
        lambda: reading(source, query.fields, window, target.dialect),
        *(query.fields, where, source.hops, window),
    )
    return (await target.read(plan, values)).shown()
