"""Jobs: work on a connection, passed from a task to a thread, and its outcome back to the task."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from piccolo_engines.limits import are_limited

__all__ = ["Job", "JobState", "Slot", "Work"]

Work = Callable[[sqlite3.Connection], Any]
"""The function that a job runs in a thread."""


class JobState(Enum):
    """The state of a job."""

    WAITING = auto()
    RUNNING = auto()
    OVER = auto()


class Slot:
    """A place for one connection.

    :ivar connection: ``None`` until it is first used, and after a failure.
    :ivar is_doubtful: whether the connection should be reopened after an error.
    :ivar idle_since: when it was last released (``time.monotonic``).
    :ivar changes: how many rows the connection had changed when it was last asked.
    """

    __slots__ = ("changes", "connection", "idle_since", "is_doubtful")

    def __init__(self) -> None:
        self.connection: sqlite3.Connection | None = None
        self.is_doubtful = False
        self.idle_since = 0.0
        self.changes = 0

    def new_changes(self) -> int:
        """Return how many rows the connection has changed since the last call."""
        if self.connection is None:
            return 0
        before, self.changes = self.changes, self.connection.total_changes
        return self.changes - before

    @property
    def is_clean(self) -> bool:
        """Whether the connection can be passed to the next user as it is."""
        return self.connection is None or not (self.is_doubtful or self.connection.in_transaction)

    def roll_back(self) -> None:
        """Roll back an open transaction. If that fails, the connection is doubtful."""
        try:
            if self.connection is not None and self.connection.in_transaction:
                self.connection.rollback()
        except sqlite3.Error:
            self.is_doubtful = True

    def shut(self) -> None:
        """Close the connection, if there is one."""
        connection, self.connection, self.is_doubtful, self.changes = self.connection, None, False, 0
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


class Job:
    """A function to run, and the future for its ``outcome``.

    ``state`` changes, and the function is interrupted, under the lock of the job's lane: a connection that
    has passed to another job is never interrupted for this one.

    :param work: the function.
    :param interruptible: whether a task's cancellation, and a time limit, interrupt the work.
    :ivar started: when a thread started the work (``time.monotonic``).
    :ivar is_limited: whether the time limit applies.
    :ivar is_overdue: whether the work was interrupted because of the limit.
    """

    __slots__ = (
        "_loop",
        "_settled",
        "connection",
        "is_interruptible",
        "is_limited",
        "is_overdue",
        "is_unwanted",
        "outcome",
        "started",
        "state",
        "work",
    )

    def __init__(self, work: Work, *, interruptible: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._settled: asyncio.Future[None] | None = None
        self.work = work
        self.is_interruptible = interruptible
        self.state = JobState.WAITING
        self.is_unwanted = self.is_overdue = False
        self.is_limited = interruptible and are_limited()
        self.started = 0.0
        self.connection: sqlite3.Connection | None = None

    def alarm(self, seconds: float, callback: Callable[["Job"], None]) -> asyncio.TimerHandle:
        """Call back in the job's event loop after ``seconds``."""
        return self._loop.call_later(seconds, callback, self)

    def stop(self) -> bool:
        """Cancel the work if it has not started, interrupt it if it has. Returns whether it is over.

        An interrupt between two calls to SQLite has no effect, so call this repeatedly until it returns True.
        """
        if self.is_interruptible:
            self.is_unwanted = True
            if self.state is JobState.WAITING:
                self.state = JobState.OVER
            elif self.state is JobState.RUNNING and self.connection is not None:
                self.connection.interrupt()
        return self.state is JobState.OVER

    def limit_to(self, seconds: float, now: float) -> None:
        """Interrupt the work if it has run for longer than ``seconds``.

        Call it repeatedly, like :meth:`stop`.
        """
        if self.is_limited and self.state is JobState.RUNNING and now - self.started >= seconds:
            self.is_overdue = True
            if self.connection is not None:
                self.connection.interrupt()

    async def ends_within(self, seconds: float) -> None:
        """Wait up to ``seconds`` for the end of the work. A cancellation does not shorten the wait."""
        if self._settled is None:
            self._settled = self._loop.create_future()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([self._settled], timeout=seconds)

    def report(self, result: Any, error: BaseException | None) -> None:
        """Set the outcome and wake the waiting task. May be called from any thread."""
        with suppress(RuntimeError):  # its event loop is closed, so no task waits
            self._loop.call_soon_threadsafe(self._resolve, result, error)

    def _resolve(self, result: Any, error: BaseException | None) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)
        if self.outcome.done():
            return
        if error is None:
            self.outcome.set_result(result)
        else:
            self.outcome.set_exception(error)
