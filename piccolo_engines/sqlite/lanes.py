"""Who may use which connection when: lanes of connections, leases on them, and the jobs that run there.

Everything here works across threads and event loops. A job is made in an event loop, runs in a thread of
:class:`~piccolo_engines.sqlite.threads.Threads`, and its outcome goes back to the loop that asked. A
connection is handed from one lease to the next by the thread that has just finished with it, never by the
task that was waiting: a cancelled task, or an event loop that is gone, cannot keep it or pass it on half
used.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from piccolo_engines.errors import DatabaseError, EngineClosed
from piccolo_engines.sqlite.errors import is_fatal, translate
from piccolo_engines.sqlite.threads import Threads

__all__ = ["SETTLE_SECONDS", "Lane", "Lease"]

Result = TypeVar("Result")

SETTLE_SECONDS = 1.0
"""How long a cancelled task waits for its interrupted statement to stop.

Only one that waits for another process's lock takes longer; it ends on its own then, and nobody uses its
connection before that.
"""


class _State(Enum):
    WAITING = 1
    RUNNING = 2
    OVER = 3


class _Slot:
    """A place for one connection; ``connection`` is ``None`` until it is first used, and after a failure."""

    __slots__ = ("connection", "is_doubtful")

    def __init__(self) -> None:
        self.connection: sqlite3.Connection | None = None
        self.is_doubtful = False


class _Job:
    """One piece of work on a connection, and the future that its outcome goes to."""

    __slots__ = ("connection", "future", "interruptible", "loop", "settled", "state", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], Any], *, interruptible: bool) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.settled: asyncio.Future[None] | None = None
        self.work = work
        self.interruptible = interruptible
        self.state = _State.WAITING
        self.connection: sqlite3.Connection | None = None

    def report(self, result: Any, error: BaseException | None) -> None:
        """Wake the waiting task, from any thread."""
        with suppress(RuntimeError):  # its event loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._resolve, result, error)

    def _resolve(self, result: Any, error: BaseException | None) -> None:
        if self.settled is not None and not self.settled.done():
            self.settled.set_result(None)
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class Lease:
    """The exclusive use of one connection of a lane, for jobs that run one after the other.

    The connection is granted once the first job is handed in and one is free. It goes back after
    :meth:`finish` or
    :meth:`release`, as soon as the jobs handed in before are through.
    """

    __slots__ = ("is_active", "is_ending", "is_waiting", "jobs", "lane", "slot")

    def __init__(self, lane: "Lane") -> None:
        self.lane = lane
        self.jobs: deque[_Job] = deque()
        self.slot: _Slot | None = None
        self.is_waiting = False  # for a connection
        self.is_active = False  # a thread serves it, or is about to
        self.is_ending = False

    async def run(
        self, work: Callable[[sqlite3.Connection], Result], *, interruptible: bool = True
    ) -> Result:
        """Run ``work`` on the connection, in a thread, after the jobs that were handed in before.

        A task that is cancelled meanwhile interrupts the statement, if ``interruptible``, and waits (at most
        :data:`SETTLE_SECONDS`) until it has stopped, so that afterwards nothing of it goes on.

        :raises EngineClosed: when the lane is or gets closed.
        :raises DatabaseError: what ``work`` raised, translated.
        """
        return await self.lane.outcome(self, work, interruptible=interruptible)  # type: ignore[no-any-return]  # a future's

    async def finish(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run ``work``, never interrupted, as the last job, and give the connection back after it.

        It goes back even when the task is cancelled while it waits.
        """
        return await self.lane.outcome(self, work, interruptible=False, last=True)  # type: ignore[no-any-return]  # a future's

    def release(self) -> None:
        """Give the connection back, without waiting for that; an open transaction is rolled back."""
        self.lane.release(self)


class Lane:
    """Up to ``limit`` connections to one database, each used by one lease at a time, first come first served.

    :param connect: opens a connection; called in a thread, when there is need.
    :param limit: the largest number of connections.
    :param threads: where jobs run.
    :param wait_timeout: seconds that a job waits for a connection before it fails with ``expired()``.
    :param keep: whether connections stay open between leases.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        *,
        limit: int,
        threads: Threads,
        wait_timeout: float,
        expired: Callable[[], DatabaseError],
        keep: bool = True,
    ) -> None:
        self._connect = connect
        self._threads = threads
        self._wait_timeout = wait_timeout
        self._expired = expired
        self._keep = keep
        self._limit = limit
        self._lock = threading.Lock()
        self._idle = [_Slot() for _ in range(limit)]  # the one used last at the end
        self._waiting: deque[Lease] = deque()
        self._granted: set[Lease] = set()
        self._is_closed = False
        self._when_closed: list[Callable[[], None]] = []

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._is_closed

    def lease(self) -> Lease:
        """A lease to which no connection is granted yet."""
        return Lease(self)

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run one interruptible job on any connection of the lane; see :meth:`Lease.run`."""
        return await self.outcome(Lease(self), work, interruptible=True, last=True)  # type: ignore[no-any-return]  # a future's

    async def outcome(
        self,
        lease: Lease,
        work: Callable[[sqlite3.Connection], Any],
        *,
        interruptible: bool,
        last: bool = False,
    ) -> Any:
        """Hand in a job for the lease and wait for what comes of it."""
        job = _Job(work, interruptible=interruptible)
        timer = None
        if self._hand_in(lease, job, last=last):
            timer = job.loop.call_later(self._wait_timeout, self._expire, job)
        try:
            return await job.future
        except asyncio.CancelledError:
            await self._settle(job)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def release(self, lease: Lease) -> None:
        """See :meth:`Lease.release`."""
        with self._lock:
            lease.is_ending = True
            if lease.is_active or lease.slot is None:
                return
            lease.is_active = True
        self._threads.run(partial(self._serve, lease))

    async def close(self) -> None:
        """Refuse new jobs, fail those that wait, let running ones end, roll back, close the connections."""
        loop = asyncio.get_running_loop()
        closed = loop.create_future()
        with self._lock:
            self._is_closed = True
            self._when_closed.append(lambda: _wake(loop, closed))
            refused = [job for lease in (*self._waiting, *self._granted) for job in _drop(lease.jobs)]
            self._waiting.clear()
            parked = [lease for lease in self._granted if not lease.is_active]
            for lease in parked:
                lease.is_active = True
        for job in refused:
            job.report(None, EngineClosed())
        self._threads.run(partial(self._wind_up, parked))
        await closed

    def _hand_in(self, lease: Lease, job: _Job, *, last: bool) -> bool:
        """Queue the job; return whether its lease has to wait for a connection."""
        with self._lock:
            if self._is_closed or lease.is_ending:
                raise EngineClosed
            lease.jobs.append(job)
            lease.is_ending = last
            if lease.is_active or lease.is_waiting:
                return lease.is_waiting
            if lease.slot is None and not self._grant_idle(lease):
                lease.is_waiting = True
                self._waiting.append(lease)
                return True
            lease.is_active = True
        self._threads.run(partial(self._serve, lease))
        return False

    def _grant_idle(self, lease: Lease) -> bool:
        if not self._idle:
            return False
        lease.slot = self._idle.pop()
        self._granted.add(lease)
        return True

    def _expire(self, job: _Job) -> None:
        with self._lock:
            if job.state is not _State.WAITING:
                return
            job.state = _State.OVER
        job.report(None, self._expired())

    async def _settle(self, job: _Job) -> None:
        """Stop the job of a cancelled task: skip it, or interrupt it and see it end."""
        with self._lock:
            if job.state is _State.WAITING and job.interruptible:
                job.state = _State.OVER
            if job.state is _State.OVER:
                return
            settled = job.settled = job.loop.create_future()
            if job.interruptible and job.connection is not None:
                job.connection.interrupt()
        deadline = job.loop.time() + SETTLE_SECONDS
        while not settled.done() and (left := deadline - job.loop.time()) > 0:
            with suppress(asyncio.CancelledError):  # the first one is raised when this is over
                await asyncio.wait([settled], timeout=left)

    # What follows runs in a thread.

    def _serve(self, lease: Lease) -> None:
        """Run the lease's jobs, then those of the one that waited longest for its connection, and so on."""
        current: Lease | None = lease
        while current is not None:
            while (job := self._next(current)) is not None:
                self._perform(current, job)
            current = self._pass_on(current)

    def _next(self, lease: Lease) -> _Job | None:
        with self._lock:
            while lease.jobs:
                job = lease.jobs.popleft()
                if job.state is _State.WAITING:
                    job.state = _State.RUNNING
                    return job
        return None

    def _perform(self, lease: Lease, job: _Job) -> None:
        assert lease.slot is not None
        result, error = None, None
        try:
            job.connection = self._connection(lease.slot)
            result = job.work(job.connection)
        except Exception as caught:  # noqa: BLE001  # it belongs to the task that waits
            error = translate(caught)
            lease.slot.is_doubtful = lease.slot.is_doubtful or is_fatal(caught)
        with self._lock:
            job.state = _State.OVER
        job.report(result, error)

    def _connection(self, slot: _Slot) -> sqlite3.Connection:
        if slot.connection is None:
            slot.connection = self._connect()
        return slot.connection

    def _pass_on(self, lease: Lease) -> Lease | None:
        """Park the lease if it goes on; else give its connection to the next one, and return that."""
        with self._lock:
            if lease.jobs:
                return lease
            if not (lease.is_ending or self._is_closed):
                lease.is_active = False
                return None
            slot = lease.slot
        assert slot is not None
        self._tidy(slot)
        with self._lock:
            self._granted.discard(lease)
            lease.slot, lease.is_active, lease.is_ending = None, False, True
            heir = self._bequeath(slot)
        if heir is not None and self._threads.is_crowded:
            self._threads.run(partial(self._serve, heir))  # other engines get their turn first
            return None
        if self._is_closed:
            self._wind_up([])
        return heir

    def _bequeath(self, slot: _Slot) -> Lease | None:
        while self._waiting:
            heir = self._waiting.popleft()
            heir.is_waiting = False
            if heir.is_ending and all(job.state is _State.OVER for job in heir.jobs):
                continue  # its task was cancelled or gave up
            heir.slot, heir.is_active = slot, True
            self._granted.add(heir)
            return heir
        self._idle.append(slot)
        return None

    def _tidy(self, slot: _Slot) -> None:
        """Leave no open transaction to the next user, and no connection that is not to be trusted."""
        connection = slot.connection
        if connection is not None and connection.in_transaction:
            try:
                connection.rollback()
            except sqlite3.Error:
                slot.is_doubtful = True
        if slot.is_doubtful or not self._keep:
            _shut(slot)

    def _wind_up(self, parked: Iterable[Lease]) -> None:
        """Close what can be closed of a closed lane, and tell those who wait when that was all."""
        for lease in parked:
            self._pass_on(lease)
        with self._lock:
            if len(self._idle) < self._limit:
                return  # whoever brings the last one back comes here again
            slots, self._idle = self._idle, [_Slot() for _ in range(self._limit)]
            waiting, self._when_closed = self._when_closed, []
        for slot in slots:
            _shut(slot)
        for tell in waiting:
            tell()


def _shut(slot: _Slot) -> None:
    connection, slot.connection, slot.is_doubtful = slot.connection, None, False
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.close()


def _drop(jobs: deque[_Job]) -> list[_Job]:
    dropped = [job for job in jobs if job.state is _State.WAITING]
    for job in dropped:
        job.state = _State.OVER
    jobs.clear()
    return dropped


def _wake(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    with suppress(RuntimeError):  # the event loop is closed: nobody waits any more
        loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(None))
