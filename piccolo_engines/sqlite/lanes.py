"""Lanes of connections, and leases that grant their exclusive use.

Everything here works across threads and event loops. A job is created in an event loop, runs in a thread of
:class:`~piccolo_engines.sqlite.threads.Threads`, and its outcome is sent back to the loop. A connection is
passed from one lease to the next by the thread that has finished with it, never by the waiting task: so
neither a cancelled task nor a closed event loop can keep it or pass it on in the middle of a use.
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from piccolo_engines.errors import DatabaseError, EngineClosed, StatementTimeout, TransactionEnded
from piccolo_engines.histogram import Histogram
from piccolo_engines.sqlite.errors import is_fatal, translate
from piccolo_engines.sqlite.jobs import Job, JobState, Slot
from piccolo_engines.sqlite.threads import Threads
from piccolo_engines.sqlite.upkeep import Upkeep, shared_upkeep

__all__ = ["SETTLE_SECONDS", "Lane", "Lease"]

SETTLE_SECONDS = 1.0
"""How long a cancelled task waits for its interrupted statement to stop.

Only a statement that waits for another process's lock takes longer. It then ends by itself, and its
connection is not used before that.
"""

_INTERRUPT_AGAIN = 0.01

_Result = TypeVar("_Result")


class Lease:
    """The exclusive use of one connection of a lane, for jobs that run one after the other.

    The connection is granted when the first job is submitted and one is free. It is returned after
    :meth:`finish` or :meth:`release`, once the jobs submitted before have ended.
    """

    __slots__ = ("is_active", "is_ending", "is_waiting", "job", "jobs", "lane", "slot")

    def __init__(self, lane: "Lane") -> None:
        self.lane = lane
        self.jobs: deque[Job] = deque()
        self.job: Job | None = None  # the running job
        self.slot: Slot | None = None
        self.is_waiting = False  # waits for a connection
        self.is_active = False  # a thread runs its jobs, or is about to
        self.is_ending = False

    def run(
        self, work: Callable[[sqlite3.Connection], _Result], *, interruptible: bool = True
    ) -> Awaitable[_Result]:
        """Run ``work`` on the connection, in a thread, after the jobs that were submitted before.

        If the calling task is cancelled and the job is ``interruptible``, its statement is interrupted, and
        the task waits until it has stopped (at most :data:`SETTLE_SECONDS`).

        :raises EngineClosed: when the lane is or gets closed.
        :raises TransactionEnded: when the connection was returned already.
        :raises DatabaseError: the translated error of ``work``.
        """
        return self.lane.perform(self, Job(work, interruptible=interruptible))

    def finish(self, work: Callable[[sqlite3.Connection], _Result]) -> Awaitable[_Result]:
        """Run ``work``, without interruption, as the last job, and return the connection after it.

        The connection is returned even if the calling task is cancelled.
        """
        return self.lane.perform(self, Job(work, interruptible=False), last=True)

    def release(self) -> None:
        """Return the connection without waiting. An open transaction is rolled back."""
        self.lane.release(self)


class Lane:
    """Up to ``limit`` connections to one database, each used by one lease at a time, in order of arrival.

    :param connect: opens a connection; called in a thread when one is needed.
    :param limit: the maximum number of connections.
    :param threads: where jobs run.
    :param wait_timeout: seconds that a job waits for a connection before it fails with ``expired()``.
    :param expired: returns the error of a job that waited too long.
    :param keep: whether connections stay open between leases.
    :param idle: seconds after which an unused connection is closed; ``None`` for never.
    :param limit_seconds: how long a job may run before it fails with ``StatementTimeout``.
    :param upkeep: closes idle connections and interrupts slow jobs.
    :param waits: counts how long jobs waited for a connection, those that had to.
    :ivar rows_written: how many rows its connections have changed.
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
        idle: float | None = None,
        limit_seconds: float | None = None,
        upkeep: Upkeep | None = None,
        waits: Histogram | None = None,
    ) -> None:
        self.rows_written = 0
        self._waits = waits
        self._connect = connect
        self._threads = threads
        self._wait_timeout = wait_timeout
        self._expired = expired
        self._keep = keep
        self._idle_seconds = idle
        self._limit_seconds = limit_seconds
        self._upkeep = upkeep or shared_upkeep()
        self._limit = limit
        self._lock = threading.Lock()
        self._idle = [Slot() for _ in range(limit)]  # the last used one at the end, unopened ones first
        self._waiting: deque[Lease] = deque()
        self._granted: set[Lease] = set()
        self._is_closed = False
        self._when_closed: list[Callable[[], None]] = []

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._is_closed

    @property
    def open_connections(self) -> int:
        """The number of open connections, in use or idle."""
        with self._lock:
            slots = [*self._idle, *(lease.slot for lease in self._granted)]
        return sum(1 for slot in slots if slot is not None and slot.connection is not None)

    def lease(self) -> Lease:
        """Return a lease, which has no connection yet."""
        return Lease(self)

    def run(self, work: Callable[[sqlite3.Connection], _Result]) -> Awaitable[_Result]:
        """Run one interruptible job on any connection of the lane; see :meth:`Lease.run`."""
        return self.perform(Lease(self), Job(work, interruptible=True), last=True)

    async def perform(self, lease: Lease, job: Job, *, last: bool = False) -> Any:
        """Submit a job of the lease and await its outcome. ``last`` ends the lease after it."""
        must_wait, since = self._hand_in(lease, job, last=last), time.monotonic()
        timer = job.alarm(self._wait_timeout, self._expire) if must_wait else None
        try:
            return await job.outcome
        except asyncio.CancelledError:
            await self._stop(job)
            raise
        finally:
            if timer is not None:
                timer.cancel()
                if self._waits is not None:
                    self._waits.add(max(0.0, (job.started or time.monotonic()) - since))

    def release(self, lease: Lease) -> None:
        """See :meth:`Lease.release`."""
        with self._lock:
            lease.is_ending = True
            if lease.is_active or lease.slot is None:
                return
            lease.is_active = True
        self._threads.run(partial(self._serve, lease))

    def look_after(self, now: float) -> bool:
        """Interrupt jobs that exceed the limit and close idle connections.

        Called periodically by a thread.

        Returns whether any connection is open.
        """
        with self._lock:
            for lease in self._granted:
                if lease.job is not None and self._limit_seconds is not None:
                    lease.job.limit_to(self._limit_seconds, now)
            closing = [] if self._is_closed else [self._closing(slot) for slot in self._unused(now)]
            is_any = bool(self._granted) or any(slot.connection is not None for slot in self._idle)
        for lease in closing:
            self._threads.run(partial(self._serve, lease))
        return is_any and not self._is_closed

    def _unused(self, now: float) -> list[Slot]:
        idle = self._idle_seconds
        if idle is None:
            return []
        return [one for one in self._idle if one.connection is not None and now - one.idle_since >= idle]

    def _closing(self, slot: Slot) -> Lease:
        """Return a lease without jobs, whose end closes the connection."""
        self._idle.remove(slot)
        slot.is_doubtful = True
        lease = Lease(self)
        lease.is_ending = lease.is_active = True
        self._grant(lease, slot)
        return lease

    async def close(self) -> None:
        """Refuse new jobs, fail waiting ones, wait for running ones, roll back, and close the connections."""
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

    def _hand_in(self, lease: Lease, job: Job, *, last: bool) -> bool:
        """Queue the job. Returns whether its lease has to wait for a connection."""
        with self._lock:
            if self._is_closed:
                raise EngineClosed
            if lease.is_ending:
                raise TransactionEnded
            lease.jobs.append(job)
            lease.is_ending = last
            if lease.is_active or lease.is_waiting:
                return lease.is_waiting
            if lease.slot is None and not self._idle:
                lease.is_waiting = True
                self._waiting.append(lease)
                return True
            if lease.slot is None:
                self._grant(lease, self._idle.pop())
            lease.is_active = True
        self._threads.run(partial(self._serve, lease))
        return False

    def _grant(self, lease: Lease, slot: Slot) -> None:
        lease.slot = slot
        lease.is_waiting = False
        self._granted.add(lease)

    def _expire(self, job: Job) -> None:
        with self._lock:
            if job.state is not JobState.WAITING:
                return
            job.state = JobState.OVER
        job.report(None, self._expired())

    async def _stop(self, job: Job) -> None:
        """Wait for the end of a job whose task was cancelled."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while not self._try_to_stop(job) and time.monotonic() < deadline:
            await job.ends_within(_INTERRUPT_AGAIN)

    def _try_to_stop(self, job: Job) -> bool:
        with self._lock:
            return job.stop()

    # The methods below run in a thread.

    def _serve(self, lease: Lease) -> Callable[[], object] | None:
        """Run the lease's jobs, then those of the next lease that waits for its connection, and so on.

        An outcome is reported after everything else: the task that it wakes then finds the connection and the
        interpreter's lock free.
        """
        while True:
            job = self._next(lease)
            result, error = self._work(lease, job) if job is not None else (None, None)
            heir = self._go_on(lease, job)
            report = partial(job.report, result, error) if job is not None else None
            if heir is None:
                return report
            if report is not None:
                report()
            lease = heir

    def _next(self, lease: Lease) -> Job | None:
        with self._lock:
            while lease.jobs:
                job = lease.jobs.popleft()
                if job.state is JobState.WAITING:
                    job.state, job.started = JobState.RUNNING, time.monotonic()
                    lease.job = job
                    return job
        return None

    def _work(self, lease: Lease, job: Job) -> tuple[Any, Exception | None]:
        slot = lease.slot
        assert slot is not None
        try:
            if slot.connection is None:
                slot.connection = self._connect()
                if self._idle_seconds is not None or self._limit_seconds is not None:
                    self._upkeep.add(self)
            job.connection = slot.connection
            result = None if job.is_unwanted else job.work(slot.connection)
            self.rows_written += slot.new_changes()
            return result, None
        except Exception as error:  # noqa: BLE001  # raised in the waiting task
            slot.is_doubtful = slot.is_doubtful or is_fatal(error)
            return None, _too_slow(error) if job.is_overdue else translate(error)

    def _go_on(self, lease: Lease, job: Job | None) -> Lease | None:
        """Return the lease to serve next: the same one, the next one for its connection, or None."""
        with self._lock:
            if job is not None:
                job.state, lease.job = JobState.OVER, None
            if lease.jobs:
                return lease
            if not (lease.is_ending or self._is_closed):
                lease.is_active = False  # until its next job
                return None
            slot = lease.slot
            assert slot is not None
            if slot.is_clean and self._keep and not self._is_closed:
                return self._pass_on(lease, slot)
        slot.roll_back()
        if slot.is_doubtful or not self._keep:
            self._shut(slot)
        with self._lock:
            heir = self._pass_on(lease, slot)
        if self._is_closed:
            self._wind_up([])
        return heir

    def _pass_on(self, lease: Lease, slot: Slot) -> Lease | None:
        lease.slot, lease.is_active, lease.is_ending = None, False, True
        self._granted.discard(lease)
        if not self._waiting:
            slot.idle_since = time.monotonic()
            self._idle.insert(0 if slot.connection is None else len(self._idle), slot)
            return None
        heir = self._waiting.popleft()
        self._grant(heir, slot)
        heir.is_active = True
        if not self._threads.is_crowded:
            return heir
        self._threads.run(partial(self._serve, heir))  # queued, so that other engines are served first
        return None

    def _shut(self, slot: Slot) -> None:
        if slot.connection is not None:
            slot.shut()
            self._upkeep.note_closed()

    def _wind_up(self, parked: Iterable[Lease]) -> None:
        """Close the connections of a closed lane, and notify its waiters once all are closed."""
        for lease in parked:
            self._go_on(lease, None)
        with self._lock:
            if len(self._idle) < self._limit:
                return  # the return of the last one calls this again
            slots, self._idle = self._idle, [Slot() for _ in range(self._limit)]
            waiting, self._when_closed = self._when_closed, []
        for slot in slots:
            self._shut(slot)
        for notify in waiting:
            notify()


def _too_slow(error: Exception) -> Exception:
    """Return ``StatementTimeout`` for an interrupted statement, otherwise the translated error."""
    failure = translate(error)
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
        failure = StatementTimeout()
        failure.__cause__ = error
    return failure


def _drop(jobs: deque[Job]) -> list[Job]:
    dropped = [job for job in jobs if job.state is JobState.WAITING]
    for job in dropped:
        job.state = JobState.OVER
    jobs.clear()
    return dropped


def _wake(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    with suppress(RuntimeError):  # the event loop is closed, so no task waits
        loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(None))
