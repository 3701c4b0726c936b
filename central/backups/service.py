"""Backups: what operators do with the backups of tenants, and the kinds of jobs that do it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from central.backups import rows
from central.backups.errors import NothingToBackUp
from central.backups.parts import BackupParts
from central.backups.planning import TICK, PlanBackups, tick_job
from central.backups.plans import Plan, plan_of, set_plan
from central.backups.proving import ProveBackup
from central.backups.pruning import PRUNE, PruneBackups
from central.backups.records import BackupRecord, Reason
from central.backups.taking import PROVE, TAKE, TakeBackup, prove_job, take_job
from central.jobs.kinds import JobKind
from central.registry import TenantRef
from central.retention import Retention
from central.schedules import Schedule
from central.tables import WITH_DATABASE

__all__ = ["Backups"]

_ATTEMPTS: Final = 20
_LONGEST_PAUSE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of all tenants. The caller binds ``CENTRAL``."""

    parts: BackupParts

    @property
    def is_configured(self) -> bool:
        """Whether this installation stores backups."""
        return self.parts.store is not None

    @property
    def kinds(self) -> Iterator[JobKind]:
        """The kinds of jobs."""
        take, prove = TakeBackup(self.parts), ProveBackup(self.parts)
        yield JobKind(name=TAKE, run=take, max_attempts=_ATTEMPTS, longest_pause=_LONGEST_PAUSE, is_long=True)
        yield JobKind(
            name=PROVE, run=prove, max_attempts=_ATTEMPTS, longest_pause=_LONGEST_PAUSE, is_long=True
        )
        yield JobKind(name=PRUNE, run=PruneBackups(self.parts), longest_pause=_LONGEST_PAUSE)
        yield JobKind(
            name=TICK, run=PlanBackups(self.parts), max_attempts=None, longest_pause=timedelta(minutes=5)
        )

    async def start(self) -> None:
        """Have backups planned from now on, if they are stored. Called at the start of a process."""
        if self.is_configured:
            await self.parts.jobs.enqueue(tick_job())

    async def list(self, tenant_id: UUID, limit: int | None = None) -> list[BackupRecord]:
        """Return the stored backups of a tenant, the newest first."""
        return await rows.backups_of(tenant_id, limit)

    async def get(self, backup: UUID, tenant_id: UUID | None = None) -> BackupRecord:
        """Return a backup. Raises :class:`~central.backups.errors.BackupNotFound`."""
        return await rows.find(backup, tenant_id)

    async def request(self, tenant: TenantRef) -> UUID:
        """Enqueue a backup of the tenant, whether it has changed or not. Returns the id of the job.

        Raises :class:`~central.backups.errors.BackupsNotConfigured`,
        :class:`~central.backups.errors.NothingToBackUp`.
        """
        _ = self.parts.required_store
        if tenant.status not in WITH_DATABASE:
            raise NothingToBackUp(tenant.slug, tenant.status.value)
        return await self.parts.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.REQUEST))

    async def request_proof(self, backup: BackupRecord) -> UUID:
        """Enqueue that a backup is proved again, as it is in the store now. Returns the id of the job."""
        _ = self.parts.required_store
        return await self.parts.jobs.enqueue(prove_job(backup.id, backup.tenant_id, backup.tenant_slug))

    async def prune(self, tenant_id: UUID) -> int:
        """Delete the tenant's backups that are not kept. Returns how many."""
        return await PruneBackups(self.parts).prune(tenant_id)

    async def plan(self, tenant_id: UUID) -> Plan:
        """Return the schedule and retention of a tenant."""
        return await plan_of(tenant_id, self.parts.schedule, self.parts.keep)

    async def set_plan(self, tenant_id: UUID, schedule: Schedule | None, keep: Retention | None) -> None:
        """Give a tenant its own schedule and retention; None for those of the installation."""
        await set_plan(tenant_id, schedule, keep, self.parts.schedule)

    def is_proven(self, backup: BackupRecord) -> bool:
        """Whether the backup's proof was signed by this installation, for what the row says."""
        if backup.proof is None:
            return False
        proof = self.parts.signer.verify(backup.proof, backup.tenant_id, backup.id)
        return proof is not None and (proof.digest, proof.bytes) == (backup.digest, backup.bytes)
