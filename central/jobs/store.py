"""JobStore: the jobs of all processes, as rows, and which of them this process may take."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from central.database import CENTRAL
from central.jobs.claims import NEVER_LEASED, STALE_AFTER, Claim
from central.jobs.owner import Owner
from central.jobs.records import JobRecord
from central.jobs.tables import Job, JobState
from piccolo_engines.columns import new_id, utc_now

__all__ = ["JobStore", "NewJob"]

_OPEN = (JobState.WAITING.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue.

    :ivar arguments: JSON-like. They are shown to operators, so they contain no secrets.
    :ivar key: of several unfinished jobs with one key there is only the first.
    :ivar due_at: the earliest time; ``None`` for now.
    """

    kind: str
    tenant_id: UUID | None = None
    tenant_slug: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    due_at: datetime | None = None


class JobStore:
    """The jobs of all processes, as seen by this one. The caller binds ``CENTRAL``.

    :param owner: this process.
    :ivar wake: called when a job is due at once, and committed.
    """

    def __init__(self, owner: Owner | None = None) -> None:
        self._owner = str(owner or Owner.current())
        self._active: set[UUID] = set()
        self.wake: Callable[[], None] = lambda: None

    async def enqueue(self, new: NewJob) -> UUID:
        """Insert the job, in the current transaction if there is one. Returns its id.

        If there is an unfinished job with the same key, nothing is inserted and its id returned; if that one
        has failed, it is due again.
        """
        row = _row(new)
        if new.key is None:
            await Job.insert(row)
            self._wake_for(new)
            return row.id
        await Job.insert(row).on_conflict(target=Job.unique_key, action="DO NOTHING")
        found = await Job.select(Job.id, Job.state).where(Job.unique_key == new.key).first()
        if found and found["state"] == JobState.FAILED:
            again: dict[Any, Any] = {Job.state: JobState.WAITING, Job.due_at: row.due_at, Job.attempts: 0}
            again[Job.error] = None
            await Job.update(again).where(Job.id == found["id"], Job.state == JobState.FAILED)
        self._wake_for(new)
        return found["id"] if found else row.id

    async def signal(self, new: NewJob) -> None:
        """Request that the job with this key runs, and runs again if it is running already.

        Inserts it if there is none; otherwise counts the request, and makes it due. One statement.
        """
        row = _row(new)
        again: list[Any] = [
            (Job.enqueued, Job.enqueued + 1),
            (Job.enqueued_at, row.enqueued_at),
            (Job.due_at, row.due_at),
        ]
        await Job.insert(row).on_conflict(target=Job.unique_key, action="DO UPDATE", values=again)
        self._wake_for(new)

    async def due(self, kinds: Collection[str], limit: int) -> list[JobRecord]:
        """Return jobs of these kinds that are due and that no process has, oldest first. One statement."""
        now = utc_now()
        is_due = (Job.due_at <= now) & (Job.leased_until <= now) & Job.kind.is_in(list(kinds))
        return [
            JobRecord.of(row) for row in await Job.select().where(is_due).order_by(Job.due_at).limit(limit)
        ]

    async def abandoned(self, kinds: Collection[str]) -> list[JobRecord]:
        """Return the unfinished jobs of these kinds that no process is working on, oldest first.

        Other than :meth:`due`, it finds those of dead processes at once, and those that wait for a later
        attempt.
        """
        is_open = Job.state.is_in(list(_OPEN)) & Job.kind.is_in(list(kinds))
        jobs = [JobRecord.of(row) for row in await Job.select().where(is_open).order_by(Job.id)]
        return [job for job in jobs if self.is_abandoned(job)]

    async def release_abandoned(self, kinds: Collection[str]) -> None:
        """Make the running jobs of dead processes due, without waiting for the end of their leases."""
        is_leased = (Job.state == JobState.RUNNING) & (Job.leased_until > utc_now())
        for row in await Job.select().where(is_leased, Job.kind.is_in(list(kinds))):
            job = JobRecord.of(row)
            if self.is_abandoned(job):
                free: dict[Any, Any] = {Job.leased_until: NEVER_LEASED, Job.claim: new_id()}
                await Job.update(free).where(_is_as_read(job))

    async def claim(self, job: JobRecord) -> Claim | None:
        """Take the job, as it was read. Returns None if another process was faster. One statement."""
        claim, until = new_id(), utc_now() + STALE_AFTER
        mine: dict[Any, Any] = {
            Job.claim: claim,
            Job.owner: self._owner,
            Job.state: JobState.RUNNING,
            Job.attempts: job.attempts + 1,
            Job.leased_until: until,
        }
        if not await Job.update(mine).where(_is_as_read(job)).returning(Job.id):
            return None
        return Claim(replace(job, claim=claim, owner=self._owner, attempts=job.attempts + 1))

    def begin(
        self,
        kind: str,
        tenant_id: UUID,
        tenant_slug: str,
        *,
        total: int | None,
        unit: str,
        key: str | None = None,
        arguments: Mapping[str, Any] | None = None,
    ) -> Claim:
        """Return a claim on a new job that this process executes at once. Its row is inserted later.

        :param key: inserting it raises ``UniqueViolation`` while there is an unfinished job with this key.
        """
        now = utc_now()
        values = dict.fromkeys(("cursor", "result", "error"))
        job = JobRecord(
            id=new_id(),
            kind=kind,
            tenant_id=tenant_id,
            tenant_slug=tenant_slug,
            state=JobState.RUNNING,
            due_at=now,
            claim=new_id(),
            owner=self._owner,
            leased_until=now + STALE_AFTER,
            attempts=1,
            enqueued=1,
            enqueued_at=now,
            arguments=dict(arguments or {}),
            done=0,
            total=total,
            unit=unit,
            created_at=now,
            updated_at=now,
            **values,
        )
        return Claim(job, is_written=False, key=key)

    @asynccontextmanager
    async def kept_alive(self, claim: Claim) -> AsyncIterator["asyncio.Task[None]"]:
        """Renew the lease inside the block. The task ends early when the job is lost or to be cancelled."""
        self._active.add(claim.job.claim)
        heart = asyncio.create_task(claim.beat())
        try:
            yield heart
        finally:
            self._active.discard(claim.job.claim)
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)

    def is_abandoned(self, job: JobRecord) -> bool:
        """Whether no process is working on this unfinished job."""
        if job.claim in self._active:
            return False
        if job.leased_until <= utc_now() or job.owner == self._owner:
            return True
        owner = Owner.parse(job.owner)
        return owner is not None and owner.is_surely_dead()

    def _wake_for(self, new: NewJob) -> None:
        if new.due_at is None and not CENTRAL.transaction_exists():
            self.wake()


def _is_as_read(job: JobRecord) -> Any:
    return (Job.id == job.id) & (Job.claim == job.claim) & (Job.leased_until == job.leased_until)


def _row(new: NewJob) -> Job:
    now = utc_now()
    return Job(
        id=new_id(),
        kind=new.kind,
        tenant_id=new.tenant_id,
        tenant_slug=new.tenant_slug,
        unique_key=new.key,
        arguments=dict(new.arguments),
        due_at=new.due_at or now,
        enqueued_at=now,
        leased_until=NEVER_LEASED,
    )
