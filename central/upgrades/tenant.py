"""UpgradeTenants: upgrades one tenant, and puts its backup back if its own migration fails.

Expansions run while the tenant is served: what is left of one that fails is not noticed by the code that
serves it. Before anything that changes rows or removes something, writes are refused, so that no acknowledged
write is lost if the backup is put back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.backups.records import Reason
from central.backups.service import Backups
from central.backups.taking import take_job
from central.errors import CentralError, TenantNotFound
from central.jobs.attempts import attempt
from central.jobs.claims import in_short
from central.jobs.kinds import JobKind
from central.jobs.records import JobRecord
from central.jobs.store import JobStore
from central.jobs.tables import Job, JobState
from central.lifecycle.service import LifeCycle, LifeCycleJob
from central.migrations.migrator import Migrator
from central.provisioning.fencing import Fences
from central.provisioning.types import operation_key
from central.registry import Registry, TenantRef
from central.tables import WITH_DATABASE, TenantStatus
from central.tenancy.tenancy import Tenancy
from central.upgrades import rows
from central.upgrades.errors import BackupFailed, PutBackFailed
from central.upgrades.rows import TenantPart
from central.upgrades.tables import UpgradeTenantState
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError, Deadlock, LockTimeout, PoolTimeout

__all__ = ["UpgradeParts", "UpgradeTenants"]

_NOT_NOW: Final = (LockTimeout, Deadlock, PoolTimeout)
"""Errors after which a migration is tried again later: the tenant's own requests come first."""
_MOST_ATTEMPTS: Final = 8
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
_POLL: Final = 0.2
_ENDED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpgradeParts:
    """The services that an upgrade uses.

    :ivar migrate: brings a tenant's database, with a level by the registry, to that of this version.
    :ivar kinds: the kinds of jobs by which a tenant is backed up and put back.
    """

    registry: Registry
    tenancy: Tenancy
    migrator: Migrator
    fences: Fences
    backups: Backups
    life_cycle: LifeCycle
    jobs: JobStore
    kinds: Mapping[str, JobKind]
    migrate: Callable[[TenantRef, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class UpgradeTenants:
    """Upgrades tenants one by one. Safe to repeat after the process has died anywhere."""

    parts: UpgradeParts

    async def upgrade(self, part: TenantPart) -> None:
        """Upgrade one tenant, and record in its part how that ended. Errors of it are not raised."""
        began = part.began_at or utc_now()
        await rows.change_part(
            part, state=UpgradeTenantState.RUNNING, began_at=began, attempts=part.attempts + 1
        )
        try:
            tenant = await self.parts.registry.get(part.tenant_id)
            if tenant.status not in WITH_DATABASE:
                await self._end(part, UpgradeTenantState.DONE, f"It is {tenant.status.value}: left out.")
                return
            if (job := await _operation_on(tenant)) is not None:
                await self._after(part, job)
                return
            await self._upgrade(tenant, part)
            await self._end(part, UpgradeTenantState.DONE, None, upgraded_at=utc_now())
        except TenantNotFound:
            await self._end(part, UpgradeTenantState.DONE, "It was deleted.")
        except (CentralError, DatabaseError, OSError) as error:
            await self._failed(part, error)

    async def _upgrade(self, tenant: TenantRef, part: TenantPart) -> None:
        if part.stops_writes and tenant.status is TenantStatus.ACTIVE:  # an attempt ended unrecorded
            await rows.change_part(part, stops_writes=False, backup=None)
        is_careful = await self._changes_contents(tenant)
        if is_careful and self.parts.backups.is_configured and tenant.status is TenantStatus.ACTIVE:
            await rows.change_part(part, stops_writes=True, backup=None)  # no backup is older than the fence
            tenant = await self._stop_writes(tenant)
        elif part.stops_writes:
            await self.parts.fences.build(tenant)
        if self.parts.backups.is_configured and part.backup is None:
            await rows.change_part(part, backup=await self._back_up(tenant, utc_now()))
        await self.parts.migrate(tenant, part.former_level)
        if part.stops_writes:
            await self._serve_again(part)

    async def _changes_contents(self, tenant: TenantRef) -> bool:
        async with self.parts.tenancy.use(tenant, at_any_level=True) as engine:
            return await self.parts.migrator.changes_contents(engine)

    async def _failed(self, part: TenantPart, error: Exception) -> None:
        reason = error.__cause__ if error.__cause__ is not None else error
        is_not_now = isinstance(error, _NOT_NOW) or isinstance(reason, _NOT_NOW)
        if is_not_now and part.attempts < _MOST_ATTEMPTS:
            await self._later(part, in_short(reason))
            return
        _log.error("The upgrade of %s failed", part.tenant_slug, exc_info=error)
        text = in_short(error) if reason is error else f"{in_short(error)} ({in_short(reason)})"
        if not part.stops_writes:
            await self._end(part, UpgradeTenantState.FAILED, text)
            return
        try:
            if part.backup is None:  # nothing was changed yet
                await self._serve_again(part)
                await self._end(part, UpgradeTenantState.FAILED, text)
            else:
                await self._put_back(part, part.backup)
                await self._end(part, UpgradeTenantState.PUT_BACK, text)
        except (CentralError, DatabaseError, OSError) as second:
            _log.error("%s could not be put back", part.tenant_slug, exc_info=second)
            both = f"{text} It is read-only until the job that puts it back succeeds: {in_short(second)}"
            await self._end(part, UpgradeTenantState.FAILED, both)

    async def _after(self, part: TenantPart, operation: JobRecord) -> None:
        """Let an operation on the tenant come first. One that puts it back is the end of its upgrade.

        A tenant whose writes are stopped stays so: it may be half migrated.
        """
        if not part.stops_writes or operation.kind != LifeCycleJob.PUT_BACK:
            await self._wait(part, "An operation on it is running.")
            return
        job = await self._finished(operation.id)
        if job.state is not JobState.DONE:
            raise PutBackFailed(job.error or f"The job {job.id} is {job.state.value}.")
        await self._end(part, UpgradeTenantState.PUT_BACK, part.error)

    async def _later(self, part: TenantPart, reason: str) -> None:
        if part.stops_writes:  # nobody is to wait for it
            await self._serve_again(part)
            await rows.change_part(part, stops_writes=False, backup=None)
        await self._wait(part, reason)

    async def _wait(self, part: TenantPart, reason: str) -> None:
        seconds = min(_FIRST_PAUSE * 2 ** (part.attempts - 1), _LONGEST_PAUSE)
        due = utc_now() + timedelta(seconds=seconds)
        await rows.change_part(
            part, state=UpgradeTenantState.WAITING, due_at=due, began_at=None, error=reason
        )

    async def _end(
        self, part: TenantPart, state: UpgradeTenantState, error: str | None, **values: Any
    ) -> None:
        await rows.change_part(part, state=state, error=error, **values)

    async def _stop_writes(self, tenant: TenantRef) -> TenantRef:
        expected = (TenantStatus.ACTIVE,)
        registry = self.parts.registry
        stopped = await registry.set_status(tenant.id, TenantStatus.READ_ONLY, expected=expected, level=None)
        await self.parts.fences.build(stopped)
        return stopped

    async def _serve_again(self, part: TenantPart) -> None:
        registry = self.parts.registry
        tenant = await registry.get(part.tenant_id)
        if tenant.status in (TenantStatus.READ_ONLY, TenantStatus.ACTIVE):
            await self.parts.fences.remove(tenant)
        if tenant.status is TenantStatus.READ_ONLY:
            expected = (TenantStatus.READ_ONLY,)
            await registry.set_status(tenant.id, TenantStatus.ACTIVE, expected=expected, level=None)

    async def _back_up(self, tenant: TenantRef, since: datetime) -> UUID:
        """Back the tenant up, not earlier than ``since``. Returns the backup's id."""
        while True:
            id_ = await self.parts.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.UPGRADE))
            job = await self._finished(id_)
            if job.state is not JobState.DONE:
                raise BackupFailed(job.error or f"The job {id_} is {job.state.value}.")
            if job.created_at >= since:
                return UUID(job.result["backup"])

    async def _put_back(self, part: TenantPart, backup: UUID) -> None:
        id_ = await self.parts.life_cycle.put_back(part.tenant_id, backup, part.former_level)
        job = await self._finished(id_)
        if job.state is not JobState.DONE:
            raise PutBackFailed(job.error or f"The job {id_} is {job.state.value}.")

    async def _finished(self, job_id: UUID) -> JobRecord:
        """Execute the job, or wait for the process that does. Returns it as it ended, or failed once."""
        while True:
            row = await Job.select().where(Job.id == job_id).first()
            assert row is not None
            job = JobRecord.of(row)
            if job.state in _ENDED or (job.state is JobState.WAITING and job.error is not None):
                return job
            claim = await self.parts.jobs.claim(job) if job.state is JobState.WAITING else None
            if claim is not None:
                await attempt(self.parts.jobs, self.parts.kinds[job.kind], claim)
            else:
                await asyncio.sleep(_POLL)


async def _operation_on(tenant: TenantRef) -> JobRecord | None:
    """The unfinished operation on the tenant that has not failed."""
    key = Job.unique_key == operation_key(tenant.id)
    row = await Job.select().where(key, Job.state != JobState.FAILED).first()
    return None if row is None else JobRecord.of(row)
