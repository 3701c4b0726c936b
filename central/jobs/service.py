"""JobService: what operators see of jobs and do with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.query.functions import Count

from central.database import CENTRAL
from central.jobs.claims import NEVER_LEASED
from central.jobs.errors import JobNotCancellable, JobNotFound, JobNotRetryable
from central.jobs.kinds import JobKind
from central.jobs.records import JobRecord
from central.jobs.store import JobStore
from central.jobs.tables import Job, JobState, JobStep
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.paging import MAX_LIMIT, Page, decode_cursor, page_of

__all__ = ["KEEP_FINISHED_JOBS", "JobCounts", "JobFilter", "JobService", "StepRecord", "job_counts"]

KEEP_FINISHED_JOBS: Final = timedelta(days=90)
"""How long a finished job is kept."""

_COUNTED: Final = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
_FINISHED: Final = (JobState.DONE.value, JobState.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are listed."""

    state: JobState | None = None
    kind: str | None = None
    tenant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class JobCounts:
    """The unfinished jobs of the installation.

    :ivar by_state: the number of waiting, running and failed ones.
    :ivar oldest_due_seconds: how long the first of the waiting ones has been due; 0 if none is due.
    """

    by_state: Mapping[JobState, int]
    oldest_due_seconds: float


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step of a job."""

    name: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    error: str | None


class JobService:
    """Lists jobs, and retries and cancels them. The caller binds ``CENTRAL``.

    :param kinds: those that this version knows.
    """

    def __init__(self, store: JobStore, kinds: Mapping[str, JobKind]) -> None:
        self._store = store
        self._kinds = kinds

    async def page(
        self, limit: int, cursor: str | None = None, wanted: JobFilter = JobFilter()
    ) -> Page[JobRecord]:
        """Return a page of jobs, newest first. One statement.

        Raises ``InvalidCursor``, and :class:`ValueError` for a limit outside of 1 to 200.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise ValueError(f"A page has 1 to {MAX_LIMIT} items.")
        query = Job.select().order_by(Job.id, ascending=False).limit(limit + 1)
        if cursor is not None:
            query = query.where(Job.id < decode_cursor(cursor))
        for column, value in (
            (Job.state, wanted.state),
            (Job.kind, wanted.kind),
            (Job.tenant_id, wanted.tenant_id),
        ):
            if value is not None:
                query = query.where(column == value)
        return page_of([JobRecord.of(row) for row in await query], limit, lambda job: job.id)

    async def get(self, job_id: UUID) -> JobRecord:
        """Return the job. Raises :class:`~central.jobs.errors.JobNotFound`. One statement."""
        row = await Job.select().where(Job.id == job_id).first()
        if row is None:
            raise JobNotFound(job_id)
        return JobRecord.of(row)

    async def steps(self, job_id: UUID) -> list[StepRecord]:
        """Return the steps of the job that have begun, in order."""
        columns = [JobStep.name, JobStep.state, JobStep.started_at, JobStep.finished_at, JobStep.error]
        rows = await JobStep.select(*columns).where(JobStep.job == job_id).order_by(JobStep.position)
        return [StepRecord(**row) for row in rows]

    async def retry(self, job_id: UUID) -> JobRecord:
        """Make a failed job, or one that waits for a later time, due at once.

        Raises :class:`~central.jobs.errors.JobNotFound` and :class:`~central.jobs.errors.JobNotRetryable`.
        """
        job = await self.get(job_id)
        if job.state not in (JobState.FAILED, JobState.WAITING):
            raise JobNotRetryable(job.state.value)
        due: dict[str, Any] = {"state": JobState.WAITING, "due_at": utc_now(), "attempts": 0}
        if not await _changed(job, {**due, "is_cancel_requested": False}):
            return await self.retry(job_id)  # it has changed since it was read
        if not CENTRAL.transaction_exists():
            self.wake()
        return await self.get(job_id)

    def wake(self) -> None:
        """Look for due jobs in this process. Call it when a transaction around :meth:`retry` is committed."""
        self._store.wake()

    async def cancel(self, job_id: UUID) -> JobRecord:
        """Cancel the job. A running one stops within seconds; until then its state is ``running``.

        Raises :class:`~central.jobs.errors.JobNotFound` and :class:`~central.jobs.errors.JobNotCancellable`.
        """
        job = await self.get(job_id)
        kind = self._kinds.get(job.kind)
        if kind is not None and not kind.is_cancellable:
            raise JobNotCancellable(f"jobs of the kind {job.kind} must be completed.")
        if job.state.value in _FINISHED:
            raise JobNotCancellable(f"it is {job.state.value}.")
        changes: dict[str, Any] = {"is_cancel_requested": True}
        if job.state is not JobState.RUNNING or job.leased_until <= utc_now():
            ended = {"state": JobState.CANCELLED, "due_at": None, "unique_key": None}
            changes = {**ended, "leased_until": NEVER_LEASED, "claim": new_id()}
        if not await _changed(job, changes):
            return await self.cancel(job_id)
        return await self.get(job_id)

    async def prune(self, older_than: timedelta = KEEP_FINISHED_JOBS) -> int:
        """Delete jobs that ended longer ago than ``older_than``. Returns their number. Failed ones stay."""
        old = Job.state.is_in(list(_FINISHED)) & (Job.updated_at < utc_now() - older_than)
        return len(await Job.delete().where(old).returning(Job.id))


async def job_counts() -> JobCounts:
    """Count the unfinished jobs. Two statements."""
    unfinished = Job.state.is_in([state.value for state in _COUNTED])
    rows = await Job.select(Job.state, Count(alias="number")).where(unfinished).group_by(Job.state)
    found = {row["state"]: row["number"] for row in rows}
    is_waiting = Job.due_at.is_not_null() & (Job.state == JobState.WAITING)
    first = await Job.select(Job.due_at).where(is_waiting).order_by(Job.due_at).first()
    waited = (utc_now() - first["due_at"]).total_seconds() if first else 0.0
    return JobCounts({state: found.get(state, 0) for state in _COUNTED}, max(waited, 0.0))


async def _changed(job: JobRecord, changes: dict[Any, Any]) -> bool:
    """Change the job unless somebody else has claimed, given back or ended it since it was read."""
    is_same = (Job.id == job.id) & (Job.claim == job.claim) & (Job.state == job.state)
    return bool(await Job.update(changes).where(is_same).returning(Job.id))
