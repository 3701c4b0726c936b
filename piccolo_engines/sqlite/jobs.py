"""One piece of work on a connection, from the task that asks for it to the thread that does it, and back."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from piccolo_engines.limits import are_limited

__all__ = ["Job", "JobState", "Slot", "Work"]

Work = Callable[[sqlite3.Connection], Any]
"""What a job does, in a thread."""


class JobState(Enum):
    """How far a job has come."""

    WAITING = auto()
    RUNNING = auto()
    OVER = auto()


class Slot:
    """A place for one connection.

    :ivar connection: ``None`` until it is first used, and after a failure.
    :ivar is_doubtful: whether something happened that makes it better to open the connection anew.
    :ivar idle_since: when it was given back last (``time.monotonic``).
    """

    __slots__ = ("connection", "idle_since", "is_doubtful")

    def __init__(self) -> None:
        self.connection: sqlite3.Connection | None = None
        self.is_doubtful = False
        self.idle_since = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether the connection can be given to the next user as it is."""
        return self.connection is None or not (self.is_doubtful or self.connection.in_transaction)

    def roll_back(self) -> None:
        """Undo what is open. A connection that cannot even do that is doubtful."""
        try:
            if self.connection is not None and self.connection.in_transaction:
                self.connection.rollback()
        except sqlite3.Error:
            self.is_doubtful = True

    def shut(self) -> None:
        """Close the connection, if there is one."""
        connection, self.connection, self.is_doubtful = self.connection, None, False
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


class Job:
    """One piece of work, and the future that its ``outcome`` goes to.

    ``state`` changes, and the work is interrupted, under the lock of the lane that the job was handed to: a
    connection that has passed to another job is never interrupted for this one.

    :param interruptible: whether a task that is cancelled, and a time limit, stops the work.
    :ivar started: when a thread began with it (``time.monotonic``).
    :ivar is_limited: whether a time limit counts for it.
    :ivar is_overdue: whether it was interrupted because of the limit.
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
        """Call back in the job's event loop, after ``seconds``."""
        return self._loop.call_later(seconds, callback, self)

    def stop(self) -> bool:
        """Drop the work if it has not begun, interrupt it if it has; return whether it is over.

        An interrupt that comes between two calls to SQLite is lost, so call this again until it is.
        """
        if self.is_interruptible:
            self.is_unwanted = True
            if self.state is JobState.WAITING:
                self.state = JobState.OVER
            elif self.state is JobState.RUNNING and self.connection is not None:
                self.connection.interrupt()
        return self.state is JobState.OVER

    def limit_to(self, seconds: float, now: float) -> None:
        """Interrupt the work when it has run for longer; to be called again, as :meth:`stop`."""
        if self.is_limited and self.state is JobState.RUNNING and now - self.started >= seconds:
            self.is_overdue = True
            if self.connection is not None:
                self.connection.interrupt()

    async def ends_within(self, seconds: float) -> None:
        """Wait for the end of the work, for some time at most; does not end early by being cancelled."""
        if self._settled is None:
            self._settled = self._loop.create_future()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([self._settled], timeout=seconds)

    def report(self, result: Any, error: BaseException | None) -> None:
        """Wake the waiting task, from any thread."""
        with suppress(RuntimeError):  # its event loop is closed: nobody waits any more
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
