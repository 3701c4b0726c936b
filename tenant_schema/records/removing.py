"""Putting a record into the trash, taking it out again, and destroying it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.querystring import QueryString

from piccolo_engines.errors import ForeignKeyViolation
from tenant_schema.records.errors import StillReferenced
from tenant_schema.records.history import Action, Entry, forget, keep
from tenant_schema.records.rendering import Record, Row
from tenant_schema.records.target import Target
from tenant_schema.records.writes import destroy_record, lock_record, write_changes

__all__ = ["destroy", "mark_records", "restore_record", "trash_record"]


async def trash_record(target: Target, record_id: UUID, if_match: int | None, now: datetime) -> None:
    """Raises :class:`RecordNotFound`, :class:`VersionMismatch`, :class:`ChangeDenied`."""

    async def trash() -> None:
        current = await lock_record(target, record_id, if_match, target.rights.delete)
        await _mark(target, current, now, now, Action.DELETE)

    await target.unit(trash)


async def restore_record(target: Target, record_id: UUID, if_match: int | None, now: datetime) -> Record:
    """One in use stays as it is. Raises as :func:`trash_record`."""

    async def restore() -> Row:
        current = await lock_record(target, record_id, if_match, target.rights.delete, with_trash=True)
        if current["deleted_at"] is None:
            return current
        return await _mark(target, current, None, now, Action.RESTORE)

    return target.answer(await target.unit(restore))


async def destroy(target: Target, record_id: UUID, if_match: int | None, now: datetime) -> None:
    """From the trash, too. Of its history no values stay, only that it was there and who destroyed it.

    Raises as :func:`trash_record`, and :class:`StillReferenced`.
    """

    async def remove() -> None:
        current = await lock_record(target, record_id, if_match, target.rights.delete, with_trash=True)
        await destroy_record(target, record_id)
        await forget(target, [record_id])
        await keep(target, [Entry(record_id, current["version"] + 1, Action.DESTROY)], now)

    try:
        await target.unit(remove)
    except ForeignKeyViolation as error:
        raise StillReferenced(target.model.name, record_id) from error


async def _mark(
    target: Target, current: Row, deleted_at: datetime | None, now: datetime, action: Action
) -> Row:
    written = await write_changes(target, current, {"deleted_at": deleted_at}, now)
    await keep(target, [Entry(current["id"], written["version"], action)], now)
    return written


async def mark_records(
    target: Target, rows: Sequence[Row], deleted_at: datetime | None, now: datetime, action: Action
) -> None:
    """Put locked records into the trash, or take them out: one statement for all, and one for the history."""
    if not rows:
        return
    columns = target.model.columns
    values: dict[Column | str, Any] = {
        columns["deleted_at"]: deleted_at,
        columns["version"]: QueryString("{} + 1", columns["version"]),
        columns["updated_at"]: now,
        columns["updated_by"]: target.access.user_id,
    }
    ids = [row["id"] for row in rows]
    await target.model.table.update(values, use_auto_update=False).where(columns["id"].is_in(ids))
    await keep(target, [Entry(row["id"], row["version"] + 1, action) for row in rows], now)
