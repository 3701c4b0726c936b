"""Reads a record's history, newest change first: three statements for each page, and one for each object that
changed lookups refer to.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import CursorMismatch, RecordNotFound
from tenant_schema.records.history.names import add_names, names_of
from tenant_schema.records.history.write import Action, field_key
from tenant_schema.records.query.model import ALL
from tenant_schema.records.reading.cursors import Cursors, Place
from tenant_schema.records.reading.pages import Page
from tenant_schema.records.record import Row
from tenant_schema.records.sql.statements import Reading, Source, reading
from tenant_schema.records.tables import RecordHistory
from tenant_schema.users.tables import User

__all__ = ["read_history"]

_MADE: Final = ("created_at", "created_by")


async def read_history(
    target: Target, record_id: UUID, limit: int, cursor: str | None, cursors: Cursors
) -> Page:
    """Return a page of the record's history, in the trash or not. Callers who may read the record may read
    that, as far as its fields are readable. Of a destroyed one, that it was.

    Raises :class:`RecordNotFound`, :class:`CursorInvalid`, :class:`CursorMismatch`.
    """
    creation = await _creation(target, record_id)
    sealed_for = hashlib.sha256(b"history" + target.model.id.bytes + record_id.bytes).digest()
    place = None if cursor is None else cursors.open(target.scope.id, sealed_for, cursor)
    rows = await _kept(target, record_id, limit, place)
    if creation is None and not rows:
        raise RecordNotFound(target.model.name, record_id)
    if creation is not None and len(rows) <= limit and not (place and place.backward):
        rows.append({"version": 1, "action": Action.CREATE.value, "changes": "{}", **creation})
    shown, older, newer = _cut(rows, limit, place)
    names = await _names(shown)
    fields = {field_key(one): one for one in target.readable.values()}
    data = [_entry(row, fields, names, target.readable) for row in shown]
    add_names(target, data, await names_of(target, data))
    return Page(
        data,
        cursors.seal(target.scope.id, sealed_for, older) if older else None,
        cursors.seal(target.scope.id, sealed_for, newer) if newer else None,
    )


async def _creation(target: Target, record_id: UUID) -> Row | None:
    """Return when and by whom the record was created; None if it was destroyed and the caller may know of it.

    A row rule cannot be applied to a destroyed record, so callers with such a rule see none.
    """
    values: list[object] = []
    where = target.record(record_id, values, with_trash=True)
    plan: Reading = target.plan(
        lambda: reading(Source(target.model, where), _MADE, None, target.dialect),
        *("creation", where),
    )
    rows = (await target.read(plan, values)).shown()
    if rows:
        return {"at": rows[0]["created_at"], "actor": rows[0]["created_by"]}
    if target.rights.read != ALL:
        raise RecordNotFound(target.model.name, record_id)
    return None


async def _kept(target: Target, record_id: UUID, limit: int, place: Place | None) -> list[Row]:
    """Return the entries of the page and one more, in the order in which they are read."""
    where = (RecordHistory.object == target.model.id) & (RecordHistory.record == record_id)
    query = RecordHistory.select().where(where).limit(limit + 1)
    if place is not None:
        if len(place.position) != 1 or not isinstance(place.position[0], int):
            raise CursorMismatch
        is_beyond = RecordHistory.version.__gt__ if place.backward else RecordHistory.version.__lt__
        query = query.where(is_beyond(place.position[0]))
    rows: list[Row] = await query.order_by(
        RecordHistory.version, ascending=place is not None and place.backward
    )
    return rows


def _cut(rows: list[Row], limit: int, place: Place | None) -> tuple[list[Row], Place | None, Place | None]:
    """Return the page, newest first, and the positions at which older and newer pages start."""
    goes_on, is_backward = len(rows) > limit, place is not None and place.backward
    page = rows[:limit]
    if is_backward:
        page.reverse()
    if not page:
        return page, None, None
    older = Place((page[-1]["version"],)) if is_backward or goes_on else None
    newer = Place((page[0]["version"],), backward=True) if (goes_on if is_backward else place) else None
    return page, older, newer


async def _names(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return the names of the users who made the changes, by id."""
    ids = {UUID(str(row["actor"])) for row in rows if row["actor"] is not None}
    if not ids:
        return {}
    users = await User.select(User.id, User.name).where(User.id.is_in(list(ids)))
    return {str(user["id"]): user["name"] for user in users}


def _entry(
    row: Row, fields: Mapping[str, FieldModel], names: Mapping[str, str], readable: Mapping[str, FieldModel]
) -> dict[str, Any]:
    """Return one change as the API shows it, without its author or time if the caller may not read
    ``updated_by`` or ``updated_at``.
    """
    entry: dict[str, Any] = {"version": row["version"], "action": row["action"]}
    if "updated_at" in readable:
        entry["at"] = msgspec.to_builtins(row["at"])
    if "updated_by" in readable:
        actor = None if row["actor"] is None else str(row["actor"])
        entry["by"] = actor and {"id": actor, "name": names.get(actor)}
        entry["userName"] = None if actor is None else names.get(actor)
    entry["changes"] = [
        {"field": fields[key].name, "from": before, "to": after}
        for key, (before, after) in msgspec.json.decode(row["changes"]).items()
        if key in fields
    ]
    return entry
