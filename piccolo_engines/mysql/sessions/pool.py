"""Pool: a limited number of sessions, lent in order of arrival. A cancelled task leaks nothing.

A session belongs to one task at a time. One that is returned with an unread result (its task was cancelled,
or a read timed out) is closed, and the connection that replaces it makes the server end the running
statement.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from piccolo_engines.errors import DatabaseError, EngineClosed, PoolTimeout
from piccolo_engines.mysql.sessions.loops import at_end_of_loop
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.sessions.settings import PoolSettings

__all__ = ["Pool", "PoolUse"]


@dataclass(frozen=True, slots=True)
class PoolUse:
    """The state of a pool, for metrics. ``opened`` and ``timeouts`` are totals since its start."""

    in_use: int
    idle: int
    waiting: int
    opened: int
    timeouts: int


class Pool:
    """Sessions that are opened on demand, up to a limit, and kept for some time.

    :param open_session: opens a session.
    :param settings: the limits.
    """

    def __init__(self, open_session: Callable[[], Awaitable[Session]], settings: PoolSettings) -> None:
        self._open_session = open_session
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Session] = deque()
        self._waiters: deque[asyncio.Future[Session | None]] = deque()
        self._sessions: list[Session] = []  # including those in use; some may be closed
        self._size = 0  # sessions open or being opened
        self._opened = 0
        self._timeouts = 0
        self._closed = False
        self._trimmer: asyncio.TimerHandle | None = None
        self._replacing: set[asyncio.Task[None]] = set()
        self._forget_end = at_end_of_loop(self._end)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop whose tasks may use this pool."""
        return self._loop

    @property
    def use(self) -> PoolUse:
        return PoolUse(
            in_use=self._size - len(self._idle),
            idle=len(self._idle),
            waiting=sum(not waiter.done() for waiter in self._waiters),
            opened=self._opened,
            timeouts=self._timeouts,
        )

    async def acquire(self) -> Session:
        """Return a live session. Give it back with :meth:`release`.

        :raises PoolTimeout: when none became free in time.
        :raises EngineClosed: when the pool was closed.
        """
        if self._closed:
            raise EngineClosed
        session = self.take()
        if session is not None:
            return session
        if not self._waiters and self._size < self._settings.max_size:
            self._size += 1
            return await self._fill_place()
        session = await self._wait()
        if session is not None and not session.looks_alive():
            session.kill()
            session = None
        return session if session is not None else await self._fill_place()

    def take(self) -> Session | None:
        """Return a live idle session if there is one and no task waits for it."""
        while self._idle and not self._waiters:
            session = self._idle.pop()
            if session.looks_alive():
                return session
            session.kill()
            self._size -= 1
        return None

    async def _fill_place(self) -> Session:
        """Open a session in a place that is already counted."""
        try:
            session = await self._open_session()
        except BaseException:
            self._free_place()
            raise
        session.pool = self
        self._sessions = [*(one for one in self._sessions if not one.is_gone), session]
        self._opened += 1
        return session

    async def _wait(self) -> Session | None:
        """Wait for a session, or for a free place (``None``)."""
        waiter: asyncio.Future[Session | None] = self._loop.create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(self._settings.wait_timeout):
                return await waiter
        except TimeoutError:
            self._give_up(waiter)
            self._timeouts += 1
            raise PoolTimeout(self._settings.wait_timeout) from None
        except BaseException:
            self._give_up(waiter)
            raise

    def _give_up(self, waiter: "asyncio.Future[Session | None]") -> None:
        """Remove a waiter. A session it received at the last moment goes to the next waiter."""
        if not waiter.done() or waiter.cancelled() or waiter.exception() is not None:
            with contextlib.suppress(ValueError):
                self._waiters.remove(waiter)
            return
        session = waiter.result()
        if session is None:
            self._free_place()
        else:
            self.release(session)

    def _next_waiter(self) -> "asyncio.Future[Session | None] | None":
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                return waiter
        return None

    def _free_place(self) -> None:
        """Pass the place of a closed session to the next waiter."""
        waiter = None if self._closed else self._next_waiter()
        if waiter is not None:
            waiter.set_result(None)
            return
        self._size -= 1
        if self._closed and self._size == 0:
            self._forget_end()

    def release(self, session: Session) -> None:
        """Give a session back. Never waits, so it cannot be cancelled."""
        if self._closed or not session.may_be_shared:
            self._discard(session)
            return
        now, max_age = self._loop.time(), self._settings.max_age
        if max_age is not None and now - session.opened_at > max_age:
            session.close()
            self._free_place()
        elif self._waiters and (waiter := self._next_waiter()) is not None:
            waiter.set_result(session)
        else:
            session.idle_since = now
            self._idle.append(session)
            if self._trimmer is None:
                self._trimmer = self._loop.call_at(now + self._settings.max_idle, self._trim)

    def _trim(self) -> None:
        """Close sessions that have been idle for too long, and schedule the next check."""
        self._trimmer = None
        now = self._loop.time()
        while self._idle and now - self._idle[0].idle_since >= self._settings.max_idle:
            self._idle.popleft().close()
            self._size -= 1
        if self._idle:
            due = self._idle[0].idle_since + self._settings.max_idle
            self._trimmer = self._loop.call_at(due, self._trim)

    def _discard(self, session: Session) -> None:
        interrupted = session.in_flight and not session.hung_up
        session.close()
        if not interrupted or self._closed:
            self._free_place()
            return
        task = self._loop.create_task(self._replace(session.thread_id))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self, thread_id: int) -> None:
        """Open a session in place of an interrupted one, and end that one's statement on the server."""
        try:
            session = await self._fill_place()
        except DatabaseError:
            return
        try:
            with contextlib.suppress(DatabaseError):  # usually because the thread has ended
                await session.send(f"KILL {thread_id}")
        finally:
            self.release(session)

    def close_idle(self, count: int | None = None) -> int:
        """Close up to ``count`` idle sessions (by default all), longest idle first. Returns their number."""
        closed = 0
        while self._idle and (count is None or closed < count):
            self._idle.popleft().close()
            self._size -= 1
            closed += 1
        return closed

    def close(self) -> None:
        """Close idle sessions now and the others when they are returned. Waiters get ``EngineClosed``."""
        self._closed = True
        if self._trimmer is not None:
            self._trimmer.cancel()
        while (waiter := self._next_waiter()) is not None:
            waiter.set_exception(EngineClosed())
        for task in self._replacing:
            task.cancel()
        self.close_idle()
        if self._size == 0:
            self._forget_end()

    async def _end(self) -> None:
        self.close()
        if self._replacing:
            await asyncio.wait(self._replacing)
        for session in self._sessions:
            session.kill()

    def close_from_outside(self) -> None:
        """Close the pool from another event loop than its own, which may have ended."""
        if self._loop.is_closed():
            self._closed = True
            self._idle.clear()
        else:
            self._loop.call_soon_threadsafe(self.close)
