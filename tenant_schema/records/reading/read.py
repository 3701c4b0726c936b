"""Reads one record or one page of a list: one statement each, and one for each expansion."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec

from tenant_schema.records.access.rights import ALWAYS_READABLE
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import RecordNotFound
from tenant_schema.records.query.model import ALL, MAX_COUNTED, Count, Query
from tenant_schema.records.reading.counting import count_records
from tenant_schema.records.reading.cursors import Cursors, Place
from tenant_schema.records.reading.exists import exists
from tenant_schema.records.reading.expand import expand
from tenant_schema.records.reading.pages import Counted, Page, Slice, cut
from tenant_schema.records.reading.plans import PagePlan, RecordPlan
from tenant_schema.records.record import Record

__all__ = ["read_page", "read_record", "still_readable"]


async def read_record(target: Target, record_id: UUID, plan: RecordPlan) -> Record:
    """Return one record with the fields and expansions of the plan. Raises :class:`RecordNotFound`."""
    values = plan.values_for(target.access.user_id)
    values[0] = record_id
    found = await target.read(plan.reading, values)
    if not found.rows:
        raise RecordNotFound(target.model.name, record_id)
    row, query = found.rows[0], plan.query
    version = found.shape.stored(row, "version")
    can = None if plan.abilities is None else plan.abilities.of(target, found)[0]
    if query.expand:
        shown = found.shown()
        await expand(target, shown, query.fields, query.expand)
        return Record(shown[0], version, can=can)
    # whole: every field has the form that it had when the record was changed last
    is_whole = plan.is_whole and found.shape.is_later(row, "updated_at", target.model.changed_at)
    return Record(found.encodable()[0], version, is_whole, can)


async def still_readable(target: Target, returned: Mapping[str, object]) -> dict[str, object]:
    """Return the part of a record, as it was returned before, that the caller may still read.

    Executes a statement if a row rule restricts reading.
    """
    names: Collection[str] = target.rights.readable
    if target.rights.read != ALL and not await exists(target, UUID(str(returned["id"])), with_trash=True):
        names = ALWAYS_READABLE
    return {name: value for name, value in returned.items() if name in names}


async def read_page(target: Target, plan: PagePlan, cursors: Cursors) -> Page:
    """Return the page that the plan describes: one statement, one for each expansion, and one for a count
    that the page does not tell by itself.
    """
    query, values = plan.query, plan.values_for(target.access.user_id)
    if plan.is_relative:
        begun = None if plan.place is None else plan.place.asked_at
        target = msgspec.structs.replace(target, asked_at=begun or target.now)
    part = cut(await target.read(plan.reading, values), plan.order, query.limit, plan.place)

    def seal(place: Place | None) -> str | None:
        if place is None:
            return None
        place = place if target.asked_at is None else msgspec.structs.replace(place, asked_at=target.asked_at)
        return cursors.seal(target.scope.id, plan.digest_for(target, values), place)

    if query.expand:
        rows = part.found.shown()
        await expand(target, rows, query.fields, query.expand)
    else:
        rows = part.found.encodable()
    can = None if plan.abilities is None else plan.abilities.of(target, part.found)
    return Page(rows, seal(part.next), seal(part.prev), await _counted(target, query, part), can)


async def _counted(target: Target, query: Query, part: Slice) -> Counted | None:
    """Return the number of records. Needs no statement if the first page is also the last one."""
    if query.count is Count.NONE:
        return None
    if query.cursor is None and part.next is None:
        return Counted(len(part.found.rows), capped=False)
    if query.count is Count.EXACT:
        return Counted(await count_records(target, query), capped=False)
    number = await count_records(target, query, MAX_COUNTED + 1)
    return Counted(min(number, MAX_COUNTED), capped=number > MAX_COUNTED)
