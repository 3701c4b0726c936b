"""UpgradeTenants: upgrades one tenant, and puts its backup back if its own migration fails.

Expansions run while the tenant is served: what is left of one that fails is not noticed by the code that
serves it. Before anything that changes rows or removes something, writes are refused, so that no acknowledged
write is lost if the backup is put back. The tenant's operation key is held meanwhile, also between attempts
while writes are refused; what puts the backup back gets it.
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
from central.database import CENTRAL
from central.errors import CentralError, TenantNotFound, WrongStatus
from central.jobs.attempts import attempt
from central.jobs.claims import Claim, in_short
from central.jobs.errors import JobLost
from central.jobs.kinds import JobKind
from central.jobs.records import JobRecord
from central.jobs.store import JobStore
from central.jobs.tables import Job, JobState
from central.lifecycle.service import LifeCycle, LifeCycleJob
from central.migrations.migrator import Migrator
from central.provisioning.errors import OperationRunning
from central.provisioning.fencing import Fences
from central.registry import Registry, TenantRef
from central.tables import TenantStatus
from central.tenancy.tenancy import Tenancy
from central.upgrades import rows
from central.upgrades.errors import BackupFailed, PutBackFailed
from central.upgrades.holds import LOOKED_AT_AGAIN, TenantHolds, operation_on
from central.upgrades.rows import UNDER_WAY, TenantPart
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

    :ivar holds: keep other operations on a tenant away.
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
    holds: TenantHolds
    kinds: Mapping[str, JobKind]
    migrate: Callable[[TenantRef, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class UpgradeTenants:
    """Upgrades tenants one by one. Safe to repeat after the process has died anywhere."""

    parts: UpgradeParts

    async def upgrade(self, part: TenantPart) -> None:
        """Upgrade one tenant, and record in its part how that ended.

        Errors of it are not raised, but ``JobLost`` if another process has taken its key over.
        """
        began = part.began_at or utc_now()
        await rows.change_part(
            part, state=UpgradeTenantState.RUNNING, began_at=began, attempts=part.attempts + 1
        )
        try:
            holding = self.parts.holds.held(part.tenant_id, is_held_back=part.stops_writes)
            async with holding as (hold, tenant):
                await self._while_held(tenant, part, hold)
        except JobLost:
            raise
        except TenantNotFound:
            await self._end(part, UpgradeTenantState.DONE, "It was deleted.")
        except WrongStatus as error:
            await self._end(part, UpgradeTenantState.DONE, f"It is {error.current}: left out.")
        except OperationRunning:
            await self._after(part)
        except (CentralError, DatabaseError, OSError) as error:
            await self._wait(part, in_short(error))

    async def _while_held(self, tenant: TenantRef, part: TenantPart, hold: Claim) -> None:
        try:
            await self._upgrade(tenant, part, hold)
            await self._end(part, UpgradeTenantState.DONE, None, upgraded_at=utc_now())
        except JobLost:
            raise
        except (CentralError, DatabaseError, OSError) as error:
            await self._failed(part, error, hold)
        finally:
            if hold.is_open and part.stops_writes and part.state in UNDER_WAY:
                await hold.postpone(utc_now() + LOOKED_AT_AGAIN)

    async def _upgrade(self, tenant: TenantRef, part: TenantPart, hold: Claim) -> None:
        if part.stops_writes and tenant.status is TenantStatus.ACTIVE:  # an attempt ended unrecorded
            await rows.change_part(part, stops_writes=False, backup=None)
        is_careful = await self._changes_contents(tenant)
        if is_careful and self.parts.backups.is_configured and tenant.status is TenantStatus.ACTIVE:
            await rows.change_part(part, stops_writes=True, backup=None)  # no backup is older than the fence
            tenant = await self._stop_writes(tenant, hold)
        elif part.stops_writes:
            await self._fence(tenant, hold)
        if self.parts.backups.is_configured and part.backup is None:
            await rows.change_part(part, backup=await self._back_up(tenant, utc_now()))
        await hold.write()
        await self.parts.migrate(tenant, part.former_level)
        if part.stops_writes:
            await self._serve_again(part, hold)

    async def _changes_contents(self, tenant: TenantRef) -> bool:
        async with self.parts.tenancy.use(tenant, at_any_level=True) as engine:
            return await self.parts.migrator.changes_contents(engine)

    async def _failed(self, part: TenantPart, error: Exception, hold: Claim) -> None:
        reason = error.__cause__ if error.__cause__ is not None else error
        is_not_now = isinstance(error, _NOT_NOW) or isinstance(reason, _NOT_NOW)
        if is_not_now and part.attempts < _MOST_ATTEMPTS:
            await self._later(part, in_short(reason), hold)
            return
        _log.error("The upgrade of %s failed", part.tenant_slug, exc_info=error)
        text = in_short(error) if reason is error else f"{in_short(error)} ({in_short(reason)})"
        if not part.stops_writes:
            await self._end(part, UpgradeTenantState.FAILED, text)
            return
        try:
            if part.backup is None:  # nothing was changed yet
                await self._serve_again(part, hold)
                await self._end(part, UpgradeTenantState.FAILED, text)
            else:
                await self._put_back(part, part.backup, hold)
                await self._end(part, UpgradeTenantState.PUT_BACK, text)
        except JobLost:
            raise
        except (CentralError, DatabaseError, OSError) as second:
            await self._not_put_back(part, text, second)

    async def _not_put_back(self, part: TenantPart, text: str, error: Exception) -> None:
        _log.error("%s could not be put back", part.tenant_slug, exc_info=error)
        both = f"{text} It is read-only until the job that puts it back succeeds: {in_short(error)}"
        await self._end(part, UpgradeTenantState.FAILED, both)

    async def _after(self, part: TenantPart) -> None:
        """Let an operation on the tenant come first. One that puts it back is the end of its upgrade.

        A tenant whose writes are stopped stays so: it may be half migrated.
        """
        operation = await operation_on(part.tenant_id)
        if operation is None or not part.stops_writes or operation.kind != LifeCycleJob.PUT_BACK:
            await self._wait(part, "An operation on it is running.")
            return
        job = await self._finished(operation.id)
        if job.state is JobState.DONE:
            await self._end(part, UpgradeTenantState.PUT_BACK, part.error)
            return
        text, failed = part.error or "Its migration failed.", job.error or f"The job is {job.state.value}."
        await self._not_put_back(part, text, PutBackFailed(failed))

    async def _later(self, part: TenantPart, reason: str, hold: Claim) -> None:
        if part.stops_writes:  # nobody is to wait for it
            await self._serve_again(part, hold)
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

    async def _stop_writes(self, tenant: TenantRef, hold: Claim) -> TenantRef:
        stopped = await self._set_status(tenant, TenantStatus.ACTIVE, TenantStatus.READ_ONLY, hold)
        await self._fence(stopped, hold)
        return stopped

    async def _fence(self, tenant: TenantRef, hold: Claim) -> None:
        """Build the fence, unless another process has taken the tenant over and serves it again."""
        await self.parts.fences.build(tenant)
        try:
            await hold.write()
        except JobLost:
            if (await self.parts.registry.get(tenant.id)).status is TenantStatus.ACTIVE:
                await self.parts.fences.remove(tenant)
            raise

    async def _serve_again(self, part: TenantPart, hold: Claim) -> None:
        await hold.write()
        tenant = await self.parts.registry.get(part.tenant_id)
        if tenant.status in (TenantStatus.READ_ONLY, TenantStatus.ACTIVE):
            await self.parts.fences.remove(tenant)
        if tenant.status is TenantStatus.READ_ONLY:
            await self._set_status(tenant, TenantStatus.READ_ONLY, TenantStatus.ACTIVE, hold)

    async def _set_status(
        self, tenant: TenantRef, former: TenantStatus, wanted: TenantStatus, hold: Claim
    ) -> TenantRef:
        """Change the status. Raises ``JobLost`` if this process was suspended and has lost the tenant."""
        registry = self.parts.registry
        async with registry.changing():
            await hold.write()
            return await registry.set_status(tenant.id, wanted, expected=(former,), level=None)

    async def _back_up(self, tenant: TenantRef, since: datetime) -> UUID:
        """Back the tenant up, not earlier than ``since``. Returns the backup's id."""
        while True:
            id_ = await self.parts.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.UPGRADE))
            job = await self._finished(id_)
            if job.state is not JobState.DONE:
                raise BackupFailed(job.error or f"The job {id_} is {job.state.value}.")
            if job.created_at >= since:
                return UUID(job.result["backup"])

    async def _put_back(self, part: TenantPart, backup: UUID, hold: Claim) -> None:
        async with CENTRAL.transaction():  # the key is never free
            await hold.forget()
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
