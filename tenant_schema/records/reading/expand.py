"""Expands related records in a result, with one statement for each expansion.

Records that lookups refer to are read by id. Related lists are read for all records in one statement: a
SELECT for each record, with its own limit, so that the index on the lookup is used however long the list is.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from piccolo_engines.statements import Slot
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import And, Condition, Expansion
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.record import Row
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.statement_cache import chained, compiled
from tenant_schema.records.sql.statements import Reading, Source, Window, reading, selection

__all__ = ["expand", "needed"]

_PARTS: Final = 256
"""Lists read with one statement. (SQLite chains 500 SELECTs at most.)"""


def needed(names: Sequence[str], expansions: Sequence[Expansion]) -> tuple[str, ...]:
    """Return the fields to read so that the expansions can be made: the lookups, and the id for lists.

    Fields beyond a lookup that is expanded are part of what is shown in its place.
    """
    if not expansions:
        return tuple(names)
    expanded = dict.fromkeys(one.lookup for one in expansions if not one.many)
    kept = [name for name in names if name.partition(".")[0] not in expanded]
    ids = ["id"] if any(one.many for one in expansions) else []
    return tuple(dict.fromkeys([*kept, *expanded, *ids]))


async def expand(
    target: Target, rows: list[Row], names: Sequence[str], expansions: Sequence[Expansion]
) -> None:
    """Put the related records into the rows, which hold what is :func:`needed` and are changed in place.

    :param names: the fields asked for; what was needed besides goes.
    """
    for one in expansions:
        await (_show_lists(target, rows, one) if one.many else _show_lookup(target, rows, one))
    if expansions and "id" not in names and any(one.many for one in expansions):
        for row in rows:
            del row["id"]


async def _show_lookup(target: Target, rows: list[Row], expansion: Expansion) -> None:
    """The record in the place of its id; null where there is none for the caller."""
    ids = dict.fromkeys(row[expansion.lookup] for row in rows)
    ids.pop(None, None)
    found = {row["id"]: row for row in await _read(target, expansion, list(ids))} if ids else {}
    for row in rows:
        row[expansion.key] = found.get(row[expansion.lookup])


async def _read(target: Target, expansion: Expansion, ids: Sequence[str]) -> list[Row]:
    """Return the records with these ids, with their id first and their own expansions."""
    beyond = _beyond(target, expansion)
    query, values = expansion.query, list[object]()
    where = beyond.records(Condition("id", "in", tuple([UUID(one) for one in ids])), values)
    names = needed(("id", *query.fields), query.expand)
    source = Source(beyond.model, where, beyond.hops(names, values), beyond.readable)
    plan: Reading = beyond.plan(
        lambda: reading(source, names, None, beyond.dialect, beside=()),
        *("by id", names, source.where, source.hops),
    )
    rows = (await beyond.read(plan, values)).shown()
    await expand(beyond, rows, names, query.expand)
    return rows


async def _show_lists(target: Target, rows: list[Row], expansion: Expansion) -> None:
    """Under the list's name, its first records and whether there are more."""
    lists: dict[str, list[Row]] = {row["id"]: [] for row in rows}
    ids = list(lists)
    shown: list[Row] = []
    for start in range(0, len(ids), _PARTS):
        for parent, row in await _read_lists(target, expansion, ids[start : start + _PARTS]):
            lists[parent].append(row)
    more = {parent for parent, found in lists.items() if len(found) > expansion.query.limit}
    for parent, found in lists.items():
        del found[expansion.query.limit :]
        shown += lists[parent]
    await expand(_beyond(target, expansion), shown, expansion.query.fields, expansion.query.expand)
    for row in rows:
        row[expansion.key] = {"data": lists[row["id"]], "hasMore": row["id"] in more}


async def _read_lists(target: Target, expansion: Expansion, ids: Sequence[str]) -> list[tuple[str, Row]]:
    """Return the lists of these records, one after the other: each row with the id of whose it is."""
    beyond, query = _beyond(target, expansion), expansion.query
    values: list[object] = []
    where = beyond.records(query.filter, values)
    order = full_order(query.sort)
    names = needed(query.fields, query.expand)
    paths = [*fields_of(query.filter), *(term.field for term in order), *names]
    source = Source(beyond.model, where, beyond.hops(paths, values), beyond.readable)
    first, parts = len(values), _rounded_up(len(ids))
    values += [*map(UUID, ids), *[None] * (parts - len(ids))]
    window = Window(order, query.limit + 1)
    plan: Reading = beyond.plan(
        lambda: _list(source, expansion.lookup, names, window, first, beyond.dialect),
        *("list", expansion.lookup, names, source.where, source.hops, window),
    )
    chain = chained(plan.statement, parts, first)
    found = plan.found(
        await beyond.engine.run_querystring(chain.bind(await beyond.resolved(values), is_raw=True))
    )
    parents = [str(found.shape.stored(row, _PARENT)) for row in found.rows]
    return list(zip(parents, found.shown(), strict=True))


_PARENT: Final = "$parent"
"""Under which name a row holds whose it is; no field is called so."""


def _rounded_up(number: int) -> int:
    """Return the next power of two, so that pages of many lengths share a few statements."""
    return 1 << (number - 1).bit_length()


def _list(
    source: Source, lookup: str, names: Sequence[str], window: Window, slot: int, dialect: RecordsDialect
) -> Reading:
    """Return the list of the record whose id is in the slot, as a part of a chain."""
    mine = Condition(lookup, "eq", Slot.at(slot))
    one = Source(source.model, And((mine, source.where)), source.hops, source.fields)
    part = selection(one, names, window, dialect, parent=(lookup, _PARENT))
    return part.reading(compiled(dialect.union_part(part.query, source.model.table), dialect))


def _beyond(target: Target, expansion: Expansion) -> Target:
    """Return the object of the related records, as the caller may use it."""
    related = target.related(expansion.object_name)
    assert related is not None, "a relation was looked up before it is followed"
    return related
