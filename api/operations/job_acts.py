"""JobActs: what operators do with jobs, recorded in the audit trail."""

from dataclasses import dataclass
from uuid import UUID

from central.database import CENTRAL
from central.jobs.records import JobRecord
from central.jobs.service import JobService
from central.operators import audit
from central.operators.audit import Actor

__all__ = ["JobActs"]


@dataclass(frozen=True, slots=True)
class JobActs:
    """Retries and cancels jobs for an operator."""

    jobs: JobService
    actor: Actor

    async def retry(self, job_id: UUID) -> JobRecord:
        """As :meth:`central.jobs.service.JobService.retry`."""
        async with CENTRAL.transaction():
            job = await self.jobs.retry(job_id)
            await self._record("job.retry", job)
        self.jobs.wake()
        return job

    async def cancel(self, job_id: UUID) -> JobRecord:
        """As :meth:`central.jobs.service.JobService.cancel`."""
        async with CENTRAL.transaction():
            job = await self.jobs.cancel(job_id)
            await self._record("job.cancel", job)
        return job

    async def _record(self, action: str, job: JobRecord) -> None:
        detail = {"job": str(job.id), "kind": job.kind}
        slug = job.tenant_slug or None
        await audit.record(self.actor, action, tenant_id=job.tenant_id, tenant_slug=slug, detail=detail)
