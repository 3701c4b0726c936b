"""ConnectionBudget: the connections of one process to one database server, shared by the tenants on it.

A tenant's queries take a connection for one statement or one transaction and give it back. A connection is a
tenant's own, since it is its user's: to serve another tenant it is closed, and one for that tenant opened in
its place. A place is free again only when the server has hung up as well, so that by the server's own count
there are never more connections than the budget says.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from piccolo_engines.errors import EngineClosed, PoolTimeout
from piccolo_engines.mysql.session import Session

__all__ = ["BudgetRules", "BudgetUse", "ConnectionBudget", "Part"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """The bounds of a budget.

    :ivar limit: how many connections there may be.
    :ivar share: how many of them a tenant may have in use while other tenants wait for one.
    :ivar patience: seconds that a query waits for a connection.
    :ivar idle: seconds after which an unused connection is closed.
    :ivar max_age: seconds after which a connection is closed when it is given back.
    :ivar silence: seconds without an answer after which the server is asked whether it is there.
    """

    limit: int = 40
    share: int = 8
    patience: float = 2.0
    idle: float = 10.0
    max_age: float = 3600.0
    silence: float = 30.0


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """How a budget stands: ``opened``, ``evicted`` and ``timeouts`` count up, the rest is now."""

    limit: int
    in_use: int
    idle: int
    waiting: int
    opened: int
    evicted: int
    timeouts: int


@dataclass(slots=True, eq=False)
class Part:
    """What one tenant has of a budget.

    :ivar open: connects as the tenant's user.
    :ivar held: connections in use, those being opened included.
    """

    open: Callable[[], Awaitable[Session]]
    held: int = 0
    in_use: set[Session] = field(default_factory=set)
    idle: list[Session] = field(default_factory=list)
    is_closed: bool = False


@dataclass(slots=True, eq=False)
class _Waiter:
    """Waits for a connection of its part, or for a place to open one in (``None``)."""

    part: Part
    future: "asyncio.Future[Session | None]"


class ConnectionBudget:
    """Hands out connections, first come first served; all on one event loop.

    When the budget is spent, the least recently used idle connection of any tenant is closed for whoever
    waits. A tenant that has its share, or more since nobody else wanted any, comes after all who have less.

    :param end_thread: tells the server to end a connection whose answer nobody will read (by its thread id),
        and returns when it has.
    """

    def __init__(self, rules: BudgetRules, *, end_thread: Callable[[int], Awaitable[None]]) -> None:
        self._rules = rules
        self._end_thread = end_thread
        self._size = 0  # places taken: connections open, being opened, and being closed
        self._idle: OrderedDict[Session, Part] = OrderedDict()  # longest unused first
        self._waiters: deque[_Waiter] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self._trimmer: asyncio.TimerHandle | None = None
        self._opened = self._evicted = self._timeouts = 0

    @property
    def use(self) -> BudgetUse:
        """A snapshot, for metrics."""
        idle, counts = len(self._idle), (self._opened, self._evicted, self._timeouts)
        return BudgetUse(self._rules.limit, self._size - idle, idle, len(self._waiters), *counts)

    async def acquire(self, part: Part) -> Session:
        """A connection of this tenant that looks alive; give it back with :meth:`release`.

        Raises ``PoolTimeout`` when none became free in time, ``EngineClosed`` when the part was closed, and
        what connecting raises.
        """
        if part.is_closed:
            raise EngineClosed
        session = None
        if not self._waiters or part.held < self._rules.share:
            session = self._take_idle(part)
            if session is None and self._size < self._rules.limit:
                self._size += 1
                part.held += 1
                return await self._fill_place(part)
        session = session or await self._wait(part)
        return session or await self._fill_place(part)

    def release(self, part: Part, session: Session) -> None:
        """Give a connection back. Never waits, so it cannot be interrupted."""
        part.in_use.discard(session)
        part.held -= 1
        if part.is_closed or not session.may_be_shared or self._is_old(session):
            self._end(session)
        elif (waiter := self._next_waiter()) and waiter.part is part:
            part.in_use.add(session)
            self._serve(waiter, session)
        elif len(self._waiters) <= len(self._ending):  # each of them gets a place that becomes free just now
            self._keep(part, session)
        else:
            self._evicted += 1
            self._end(session)

    async def close(self, part: Part) -> None:
        """End all connections of the tenant, those in use too, and hand out no more.

        What runs on them fails with ``ConnectionLost``. Returns when the server has ended those not in use.
        """
        part.is_closed = True
        for waiter in [one for one in self._waiters if one.part is part]:
            self._waiters.remove(waiter)
            if not waiter.future.done():
                waiter.future.set_exception(EngineClosed())
        for session in list(part.in_use):
            session.kill()
        ended = [self._end(self._forget(session)) for session in list(part.idle)]
        if ended:
            await asyncio.wait(ended)

    async def settled(self) -> None:
        """Wait until every connection that is being ended has ended."""
        while self._ending:
            await asyncio.wait(list(self._ending))

    def _take_idle(self, part: Part) -> Session | None:
        while part.idle:
            session = part.idle[-1]
            self._forget(session)
            if session.looks_alive():
                part.held += 1
                part.in_use.add(session)
                return session
            session.kill()
            self._free_place()
        return None

    def _forget(self, session: Session) -> Session:
        """It is not idle any more; its place stays taken."""
        self._idle.pop(session).idle.remove(session)
        return session

    async def _fill_place(self, part: Part) -> Session:
        """Connect, in a place that is already counted."""
        try:
            session = await part.open()
        except BaseException:
            part.held -= 1
            self._free_place()
            raise
        self._opened += 1
        part.in_use.add(session)
        if part.is_closed:
            self.release(part, session)
            raise EngineClosed
        return session

    async def _wait(self, part: Part) -> Session | None:
        """Wait for a connection, or for a place to open one in (``None``)."""
        waiter = _Waiter(part, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        if len(self._waiters) > len(self._ending) and self._idle:
            self._evicted += 1
            self._end(self._forget(next(iter(self._idle))))
        try:
            async with asyncio.timeout(self._rules.patience):
                return await waiter.future
        except TimeoutError:
            self._give_up(waiter)
            self._timeouts += 1
            raise PoolTimeout(self._rules.patience) from None
        except BaseException:
            self._give_up(waiter)
            raise

    def _give_up(self, waiter: _Waiter) -> None:
        """Forget a waiter; what it was handed at the last moment goes to the next."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        future = waiter.future
        if not future.done() or future.cancelled() or future.exception() is not None:
            return
        session = future.result()
        if session is None:
            waiter.part.held -= 1
            self._free_place()
        else:
            self.release(waiter.part, session)

    def _next_waiter(self) -> _Waiter | None:
        """The first whose tenant has less than its share, else the first of those who still wait."""
        waiting = [one for one in self._waiters if not one.future.done()]
        share = self._rules.share
        return next((one for one in waiting if one.part.held < share), waiting[0] if waiting else None)

    def _serve(self, waiter: _Waiter, session: Session | None) -> None:
        """Give a connection, or a place to open one in."""
        self._waiters.remove(waiter)
        waiter.part.held += 1
        waiter.future.set_result(session)

    def _free_place(self) -> None:
        """A connection is gone: its place goes to whoever waits."""
        waiter = self._next_waiter() if self._waiters else None
        if waiter is not None:
            self._serve(waiter, None)
        else:
            self._size -= 1

    def _is_old(self, session: Session) -> bool:
        return asyncio.get_running_loop().time() - session.opened_at > self._rules.max_age

    def _keep(self, part: Part, session: Session) -> None:
        loop = asyncio.get_running_loop()
        session.idle_since = loop.time()
        self._idle[session] = part
        part.idle.append(session)
        if self._trimmer is None:
            self._trimmer = loop.call_later(self._rules.idle, self._trim)

    def _trim(self) -> None:
        """Close what has been idle for too long; look again when the next one is due."""
        self._trimmer = None
        loop = asyncio.get_running_loop()
        while self._idle and loop.time() - next(iter(self._idle)).idle_since >= self._rules.idle:
            self._end(self._forget(next(iter(self._idle))))
        if self._idle:
            due = next(iter(self._idle)).idle_since + self._rules.idle
            self._trimmer = loop.call_at(due, self._trim)

    def _end(self, session: Session) -> "asyncio.Task[None]":
        """End a connection, in a task that no caller's cancellation stops; its place is free afterwards."""
        task = asyncio.create_task(self._until_gone(session))
        self._ending.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _until_gone(self, session: Session) -> None:
        if session.in_flight and not session.hung_up:  # the server would go on with what nobody waits for
            session.kill()
            await self._end_thread(session.thread_id)
        elif not await session.leave():  # a server that is too busy to hang up still counts it
            await self._end_thread(session.thread_id)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("A connection could not be ended", exc_info=error)
        self._free_place()
