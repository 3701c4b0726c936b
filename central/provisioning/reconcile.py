"""Reconciliation: settles jobs that a crash or a failure left open. Creations are undone, others finished.

A creation is undone even when only its activation is missing: its passwords were reported to nobody, and the
caller's next attempt finds the slug free.
"""

import logging
from dataclasses import dataclass, replace

from central.errors import CentralError
from central.jobs.claims import Claim
from central.jobs.pipeline import Observer, StepFailed, carry_out, roll_back
from central.jobs.records import JobRecord
from central.jobs.steps import StepLog
from central.jobs.store import JobStore
from central.provisioning.errors import ProvisioningError
from central.provisioning.steps import (
    Parts,
    creation,
    deletion,
    importing,
    password_change,
    read_only,
    resuming,
)
from central.provisioning.types import Admin, NewTenant, TenantJob
from piccolo_engines.errors import DatabaseError

__all__ = ["Reconciliation", "Report"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """The slugs of the tenants by outcome.

    :ivar undone: creations that were undone.
    :ivar finished: deletions that were finished.
    :ivar changed: password changes and changes of status that were finished.
    :ivar failed: jobs that could not be settled yet.
    :ivar dropped: databases of the pool that were dropped, by name.
    """

    undone: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def with_job(self, job: JobRecord, *, is_settled: bool) -> "Report":
        """Return the report with one more job."""
        slug = job.tenant_slug
        if not is_settled:
            return replace(self, failed=(*self.failed, slug))
        if job.kind in (TenantJob.CREATE, TenantJob.IMPORT):
            return replace(self, undone=(*self.undone, slug))
        if job.kind == TenantJob.DELETE:
            return replace(self, finished=(*self.finished, slug))
        return replace(self, changed=(*self.changed, slug))


class Reconciliation:
    """Claims open jobs one after the other and settles them."""

    def __init__(self, parts: Parts, jobs: JobStore, observer: Observer | None) -> None:
        self._registry, self._pool = parts.registry, parts.pool
        self._to_undo = {TenantJob.CREATE: creation(parts), TenantJob.IMPORT: importing(parts)}
        self._to_finish = {
            TenantJob.DELETE: deletion(parts),
            TenantJob.CHANGE_PASSWORD: password_change(parts),
            TenantJob.READ_ONLY: read_only(parts),
            TenantJob.RESUME: resuming(parts),
        }
        self._jobs = jobs
        self._observer = observer

    async def run(self) -> Report:
        """Settle all abandoned jobs and report the outcome."""
        report = Report()
        for found in await self._jobs.abandoned(list(TenantJob)):
            claim = await self._jobs.claim(found)
            if claim is None:
                continue
            async with self._jobs.kept_alive(claim):
                is_settled = await self._try_to_settle(claim)
            report = report.with_job(found, is_settled=is_settled)
        return replace(report, dropped=tuple(await self._pool.settle()))

    async def settle(self, claim: Claim) -> None:
        """Settle one job that has been claimed. The function of these kinds of jobs.

        Raises what its steps raise when the journal cannot be written.
        """
        if not await self._settle(claim) and claim.is_open:
            raise ProvisioningError(f"The job {claim.job} could not be settled.")

    async def take_back(self, new: NewTenant, log: StepLog, failure: StepFailed) -> bool:
        """Undo what the job created. Returns False when something remains for a later reconciliation."""
        try:
            await log.reload()  # steps of a rolled back transaction were not done
            if not log.is_written:
                return True
            await log.fail(failure.step, failure.reason)
        except (CentralError, DatabaseError):
            _log.exception("The journal of the job %s could not be written", log.claim.job)
            return False
        return await self._roll_back(new, log)

    async def postpone(self, log: StepLog, failure: StepFailed) -> bool:
        """Leave the job to a later attempt and record the reason. Returns False if it never started."""
        try:
            await log.reload()
            if not log.is_written:
                return False
            await log.give_up(failure.step, failure.reason)
        except (CentralError, DatabaseError):
            _log.exception("The journal of the job %s could not be written", log.claim.job)
        return True

    async def _try_to_settle(self, claim: Claim) -> bool:
        try:
            return await self._settle(claim)
        except (CentralError, DatabaseError):
            _log.exception("The job %s could not be settled; it will be tried again", claim.job)
            return False

    async def _settle(self, claim: Claim) -> bool:
        job, log = claim.job, StepLog(self._registry, claim)
        await log.reload()
        assert job.tenant_id is not None
        tenant = await self._registry.get(job.tenant_id)
        if job.kind in self._to_undo:  # the passwords are not known any more, and not needed
            return await self._roll_back(NewTenant(tenant, Admin("", ""), username="", password=""), log)
        try:
            await carry_out(self._to_finish[TenantJob(job.kind)], tenant, log, self._observer)
        except StepFailed as failure:
            _log.error("Not finished: %s: %s", job, failure.step, exc_info=failure.reason)
            await self.postpone(log, failure)
            return False
        return True

    async def _roll_back(self, new: NewTenant, log: StepLog) -> bool:
        try:
            await roll_back(self._to_undo[TenantJob(log.operation)], new, log, self._observer)
        except StepFailed as failure:
            slug = new.tenant.slug
            _log.error("Undoing the tenant %s failed: %s", slug, failure.step, exc_info=failure.reason)
            await self.postpone(log, failure)
            return False
        return True
