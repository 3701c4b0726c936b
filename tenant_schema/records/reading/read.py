"""Reads one record or one page of a list: one statement each, and one for each expansion."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from tenant_schema.records.access.rights import ALWAYS_READABLE
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import RecordNotFound
from tenant_schema.records.query.model import ALL, MAX_COUNTED, Count, Query
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.counting import count_records
from tenant_schema.records.reading.cursors import Cursors, Place, digest, shape_digest
from tenant_schema.records.reading.exists import exists
from tenant_schema.records.reading.expand import expand, needed
from tenant_schema.records.reading.pages import Counted, Page, Slice, cut, restored, window_of
from tenant_schema.records.record import Record, Row
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.lookup_joins import PathColumns
from tenant_schema.records.sql.statements import Reading, Source, Window, reading

__all__ = ["read_page", "read_record", "still_readable"]


async def read_record(target: Target, record_id: UUID, query: Query) -> Record:
    """Return one record with the fields and expansions of the query. Raises :class:`RecordNotFound`."""
    values: list[object] = []
    names = needed(query.fields, query.expand)
    where = target.record(record_id, values)
    source = Source(target.model, where, target.hops(names, values), target.readable)
    plan = _prepared(target, source, names, None)
    rows = await target.run(plan.statement, values)
    if not rows:
        raise RecordNotFound(target.model.name, record_id)
    version = rows[0]["version"]
    shown = plan.show(rows)
    await expand(target, shown, query.fields, query.expand)
    return Record(shown[0], version, _is_whole(target, shown[0]))


def _is_whole(target: Target, shown: Row) -> bool:
    """Return whether it has every field, in the form that it had when the record was changed last."""
    model = target.model
    return len(shown) == len(model.fields) and shown["updated_at"] > model.changed_at


async def still_readable(target: Target, returned: Mapping[str, object]) -> dict[str, object]:
    """Return the part of a record, as it was returned before, that the caller may still read.

    Executes a statement if a row rule restricts reading.
    """
    names: Collection[str] = target.rights.readable
    if target.rights.read != ALL and not await exists(target, UUID(str(returned["id"])), with_trash=True):
        names = ALWAYS_READABLE
    return {name: value for name, value in returned.items() if name in names}


async def read_page(target: Target, query: Query, cursors: Cursors) -> Page:
    """Return the page that the query describes: one statement, one for each expansion, and one for a count
    that the page does not tell by itself. Raises :class:`CursorInvalid`, :class:`CursorMismatch`.
    """
    values: list[object] = []
    where = target.records(target.searched(query.filter, query.words), values)
    order, names = full_order(query.sort), needed(query.fields, query.expand)
    shape = target.plan(lambda: shape_digest(target.model.table_name, where, order), "digest", where, order)
    sealed_for = digest(target.scope.id, shape, values, query.zone.name)
    paths = [*fields_of(query.filter), *(term.field for term in order), *names]
    source = Source(target.model, where, target.hops(paths, values), target.readable)

    def seal(place: Place | None) -> str | None:
        return None if place is None else cursors.seal(target.scope.id, sealed_for, place)

    place = None
    if query.cursor is not None:
        place = cursors.open(target.scope.id, sealed_for, query.cursor)
        place = restored(place, order, PathColumns(target.model, source.hops), target.dialect)
    plan = _prepared(target, source, names, window_of(order, query.limit, place, values))
    found = cut(await target.run(plan.statement, values), order, query.limit, place)
    rows = plan.show(found.rows)
    await expand(target, rows, query.fields, query.expand)
    return Page(rows, seal(found.next), seal(found.prev), await _counted(target, query, found))


async def _counted(target: Target, query: Query, found: Slice) -> Counted | None:
    """Return the number of records. Needs no statement if the first page is also the last one."""
    if query.count is Count.NONE:
        return None
    if query.cursor is None and found.next is None:
        return Counted(len(found.rows), capped=False)
    if query.count is Count.EXACT:
        return Counted(await count_records(target, query), capped=False)
    number = await count_records(target, query, MAX_COUNTED + 1)
    return Counted(min(number, MAX_COUNTED), capped=number > MAX_COUNTED)


def _prepared(target: Target, source: Source, names: Sequence[str], window: Window | None) -> Reading:
    """Return the SELECT of this shape."""
    return target.plan(
        lambda: reading(source, names, window, target.dialect),
        *(names, source.where, source.hops, window),
    )
