"""JobStore: the jobs of all processes, as rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from central.database import CENTRAL
from central.jobs.tables import Job, JobState
from piccolo_engines.columns import new_id, utc_now

__all__ = ["NEVER_LEASED", "JobStore", "NewJob"]

NEVER_LEASED = datetime(2000, 1, 1, tzinfo=UTC)
"""``leased_until`` of a job that no process has."""


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
    """The jobs of all processes. The caller binds ``CENTRAL``.

    :param wake: called when a job is due at once and committed.
    """

    def __init__(
        self, wake: Callable[[], None] = lambda: None, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._wake = wake
        self._now = now

    async def enqueue(self, new: NewJob) -> UUID:
        """Insert the job, in the current transaction if there is one. Returns its id.

        Returns the id of the unfinished job with the same key if there is one, and adds nothing.
        """
        row = self._row(new)
        if new.key is None:
            await Job.insert(row)
            self._wake_if_committed()
            return row.id
        await Job.insert(row).on_conflict(target=Job.unique_key, action="DO NOTHING")
        found = await Job.select(Job.id).where(Job.unique_key == new.key).first()
        self._wake_if_committed()
        return found["id"] if found else row.id

    async def signal(self, new: NewJob) -> None:
        """Request that the job with this key runs, once more if it is running already.

        Inserts it if there is none; otherwise counts the request, and makes it due. One statement.
        """
        row = self._row(new)
        again: list[Any] = [
            (Job.enqueued, Job.enqueued + 1),
            (Job.enqueued_at, row.enqueued_at),
            (Job.state, JobState.WAITING.value),
            (Job.due_at, row.due_at),
        ]
        await Job.insert(row).on_conflict(target=Job.unique_key, action="DO UPDATE", values=again)
        self._wake_if_committed()

    def _row(self, new: NewJob) -> Job:
        now = self._now()
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

    def _wake_if_committed(self) -> None:
        if not CENTRAL.transaction_exists():
            self._wake()
