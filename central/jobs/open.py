"""Whether a job has not ended yet."""

from typing import Final
from uuid import UUID

from central.jobs.tables import Job, JobState

__all__ = ["is_open", "running_claims"]

_OPEN: Final = [JobState.WAITING.value, JobState.RUNNING.value]


async def is_open(job_id: UUID | None) -> bool:
    """Whether the job is running, or will be."""
    return job_id is not None and await Job.exists().where(Job.id == job_id, Job.state.is_in(_OPEN))


async def running_claims(kind: str) -> set[UUID]:
    """Return the claims by which processes execute jobs of this kind."""
    rows = await Job.select(Job.claim).where(Job.kind == kind, Job.state == JobState.RUNNING)
    return {row["claim"] for row in rows}
