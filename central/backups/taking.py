"""TakeBackup: the function of jobs of the kind ``backup.take``."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final, cast
from uuid import UUID

from central.backups import rows
from central.backups.ages import record_age
from central.backups.errors import StoreRefuses, StoreUnavailable
from central.backups.names import archive_name
from central.backups.parts import BackupParts
from central.backups.progress import with_progress
from central.backups.records import BackupRecord, Reason
from central.backups.store import BackupStore
from central.backups.types import ArchiveWritten, Report
from central.database import CENTRAL
from central.errors import TenantNotFound
from central.jobs.claims import Claim
from central.jobs.errors import JobFailed
from central.jobs.kinds import Done, Outcome
from central.jobs.open import is_open
from central.jobs.store import NewJob
from central.registry import TenantRef
from central.registry.deletions import deletion_of
from central.tables import WITH_DATABASE, TenantStatus
from piccolo_engines.columns import new_id, utc_now

__all__ = ["PROVE", "TAKE", "TakeBackup", "prove_job", "take_job"]

TAKE: Final = "backup.take"
PROVE: Final = "backup.prove"


def take_job(tenant_id: UUID, slug: str, reason: str) -> NewJob:
    """Return the job that backs the tenant up. A tenant has one of them at a time."""
    return NewJob(
        kind=TAKE,
        tenant_id=tenant_id,
        tenant_slug=slug,
        arguments={"reason": reason},
        key=f"{TAKE}:{tenant_id}",
    )


def prove_job(backup: UUID, tenant_id: UUID, slug: str) -> NewJob:
    """Return the job that proves a backup."""
    return NewJob(
        kind=PROVE,
        tenant_id=tenant_id,
        tenant_slug=slug,
        arguments={"backup": str(backup)},
        key=f"{PROVE}:{backup}",
    )


class TakeBackup:
    """Backs up the tenant of a job, and has the backup proved.

    A tenant that is due by its schedule and has not changed since its last proven backup is only looked at.
    The row of the backup is written before the upload: whatever an attempt leaves is known, and removed by
    the next one.
    """

    def __init__(self, parts: BackupParts) -> None:
        self._parts = parts

    async def __call__(self, claim: Claim) -> Outcome:
        """Take the backup. Raises :class:`~central.jobs.errors.JobFailed` where repeating cannot help."""
        try:
            tenant = await self._parts.registry.get(cast("UUID", claim.job.tenant_id))
        except TenantNotFound:
            return Done(is_forgotten=True)
        if not await _has_database(tenant):
            raise JobFailed(f"The tenant is {tenant.status.value}: it has no database to back up.")
        store, reason = self._parts.required_store, str(claim.job.arguments["reason"])
        if (taken := await rows.taken_by(claim.job.id)) is not None:  # and killed before that was recorded
            proof = await self._parts.jobs.enqueue(prove_job(taken.id, tenant.id, tenant.slug))
            return Done({"backup": str(taken.id), "changed": True, "proof": str(proof)})
        await self._remove_attempts(tenant, store, claim)
        mark = await self._parts.servers.get(tenant.database_server).change_mark(tenant.db_name)
        if reason == Reason.SCHEDULE and (same := await self._unchanged(tenant, mark)) is not None:
            await rows.change(same.id, confirmed_at=utc_now(), mark=mark)
            await record_age(tenant.id)
            return Done({"backup": str(same.id), "changed": False})
        try:
            return await self._take(tenant, store, reason, claim, mark)
        except StoreRefuses as error:
            raise JobFailed(error.reason) from error

    async def _unchanged(self, tenant: TenantRef, mark: str | None) -> BackupRecord | None:
        """Return the last proven backup, if the tenant has its contents: by the mark, or by the digest."""
        last = await rows.latest_proven(tenant.id)
        if last is None:
            return None
        if mark is not None and mark == last.mark:
            return last
        found = await self._parts.archiver.contents(tenant)
        return last if found.digest == last.digest else None

    async def _take(
        self, tenant: TenantRef, store: BackupStore, reason: str, claim: Claim, mark: str | None
    ) -> Outcome:
        backup, written = new_id(), ArchiveWritten()
        key = await self._parts.data_keys.obtain(tenant.id)
        await self._parts.data_keys.publish(tenant.id, store)
        location = f"{store.url} {archive_name(tenant.id, backup)}"
        await rows.insert_intent(
            backup, claim.job.id, tenant.id, tenant.slug, location=location, reason=reason, mark=mark
        )

        async def upload(report: Report) -> int:
            source = self._parts.archiver.write(tenant, backup, key, written, report)
            async with aclosing(cast("Any", source)) as pieces:
                return await store.upload(
                    archive_name(tenant.id, backup), cast("AsyncIterator[bytes]", pieces)
                )

        size = await with_progress(claim, upload)
        if await store.size(archive_name(tenant.id, backup)) != size:
            raise StoreUnavailable("The backup store has not stored the archive completely.")
        proof = await self._finish(tenant, backup, size, written)
        return Done({"backup": str(backup), "changed": True, "proof": str(proof)})

    async def _finish(self, tenant: TenantRef, backup: UUID, size: int, written: ArchiveWritten) -> UUID:
        """Record that the archive is stored, and enqueue its proof: both or neither."""
        values: dict[str, Any] = {"digest": written.digest, "bytes": size, "rows": written.rows}
        taken_at = written.taken_at or utc_now()
        async with CENTRAL.transaction():
            await rows.change(
                backup,
                stored_at=utc_now(),
                taken_at=taken_at,
                confirmed_at=taken_at,
                level=written.level,
                **values,
            )
            proof = await self._parts.jobs.enqueue(prove_job(backup, tenant.id, tenant.slug))
        self._parts.jobs.wake()
        return proof

    async def _remove_attempts(self, tenant: TenantRef, store: BackupStore, claim: Claim) -> None:
        """Remove what interrupted attempts of this tenant have left."""
        for one in await rows.unfinished(tenant.id):
            if one.job_id == claim.job.id or not await is_open(one.job_id):
                await store.discard(one.object_name)
                await rows.forget(one.id)


async def _has_database(tenant: TenantRef) -> bool:
    """Whether there is something to back up: that of a deleted tenant is until its last archive is proven."""
    if tenant.status is not TenantStatus.DELETED:
        return tenant.status in WITH_DATABASE
    deletion = await deletion_of(tenant.id)
    return deletion is not None and deletion.has_database
