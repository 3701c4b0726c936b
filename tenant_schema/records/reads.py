"""Reading: one record, or one page of a list; one statement each."""

from collections.abc import Sequence
from uuid import UUID

from tenant_schema.records.cursors import Cursors, Place, digest, shape_digest
from tenant_schema.records.errors import RecordNotFound
from tenant_schema.records.keyset import full_order
from tenant_schema.records.pages import Page, cut, restored, window_of
from tenant_schema.records.paths import fields_of
from tenant_schema.records.query import Query
from tenant_schema.records.rendering import Record
from tenant_schema.records.statements import Reading, Source, Window, reading
from tenant_schema.records.target import Target
from tenant_schema.records.through import PathColumns

__all__ = ["read_page", "read_record"]


async def read_record(target: Target, record_id: UUID, names: tuple[str, ...]) -> Record:
    """One record with the named fields. Raises :class:`RecordNotFound`."""
    values: list[object] = []
    where = target.record(record_id, values)
    source = Source(target.model, where, target.hops(names, values), target.readable)
    plan = _prepared(target, source, names, None)
    rows = await target.run(plan.statement, values)
    if not rows:
        raise RecordNotFound(target.model.name, record_id)
    version = rows[0]["version"]
    return Record(plan.show(rows)[0], version)


async def read_page(target: Target, query: Query, cursors: Cursors) -> Page:
    """The page that the query describes. Raises :class:`CursorInvalid`, :class:`CursorMismatch`."""
    values: list[object] = []
    where = target.records(target.searched(query.filter, query.words), values)
    order = full_order(query.sort)
    shape = target.plan(lambda: shape_digest(target.model.table_name, where, order), "digest", where, order)
    sealed_for = digest(target.scope.id, shape, values)
    paths = [*fields_of(query.filter), *(term.field for term in order), *query.fields]
    source = Source(target.model, where, target.hops(paths, values), target.readable)

    def seal(place: Place | None) -> str | None:
        return None if place is None else cursors.seal(target.scope.id, sealed_for, place)

    place = None
    if query.cursor is not None:
        place = cursors.open(target.scope.id, sealed_for, query.cursor)
        place = restored(place, order, PathColumns(target.model, source.hops), target.engine.engine_type)
    plan = _prepared(target, source, query.fields, window_of(order, query.limit, place, values))
    found = cut(await target.run(plan.statement, values), order, query.limit, place)
    return Page(plan.show(found.rows), seal(found.next), seal(found.prev))


def _prepared(target: Target, source: Source, names: Sequence[str], window: Window | None) -> Reading:
    """The SELECT of this shape."""
    return target.plan(
        lambda: reading(source, names, window, target.engine.engine_type),
        *(names, source.where, source.hops, window),
    )
