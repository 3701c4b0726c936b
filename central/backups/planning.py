"""PlanBackups: the function of the job ``backup.tick``, of which an installation has one.

Each minute it enqueues the backups of the tenants that are due, and now and then removes what killed
processes have left: scratch databases and parts of uploads.
"""

from datetime import datetime, timedelta
from typing import Final

from central.backups.parts import BackupParts
from central.backups.plans import due_plans, plan_new_tenants, plan_next, replan
from central.backups.records import Reason
from central.backups.scratch import drop_abandoned
from central.backups.taking import PROVE, take_job
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.kinds import Done, Later, Outcome
from central.jobs.store import NewJob
from central.tables import WITH_DATABASE
from piccolo_engines.columns import utc_now

__all__ = ["TICK", "PlanBackups", "tick_job"]

TICK: Final = "backup.tick"
_EVERY: Final = timedelta(minutes=1)
_SWEPT_EVERY: Final = timedelta(hours=1)
_UPLOAD: Final = timedelta(days=2)
"""No upload takes longer."""
_MOST_DUE: Final = 200


def tick_job() -> NewJob:
    """Return the job that plans backups. Of all processes one has it."""
    return NewJob(kind=TICK, key=TICK)


class PlanBackups:
    """Enqueues backups that are due."""

    def __init__(self, parts: BackupParts) -> None:
        self._parts = parts

    async def __call__(self, claim: Claim) -> Outcome:
        """Enqueue what is due, and continue in a minute. Ends where no backups are stored."""
        if self._parts.store is None:
            return Done(is_forgotten=True)
        now = utc_now()
        due = await self.enqueue_due(now)
        swept_at = datetime.fromisoformat(claim.job.cursor) if claim.job.cursor else None
        if swept_at is None or swept_at < now - _SWEPT_EVERY:
            await self.sweep()
            swept_at = now
        pause = timedelta() if due == _MOST_DUE else _EVERY
        return Later(now + pause, cursor=swept_at.isoformat())

    async def enqueue_due(self, now: datetime) -> int:
        """Enqueue a backup of each tenant that is due. Returns how many were, at most 200."""
        schedule = self._parts.schedule
        await plan_new_tenants(schedule, now)
        await replan(schedule, now)
        plans = await due_plans(schedule, now, _MOST_DUE)
        for plan in plans:
            async with CENTRAL.transaction():
                tenant = plan.tenant
                if tenant is not None and tenant.status in WITH_DATABASE:
                    await self._parts.jobs.enqueue(take_job(tenant.id, tenant.slug, Reason.SCHEDULE))
                await plan_next(plan, now)
        if plans:
            self._parts.jobs.wake()
        return len(plans)

    async def sweep(self) -> tuple[int, int]:
        """Remove what killed processes have left. Returns how many databases and parts of uploads."""
        databases = await drop_abandoned(self._parts.servers, PROVE)
        return databases, await self._parts.required_store.sweep(_UPLOAD)
