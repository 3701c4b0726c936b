"""Moves records to the trash, restores and destroys them, with the records that go with them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.querystring import QueryString

from piccolo_engines.errors import ForeignKeyViolation
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.preconditions import Versions
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import StillReferenced
from tenant_schema.records.history.write import Action, Entry, field_key, forget, keep
from tenant_schema.records.record import Record, Row
from tenant_schema.records.sql.rendering import shown
from tenant_schema.records.writing.cascade import (
    Cascade,
    Tie,
    Which,
    beside,
    collect,
    loops_among,
    references,
    referring,
)
from tenant_schema.records.writing.quotas import adding_rows, deleting_rows
from tenant_schema.records.writing.restrict import blocked, restricting, visible_blockers
from tenant_schema.records.writing.rows import lock_record, write_changes

__all__ = ["destroy", "destroy_rows", "restore_record", "restore_rows", "trash_record", "trash_rows"]


async def trash_record(target: Target, record_id: UUID, if_match: Versions, now: datetime) -> None:
    """Raises :class:`RecordNotFound`, :class:`VersionMismatch`, :class:`ChangeDenied`,
    :class:`StillReferenced` and :class:`TooManyDependents`.
    """

    async def trash() -> None:
        current = await lock_record(target, record_id, if_match, target.rights.delete)
        for refusal in (await trash_rows(target, [current], now)).values():
            raise refusal

    await target.unit(trash)


async def trash_rows(target: Target, rows: Sequence[Row], now: datetime) -> dict[UUID, StillReferenced]:
    """Move locked records and their dependents to the trash. Returns the records that cannot be deleted, with
    the reasons.
    """
    cascade = await collect(target, rows, _in_use)
    blocking = await blocked(target, cascade, _in_use)
    await _mark_all(target, cascade.without(blocking), now, now, Action.DELETE)
    return {
        root: StillReferenced(target.model.name, root, await visible_blockers(target, reasons))
        for root, reasons in blocking.items()
    }


async def restore_record(target: Target, record_id: UUID, if_match: Versions, now: datetime) -> Record:
    """With what went into the trash with it; one in use stays as it is. Raises as :func:`trash_record`."""

    async def restore() -> Row:
        current = await lock_record(target, record_id, if_match, target.rights.delete, with_trash=True)
        if current["deleted_at"] is None:
            return current
        await restore_rows(target, [current], now)
        return current | _stamps(target, now) | {"deleted_at": None, "version": current["version"] + 1}

    return target.record_of(await target.unit(restore))


async def restore_rows(target: Target, rows: Sequence[Row], now: datetime) -> None:
    """Take locked records out of the trash, with what went there with them; those in use stay as they are."""
    if not references(target, target.model.name, "cascade"):
        alone = Cascade()
        alone.add(target.model, [row for row in rows if row["deleted_at"] is not None], lambda row: row["id"])
        await _mark_all(target, alone, None, now, Action.RESTORE)
        return
    for deleted_at in dict.fromkeys(row["deleted_at"] for row in rows if row["deleted_at"] is not None):
        together = [row for row in rows if row["deleted_at"] == deleted_at]
        cascade = await collect(target, together, _at(deleted_at))
        await _mark_all(target, cascade, None, now, Action.RESTORE)


async def destroy(target: Target, record_id: UUID, if_match: Versions, now: datetime) -> None:
    """From the trash, too. Of the histories of what is destroyed no values stay, only that it was there and
    who destroyed it. Raises as :func:`trash_record`.
    """

    async def remove() -> None:
        current = await lock_record(target, record_id, if_match, target.rights.delete, with_trash=True)
        for refusal in (await destroy_rows(target, [current], now)).values():
            raise refusal

    try:
        await target.unit(remove)
    except ForeignKeyViolation as error:
        raise StillReferenced(target.model.name, record_id) from error


async def destroy_rows(target: Target, rows: Sequence[Row], now: datetime) -> dict[UUID, StillReferenced]:
    """Destroy locked records with their dependents. Returns the records that cannot be destroyed, with the
    reasons. Raises :class:`TooManyDependents`, ForeignKeyViolation.

    What stays may be in the way of others: they are looked for until nothing is.
    """
    going, refused = list(rows), dict[UUID, StillReferenced]()
    while True:
        cascade = await collect(target, going, _all)
        blocking, ties = await restricting(target, cascade, _all)
        if not blocking:
            break
        for root, reasons in blocking.items():
            visible = await visible_blockers(target, reasons)
            refused[root] = StillReferenced(target.model.name, root, visible)
        going = [row for row in going if row["id"] not in blocking]
    loops = await _release(target, cascade, now)
    await _untie([*ties, *cascade.loops, *loops])
    for model, gone in reversed(cascade.levels):
        await _destroy_rows(beside(target, model), gone, now)
    return refused


def _at(moment: datetime) -> Which:
    return lambda deleted_at: deleted_at == moment


def _in_use(deleted_at: Column) -> Any:
    return deleted_at.is_null()


def _all(_deleted_at: Column) -> None:
    return None


async def _mark_all(
    target: Target, cascade: Cascade, deleted_at: datetime | None, now: datetime, action: Action
) -> None:
    """Move records to the trash or back. Records that are deleted together have the same time, by which they
    are restored together.
    """
    number = sum(len(rows) for _, rows in cascade.levels)
    mark = partial(_mark_levels, target, cascade, deleted_at, now, action)
    if deleted_at is None:
        await adding_rows(target, number, mark)
    else:
        deleting_rows(target, number)
        await mark()


async def _mark_levels(
    target: Target, cascade: Cascade, deleted_at: datetime | None, now: datetime, action: Action
) -> None:
    for model, rows in cascade.levels:
        of_model = target if model is target.model else beside(target, model)
        entries = [Entry(row["id"], row["version"] + 1, action) for row in rows]
        if len(rows) == 1:
            await write_changes(of_model, rows[0], {"deleted_at": deleted_at}, now, entries[0])
            continue
        await _mark(of_model, rows, deleted_at, now)
        await keep(of_model, entries, now)


async def _mark(target: Target, rows: Sequence[Row], deleted_at: datetime | None, now: datetime) -> None:
    columns = target.model.columns
    await _update(target, rows, {columns["deleted_at"]: deleted_at}, now)


async def _update(target: Target, rows: Sequence[Row], values: dict[Any, Any], now: datetime) -> None:
    """One UPDATE of many rows to the same values."""
    columns = target.model.columns
    stamps = {columns[name]: value for name, value in _stamps(target, now).items()}
    version = {columns["version"]: QueryString("{} + 1", columns["version"])}
    these = columns["id"].is_in([row["id"] for row in rows])
    await target.model.table.update(values | stamps | version, use_auto_update=False).where(these)


def _stamps(target: Target, now: datetime) -> Row:
    return {"updated_at": now, "updated_by": target.access.user_id}


async def _release(target: Target, cascade: Cascade, now: datetime) -> list[Tie]:
    """Set lookups to destroyed records to NULL, like the database's foreign keys, and write that to
    histories.

    Returns the lookups by which destroyed records refer to themselves.
    """
    going, loops = cascade.ids(), list[Tie]()
    for name, ids in going.items():
        for reference in references(target, name, "set_null"):
            rows = await referring(reference, sorted(ids), _all)
            loops += loops_among(reference, rows)
            staying = [row for row in rows if row["id"] not in going.get(reference.model.name, ())]
            if staying:
                of_model, lookup = beside(target, reference.model), reference.field
                await _update(of_model, staying, {of_model.model.columns[lookup.name]: None}, now)
                entries = [_emptied(row, of_model.model, lookup.name) for row in staying]
                await keep(of_model, [one for one in entries if one is not None], now)
    return loops


async def _untie(ties: Sequence[Tie]) -> None:
    """Set the lookups by which destroyed records refer to one another, or to themselves, to NULL.

    Databases refuse to delete a row to which another refers by ``restrict``, even if that row is deleted as
    well, and MySQL from 9.6 on does not delete a row that refers to itself by two lookups (error 6575).
    """
    for reference, ids in ties:
        columns = reference.model.columns
        emptied: dict[Any, Any] = {columns[reference.field.name]: None}
        await reference.model.table.update(emptied, use_auto_update=False).where(
            columns["id"].is_in(list(ids))
        )


def _emptied(row: Row, model: ObjectModel, name: str) -> Entry | None:
    lookup = model.fields[name]
    if not lookup.history:
        return None
    changes = {field_key(lookup): (shown(lookup, row["parent"]), None)}
    return Entry(row["id"], row["version"] + 1, Action.UPDATE, changes)


async def _destroy_rows(target: Target, rows: Sequence[Row], now: datetime) -> None:
    ids = [row["id"] for row in rows]
    # Of what goes along it is not known whether it is in the trash: the next count finds out.
    deleting_rows(target, sum("deleted_at" in row and row["deleted_at"] is None for row in rows))
    await target.model.table.delete().where(target.model.columns["id"].is_in(ids))
    await forget(target, ids)
    await keep(target, [Entry(row["id"], row["version"] + 1, Action.DESTROY) for row in rows], now)
