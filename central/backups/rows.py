"""Reads and writes the rows of backups."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from central.backups.errors import BackupNotFound
from central.backups.records import BackupRecord
from central.backups.tables import Backup
from piccolo_engines.columns import utc_now

__all__ = [
    "backups_of",
    "change",
    "find",
    "forget",
    "insert_adopted",
    "insert_intent",
    "latest_proven",
    "taken_by",
    "unfinished",
]

_row = Backup


async def find(backup: UUID, tenant_id: UUID | None = None) -> BackupRecord:
    """Return a stored backup, of this tenant if one is given. Raises ``BackupNotFound``."""
    wanted = (_row.id == backup) & _row.stored_at.is_not_null()
    if tenant_id is not None:
        wanted &= _row.tenant_id == tenant_id
    row = await _row.select().where(wanted).first()
    if row is None:
        raise BackupNotFound(backup)
    return BackupRecord.of(row)


async def backups_of(tenant_id: UUID, limit: int | None = None) -> list[BackupRecord]:
    """Return the stored backups of a tenant, the newest first."""
    wanted = (_row.tenant_id == tenant_id) & _row.stored_at.is_not_null()
    query = _row.select().where(wanted).order_by(_row.taken_at, ascending=False)
    return [BackupRecord.of(row) for row in await (query if limit is None else query.limit(limit))]


async def latest_proven(tenant_id: UUID) -> BackupRecord | None:
    """Return the tenant's newest proven backup."""
    wanted = (_row.tenant_id == tenant_id) & _row.proven_at.is_not_null()
    row = await _row.select().where(wanted).order_by(_row.taken_at, ascending=False).first()
    return None if row is None else BackupRecord.of(row)


async def unfinished(tenant_id: UUID) -> Sequence[BackupRecord]:
    """Return the backups of a tenant that were begun and not stored."""
    rows = await _row.select().where(_row.tenant_id == tenant_id, _row.stored_at.is_null())
    return [BackupRecord.of(row) for row in rows]


async def taken_by(job_id: UUID) -> BackupRecord | None:
    """Return the stored backup that this job has taken."""
    row = await _row.select().where(_row.job_id == job_id, _row.stored_at.is_not_null()).first()
    return None if row is None else BackupRecord.of(row)


async def insert_intent(backup: UUID, job_id: UUID, tenant_id: UUID, slug: str, **values: Any) -> None:
    """Record that an archive is going to be stored."""
    now = utc_now()
    row = _row(id=backup, job_id=job_id, tenant_id=tenant_id, tenant_slug=slug, **values)
    row.taken_at = row.confirmed_at = now
    await _row.insert(row)


async def insert_adopted(record: BackupRecord) -> None:
    """Record a backup that was found in a store. Does nothing if it is recorded."""
    row = _row(**{name: getattr(record, name) for name in BackupRecord.__slots__})
    await _row.insert(row).on_conflict(target=_row.id, action="DO NOTHING")


async def change(backup: UUID, **values: Any) -> None:
    """Write columns of a backup."""
    columns: dict[Any, Any] = dict(values)
    await _row.update(columns).where(_row.id == backup)


async def forget(backup: UUID) -> None:
    """Delete the row of a backup."""
    await _row.delete().where(_row.id == backup)
