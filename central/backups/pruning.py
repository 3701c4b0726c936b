"""PruneBackups: the function of jobs of the kind ``backup.prune``."""

from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

from central.backups import rows
from central.backups.parts import BackupParts
from central.backups.plans import retention_of
from central.backups.records import BackupRecord
from central.backups.store import BackupStore
from central.jobs.claims import Claim
from central.jobs.kinds import Done, Outcome
from central.jobs.open import is_open
from central.jobs.store import NewJob
from central.retention import Retention

__all__ = ["PRUNE", "PruneBackups", "prune_job", "removable"]

PRUNE: Final = "backup.prune"


def prune_job(tenant_id: UUID, slug: str) -> NewJob:
    """Return the job that deletes a tenant's backups that are not kept."""
    return NewJob(kind=PRUNE, tenant_id=tenant_id, tenant_slug=slug, key=f"{PRUNE}:{tenant_id}")


def removable(backups: Sequence[BackupRecord], keep: Retention) -> list[BackupRecord]:
    """Return the backups that are not kept.

    Only proven ones count for retention. One that is not proven stays until a newer one is.
    """
    proven = [one for one in backups if one.proven_at is not None]
    kept = keep.kept([(one.id, one.taken_at) for one in proven])
    newest = max((one.taken_at for one in proven), default=None)
    return [
        one
        for one in backups
        if (one.id not in kept if one.proven_at is not None else newest is not None and one.taken_at < newest)
    ]


class PruneBackups:
    """Deletes what retention does not keep, and what interrupted uploads have left."""

    def __init__(self, parts: BackupParts) -> None:
        self._parts = parts

    async def __call__(self, claim: Claim) -> Outcome:
        """Prune the tenant's backups."""
        count = await self.prune(cast("UUID", claim.job.tenant_id))
        return Done({"deleted": count}, is_forgotten=not count)

    async def prune(self, tenant_id: UUID) -> int:
        """Delete the tenant's backups that are not kept. Returns how many."""
        store = self._parts.required_store
        keep = await retention_of(tenant_id, self._parts.keep)
        unwanted = removable(await rows.backups_of(tenant_id), keep)
        for one in unwanted:
            await _delete(one, store)
        for one in await rows.unfinished(tenant_id):
            if not await is_open(one.job_id):
                await _delete(one, store)
        return len(unwanted)


async def _delete(backup: BackupRecord, store: BackupStore) -> None:
    """Delete the objects, then the row: an interrupted deletion is repeated."""
    await store.delete(backup.proof_object)
    await store.delete(backup.object_name)
    await rows.forget(backup.id)
