"""ConnectionBudget: the connections of one process to one database server, shared by the tenants on it.

A query acquires a connection for one statement or one transaction and then releases it. A connection is
logged in as one tenant's user, so it cannot serve another tenant: the budget closes it and opens a new one in
its place. A place is free again only after the server has closed the connection, too. The server therefore
never counts more connections than the limit.

:meth:`ConnectionBudget._may_have` decides how many connections a tenant may use, and
:meth:`ConnectionBudget._match` decides which connection is closed for whom. ADR 75 gives the reasons.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from central.connections.rules import BudgetRules, BudgetUse
from piccolo_engines.errors import EngineClosed, PoolTimeout
from piccolo_engines.histogram import Histogram
from piccolo_engines.mysql.sessions.session import Session

__all__ = ["ConnectionBudget", "Part"]

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Waiter:
    """A query that waits for a connection of its part, or for a place to open one in (``None``)."""

    future: "asyncio.Future[Session | None]"
    since: float


@dataclass(slots=True, eq=False)
class Part:
    """One tenant's part of a budget.

    :ivar open: opens a connection as the tenant's user.
    :ivar held: the number of connections in use, including those being opened.
    :ivar opening: the number of connections being opened.
    :ivar served_at: when one of its waiters last got a connection, in seconds of the event loop's clock.
    """

    open: Callable[[], Awaitable[Session]]
    held: int = 0
    opening: int = 0
    in_use: set[Session] = field(default_factory=set)
    idle: list[Session] = field(default_factory=list)
    waiters: deque[_Waiter] = field(default_factory=deque)
    served_at: float = 0.0
    is_closed: bool = False


class ConnectionBudget:
    """Lends connections to tenants, in the order of requests within each tenant. Bound to one event loop.

    :param rules: the limits.
    :ivar waits: how long queries waited for a connection, those that had to.
    :param end_thread: ends the connection with this thread id on the server, whose result nobody will read;
        returns once it has ended.
    """

    def __init__(self, rules: BudgetRules, *, end_thread: Callable[[int], Awaitable[None]]) -> None:
        self._rules = rules
        self._end_thread = end_thread
        self._size = 0  # places taken: connections open, being opened, and being closed
        self._idle: OrderedDict[Session, Part] = OrderedDict()  # longest unused first
        self._waiting: OrderedDict[Part, None] = OrderedDict()  # parts with waiters, next in turn first
        self._ending: set[asyncio.Task[None]] = set()
        self._trimmer: asyncio.TimerHandle | None = None
        self._matcher: asyncio.TimerHandle | None = None  # set while there are waiters
        self._opened = self._evicted = self._timeouts = 0
        self.waits = Histogram()
        self._connecting = 0.0  # seconds that opening one takes: a moving average

    @property
    def use(self) -> BudgetUse:
        """A snapshot of the budget, for metrics."""
        idle, waiting = len(self._idle), sum(len(part.waiters) for part in self._waiting)
        counts = (self._opened, self._evicted, self._timeouts)
        return BudgetUse(self._rules.limit, self._size - idle, idle, waiting, *counts)

    async def acquire(self, part: Part) -> Session:
        """Return a live connection of this tenant. Give it back with :meth:`release`.

        Raises ``PoolTimeout`` when no connection becomes free in time, ``EngineClosed`` when the part is
        closed, and whatever connecting raises.
        """
        if part.is_closed:
            raise EngineClosed
        session = None
        if not part.waiters and self._may_have(part):
            session = self._take_idle(part)
            if session is None and self._size < self._rules.limit:
                self._size += 1
                part.held += 1
                return await self._fill_place(part)
        session = session or await self._wait(part)
        return session or await self._fill_place(part)

    def take(self, part: Part) -> Session | None:
        """Return a live idle connection of this tenant without waiting, as :meth:`acquire` would.

        ``None`` if there is none, if any query waits, or if the tenant may not use one more: then only
        :meth:`acquire` tells whose turn it is.
        """
        if not part.idle or self._waiting or not self._may_have(part):
            return None
        return self._take_idle(part)

    def release(self, part: Part, session: Session) -> None:
        """Give a connection back. Never waits, so it cannot be cancelled."""
        part.in_use.discard(session)
        part.held -= 1
        now = asyncio.get_running_loop().time()
        is_old = now - session.opened_at > self._rules.max_age
        if is_old or part.is_closed or not session.may_be_shared:
            self._end(session)
        elif not self._waiting:
            self._keep(part, session, now)
        elif self._still_waits(part) and self._may_have(part) and not self._is_due_elsewhere(part):
            part.held += 1
            part.in_use.add(session)
            self._serve(part, session)
        else:
            self._keep(part, session, now)
        if self._waiting:
            self._match()

    async def close(self, part: Part) -> None:
        """End all connections of the tenant, including those in use, and refuse further requests for one.

        Statements that run on them fail with ``ConnectionLost``. Returns once the server has ended the
        connections that were not in use.
        """
        part.is_closed = True
        waiters, part.waiters = part.waiters, deque()
        self._waiting.pop(part, None)
        for waiter in waiters:
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
            session = part.idle.pop()
            del self._idle[session]
            if session.looks_alive():
                part.held += 1
                part.in_use.add(session)
                return session
            session.kill()
            self._size -= 1
            asyncio.get_running_loop().call_soon(self._match)  # a place is free for a waiter
        return None

    def _forget(self, session: Session) -> Session:
        """Remove the session from the idle ones. Its place stays taken."""
        self._idle.pop(session).idle.remove(session)
        return session

    async def _fill_place(self, part: Part) -> Session:
        """Connect, in a place that is already counted."""
        loop = asyncio.get_running_loop()
        begun, part.opening = loop.time(), part.opening + 1
        try:
            session = await part.open()
        except BaseException:
            part.held -= 1
            self._free_place()
            raise
        finally:
            part.opening -= 1
        self._opened += 1
        self._connecting += (loop.time() - begun - self._connecting) / 8
        part.in_use.add(session)
        if part.is_closed:
            self.release(part, session)
            raise EngineClosed
        return session

    async def _wait(self, part: Part) -> Session | None:
        """Wait for a connection, or for a place to open one in (``None``)."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter(loop.create_future(), loop.time())
        part.waiters.append(waiter)
        self._waiting.setdefault(part)
        self._match()
        if self._matcher is None:
            self._matcher = loop.call_later(self._linger, self._match_again)
        try:
            async with asyncio.timeout(self._rules.patience):
                return await waiter.future
        except TimeoutError:
            self._give_up(part, waiter)
            self._timeouts += 1
            raise PoolTimeout(self._rules.patience) from None
        except BaseException:
            self._give_up(part, waiter)
            raise
        finally:
            self.waits.add(loop.time() - waiter.since)

    def _give_up(self, part: Part, waiter: _Waiter) -> None:
        """Remove a waiter. A connection it received at the last moment goes to the next waiter."""
        if waiter in part.waiters:
            part.waiters.remove(waiter)
            if not part.waiters:
                self._waiting.pop(part, None)
        future = waiter.future
        if not future.done() or future.cancelled() or future.exception() is not None:
            return
        session = future.result()
        if session is None:
            part.held -= 1
            self._free_place()
        else:
            self.release(part, session)

    def _may_have(self, part: Part) -> bool:
        """Whether the tenant may use one more connection.

        A tenant that uses none always may. A tenant below its share may as long as the reserve for tenants
        without a connection is left. A tenant above its share may as long as more are free than it uses
        itself: a single tenant gets half of the budget, the second one a quarter, and so on. Idle connections
        count as free, because they can be closed.
        """
        held, rules = part.held, self._rules
        if not held:
            return True
        free = rules.limit - self._size + len(self._idle)
        return free > (rules.reserve if held < rules.share else held)

    def _is_due_elsewhere(self, part: Part) -> bool:
        """Whether the next tenant in turn has waited so long that it may take any connection."""
        first = next((one for one in self._waiting if one is part or self._may_have(one)), part)
        return first is not part and not self._ending and self._patience_with_others(first) == 0

    @property
    def _linger(self) -> float:
        """How many seconds to wait before closing a connection: as long as opening one takes."""
        return max(self._rules.linger, min(self._connecting, self._rules.patience / 4))

    def _patience_with_others(self, part: Part) -> float | None:
        """Return the idle seconds after which another tenant's connection may be closed for this tenant.

        ``None`` means that none is closed, because one of the tenant's own is about to be free. While a
        tenant's own connections pass from one of its waiters to the next, or while one is being opened, only
        connections that have been idle for long are closed for it.
        """
        now, since, linger = asyncio.get_running_loop().time(), part.waiters[0].since, self._linger
        if not part.opening and now - max(since, part.served_at) >= linger:
            return 0
        if not part.held:
            return linger
        return 10 * linger if now - since >= linger else None

    def _match(self) -> None:
        """Serve the waiters with what is available. Each tenant gets one connection per turn.

        Available are idle connections of the same tenant, free places, and, when the limit is reached, the
        places of idle connections that are closed for the waiters.
        """
        coming = len(self._ending)
        for part in sorted(self._waiting, key=self._rank):
            if not self._idle and self._size >= self._rules.limit:
                return
            if not self._still_waits(part) or not self._may_have(part):
                continue
            if (session := self._take_idle(part)) is not None:
                self._serve(part, session)
            elif (patience := self._patience_with_others(part)) is None:
                continue
            elif self._size < self._rules.limit:
                self._size += 1
                part.held += 1
                self._serve(part, None)
            elif coming:
                coming -= 1
            elif (victim := self._victim(patience)) is not None:
                self._evicted += 1
                self._end(self._forget(victim))

    def _match_again(self) -> None:
        """Match again after a delay: waiters are entitled to more the longer they wait."""
        self._matcher = None
        self._match()
        if self._waiting:
            loop = asyncio.get_running_loop()
            self._matcher = loop.call_later(self._linger, self._match_again)

    def _rank(self, part: Part) -> int:
        """Order of service: first tenants without a connection, last those above their share."""
        return 0 if not part.held else 1 if part.held < self._rules.share else 2

    def _still_waits(self, part: Part) -> bool:
        """Whether the tenant has a waiter that has not given up."""
        while part.waiters and part.waiters[0].future.done():
            part.waiters.popleft()
        if not part.waiters:
            self._waiting.pop(part, None)
        return bool(part.waiters)

    def _victim(self, patience: float) -> Session | None:
        """Choose the connection to close among those idle for ``patience`` seconds.

        Prefers the longest idle one of a tenant that has others; otherwise the longest idle one.
        """
        limit = asyncio.get_running_loop().time() - patience
        found = [one for one in self._idle if one.idle_since <= limit]
        spare = (one for one in found if len((part := self._idle[one]).idle) + part.held > 1)
        return next(spare, found[0] if found else None)

    def _serve(self, part: Part, session: Session | None) -> None:
        """Give the tenant's first waiter a connection, or a place (``None``), and end the tenant's turn."""
        waiter = part.waiters.popleft()
        part.served_at = asyncio.get_running_loop().time()
        if part.waiters:
            self._waiting.move_to_end(part)
        else:
            del self._waiting[part]
        waiter.future.set_result(session)

    def _free_place(self) -> None:
        """Free the place of a connection that has gone, for the next waiter."""
        self._size -= 1
        if self._waiting:
            self._match()

    def _keep(self, part: Part, session: Session, now: float) -> None:
        session.idle_since = now
        self._idle[session] = part
        part.idle.append(session)
        if self._trimmer is None:
            self._trimmer = asyncio.get_running_loop().call_later(self._rules.idle, self._trim)

    def _trim(self) -> None:
        """Close connections that have been idle for too long, and schedule the next check."""
        self._trimmer = None
        loop = asyncio.get_running_loop()
        while self._idle and loop.time() - next(iter(self._idle)).idle_since >= self._rules.idle:
            self._end(self._forget(next(iter(self._idle))))
        if self._idle:
            due = next(iter(self._idle)).idle_since + self._rules.idle
            self._trimmer = loop.call_at(due, self._trim)

    def _end(self, session: Session) -> "asyncio.Task[None]":
        """End a connection in a task that the caller's cancellation does not stop.

        Its place is free afterwards.
        """
        task = asyncio.create_task(self._until_gone(session))
        self._ending.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _until_gone(self, session: Session) -> None:
        if session.in_flight and not session.hung_up:  # otherwise the server would continue the statement
            session.kill()
            await self._end_thread(session.thread_id)
        elif not await session.leave():  # a server too busy to close it still counts it
            await self._end_thread(session.thread_id)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("A connection could not be ended", exc_info=error)
        self._free_place()
