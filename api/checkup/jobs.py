"""Checks of jobs: those that failed, that were interrupted, or that wait for something."""

from typing import Final

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from api.jobs.outboxes import OUTBOX
from central.jobs.records import JobRecord
from central.jobs.service import job_counts
from central.jobs.tables import Job, JobState
from central.provisioning.types import TenantJob

__all__ = ["check_jobs"]

_MOST: Final = 50
"""How many jobs are reported."""
_LATE_SECONDS: Final = 120.0
"""How long a job may be due."""


async def check_jobs(platform: Platform) -> list[Finding]:
    """Check the unfinished jobs that have an error, those that nobody here can execute, and whether due ones
    are executed. Three statements.
    """
    unfinished = Job.state.is_in([JobState.WAITING.value, JobState.RUNNING.value, JobState.FAILED.value])
    unknown = Job.kind.not_in(list(platform.job_runner.kinds))
    troubled = Job.error.is_not_null() | unknown | Job.kind.is_in(list(TenantJob))
    rows = await Job.select().where(unfinished & troubled).order_by(Job.id).limit(_MOST)
    jobs = [JobRecord.of(row) for row in rows]
    late = (await job_counts()).oldest_due_seconds
    found = [_finding(job, platform) for job in jobs]
    if late > _LATE_SECONDS:
        message = f"One has been due for {late / 60:.0f} minutes, and no process has begun it."
        found.append(
            warning("jobs", message, "Run freehold worker, or freehold serve with JOBS_PER_PROCESS.")
        )
    return found or [fine("jobs", "None has failed.")]


def _finding(job: JobRecord, platform: Platform) -> Finding:
    about = f"tenant {job.tenant_slug}" if job.tenant_slug else f"job {job.id}"
    retry = f"freehold jobs retry {job.id}"
    if job.kind not in platform.job_runner.kinds:
        message = f"Its job ({job.kind}) is of a kind that this version does not know."
        return error(about, message, "Run a version that knows it, or freehold jobs cancel.")
    if job.state is JobState.FAILED:
        return error(about, f"Its job ({job.kind}) failed: {job.error}", retry)
    if job.kind == OUTBOX:
        return warning(about, f"Its outbox waits: {job.error}", f"freehold jobs show {job.id}")
    remedy = "freehold tenants reconcile" if job.kind in set(TenantJob) else retry
    if job.error is not None:
        return error(about, f"Its job ({job.kind}) failed: {job.error} It will be tried again.", remedy)
    message = f"Its job ({job.kind}) is open: a process is working on it, or has died."
    return warning(about, message, remedy)
