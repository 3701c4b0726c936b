"""Claim: one process's hold on a job, checked by every write.

A process that was considered dead while it was only suspended fails at its next write with
:class:`~central.jobs.errors.JobLost`, and changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from piccolo.custom_types import Combinable

from central.errors import CentralError
from central.jobs.errors import JobInterrupted, JobLost
from central.jobs.records import JobRecord
from central.jobs.tables import Job, JobState
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["HEARTBEAT", "NEVER_LEASED", "STALE_AFTER", "Claim", "in_short"]

HEARTBEAT = timedelta(seconds=5)
"""How often a process renews the lease of a job."""

STALE_AFTER = timedelta(seconds=30)
"""How long a lease lasts: after that another process takes the job over in any case."""

NEVER_LEASED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""``leased_until`` of a job that no process has."""

_ENDED: Final[dict[str, Any]] = {"due_at": None, "unique_key": None}
_KEPT: Final = object()
_log = logging.getLogger(__name__)


class Claim:
    """A job that this process executes. What its kind's function gets.

    :ivar job: the job as it was when it was claimed.
    :ivar is_written: whether the job's row has been inserted.
    :ivar is_open: whether the attempt has not been ended yet.
    :ivar is_cancelled: whether somebody has requested to cancel the job; noticed by :meth:`beat`.
    :ivar must_stop: whether the process stops; :meth:`progress` then ends the attempt.
    """

    def __init__(self, job: JobRecord, *, is_written: bool = True, key: str | None = None) -> None:
        self.job = job
        self._key = key
        self.is_written = is_written
        self.is_open = True
        self.is_cancelled = False
        self.must_stop: Callable[[], bool] = lambda: False

    async def progress(
        self, done: int, total: int | None = None, unit: str = "", *, cursor: Any = _KEPT
    ) -> None:
        """Record how far the job has come, and where to continue. One statement.

        Call it after each unit of work: it raises :class:`~central.jobs.errors.JobLost` if another process
        has taken the job over, and :class:`~central.jobs.errors.JobInterrupted` if this process stops. Let
        both pass.

        :param cursor: JSON-like; what the next attempt finds in ``job.cursor``. Attempts that failed before
            are forgotten.
        """
        values: dict[str, Any] = {"done": done, "total": total, "unit": unit}
        if cursor is not _KEPT:
            values |= {"cursor": cursor, "attempts": 1}
            self.job = replace(self.job, cursor=cursor, attempts=1)
        await self.write(**values)
        if self.must_stop():
            raise JobInterrupted

    async def write(self, **values: Any) -> None:
        """Write columns of the job and renew its lease. Raises :class:`~central.jobs.errors.JobLost`."""
        await self._change({**values, "leased_until": utc_now() + STALE_AFTER})

    async def insert(self) -> None:
        """Insert the row of a new job that this process executes at once.

        Raises ``UniqueViolation`` if there is an unfinished job with its key.
        """
        job = self.job
        row = Job(id=job.id, kind=job.kind, tenant_id=job.tenant_id, tenant_slug=job.tenant_slug)
        for name in ("state", "due_at", "claim", "owner", "attempts", "enqueued_at", "total", "unit"):
            setattr(row, name, getattr(job, name))
        row.leased_until, row.unique_key = utc_now() + STALE_AFTER, self._key
        row.arguments = dict(job.arguments)
        await Job.insert(row)
        self.is_written = True

    async def complete(self, result: Any = None) -> None:
        """End the job. It becomes due again if it was requested while it was running."""
        values = {"state": JobState.DONE, **_ENDED, "result": result, "error": None}
        if not await self._try_to_end(values, Job.enqueued == self.job.enqueued):
            await self._again()

    async def forget(self) -> None:
        """Like :meth:`complete`, but delete the job's row."""
        done = Job.delete().where(self._is_held, Job.enqueued == self.job.enqueued)
        if await done.returning(Job.id):
            self.is_open = False
        else:
            await self._again()

    async def fail(self, reason: str) -> None:
        """End the job without success. It keeps its key until somebody retries or cancels it."""
        await self.end(state=JobState.FAILED, due_at=None, error=reason)

    async def cancel(self) -> None:
        """End the job because somebody has cancelled it."""
        await self.end(state=JobState.CANCELLED, **_ENDED)

    async def postpone(self, until: datetime | None, **values: Any) -> None:
        """End the attempt; the next one begins at ``until``, or as soon as the job is requested again.

        :param until: None for no time: it has to be requested again.
        """
        values = {"state": JobState.WAITING, **values}
        is_same = Job.enqueued == self.job.enqueued
        if not await self._try_to_end({**values, "due_at": until}, is_same):
            await self.end(**values, due_at=utc_now())

    async def end(self, **values: Any) -> None:
        """Write columns and give the job away. Raises :class:`~central.jobs.errors.JobLost`."""
        await self._change({**values, "claim": new_id(), "leased_until": NEVER_LEASED})
        self.is_open = False

    async def beat(self) -> None:
        """Renew the lease periodically. Returns when the job is lost, ended or to be cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            try:
                if await self._is_unwanted():
                    return
            except DatabaseError:
                _log.exception("No heartbeat could be written for the job %s", self.job)

    async def _is_unwanted(self) -> bool:
        renewed = Job.update({Job.leased_until: utc_now() + STALE_AFTER})
        wanted = renewed.where(self._is_held, Job.is_cancel_requested.eq(False))
        if not self.is_written or await wanted.returning(Job.id):
            return False
        self.is_cancelled = await Job.exists().where(self._is_held)
        return True

    async def _again(self) -> None:
        await self.end(state=JobState.WAITING, due_at=utc_now(), attempts=0)

    async def _change(self, values: dict[str, Any]) -> None:
        if not await Job.update(_columns(values)).where(self._is_held).returning(Job.id):
            raise JobLost(str(self.job))

    async def _try_to_end(self, values: dict[str, Any], condition: Combinable) -> bool:
        given_away = {**values, "claim": new_id(), "leased_until": NEVER_LEASED}
        held = Job.update(_columns(given_away)).where(self._is_held, condition)
        self.is_open = not await held.returning(Job.id)
        return not self.is_open

    @property
    def _is_held(self) -> Combinable:
        return (Job.id == self.job.id) & (Job.claim == self.job.claim)


def in_short(error: BaseException) -> str:
    """Describe an error for the journal.

    The messages of this project's errors contain no secrets. Of any other error only the class name is
    recorded. An error that was caused by another one of this project is described with that one's message.
    """
    if not isinstance(error, CentralError | DatabaseError):
        return type(error).__name__
    text, cause = f"{type(error).__name__}: {error}", error.__cause__
    if isinstance(cause, CentralError | DatabaseError) and str(cause) not in text:
        return f"{text} {cause}"
    return text


def _columns(values: dict[str, Any]) -> dict[Any, Any]:
    """Return the values of the columns. Piccolo would take a text for JSON that is encoded already."""
    documents = {name: values[name] for name in ("cursor", "result") if values.get(name) is not None}
    encoded = {name: msgspec.json.encode(value).decode() for name, value in documents.items()}
    return dict({**values, **encoded}.items())
