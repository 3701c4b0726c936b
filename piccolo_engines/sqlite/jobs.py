"""One piece of work on a connection, from the task that asks for it to the thread that does it, and back."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

__all__ = ["SETTLE_SECONDS", "Job", "JobState", "Slot", "Work"]

Work = Callable[[sqlite3.Connection], Any]
"""What a job does, in a thread."""

SETTLE_SECONDS = 1.0
"""How long a cancelled task waits for its interrupted statement to stop.

Only one that waits for another process's lock takes longer; it ends on its own then, and nobody uses its
connection before that.
"""


class JobState(Enum):
    """How far a job has come."""

    WAITING = auto()
    RUNNING = auto()
    OVER = auto()


class Slot:
    """A place for one connection.

    :ivar connection: ``None`` until it is first used, and after a failure.
    :ivar is_doubtful: whether something happened that makes it better to open the connection anew.
    """

    __slots__ = ("connection", "is_doubtful")

    def __init__(self) -> None:
        self.connection: sqlite3.Connection | None = None
        self.is_doubtful = False

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

    ``state`` and ``connection`` are read and written under the lock of the lane that the job was handed to.

    :param interruptible: whether a task that is cancelled stops the work.
    """

    __slots__ = ("_loop", "_settled", "connection", "is_interruptible", "outcome", "state", "work")

    def __init__(self, work: Work, *, interruptible: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._settled: asyncio.Future[None] | None = None
        self.work = work
        self.is_interruptible = interruptible
        self.state = JobState.WAITING
        self.connection: sqlite3.Connection | None = None

    def alarm(self, seconds: float, callback: Callable[["Job"], None]) -> asyncio.TimerHandle:
        """Call back in the job's event loop, after ``seconds``."""
        return self._loop.call_later(seconds, callback, self)

    def stop(self) -> bool:
        """Drop the work if it has not begun, else interrupt it; return whether its end is to come."""
        if self.state is JobState.WAITING and self.is_interruptible:
            self.state = JobState.OVER
        if self.state is JobState.OVER:
            return False
        self._settled = self._loop.create_future()
        if self.is_interruptible and self.connection is not None:
            self.connection.interrupt()
        return True

    async def settle(self) -> None:
        """Wait for the end of stopped work, at most :data:`SETTLE_SECONDS`, cancelled again or not."""
        assert self._settled is not None
        deadline = self._loop.time() + SETTLE_SECONDS
        while not self._settled.done() and (left := deadline - self._loop.time()) > 0:
            with suppress(asyncio.CancelledError):  # the first one is raised when this is over
                await asyncio.wait([self._settled], timeout=left)

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
