"""Watchdog: notices statements that take longer than they may, and a database server that answers nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from piccolo_engines.mysql.sessions.session import Session

__all__ = ["Watchdog"]

_log = logging.getLogger(__name__)


class Watchdog:
    """Cuts the connections to a server that is frozen, whose machine still says at TCP's level that it lives.

    A server is not given up because a statement takes long, but when it does not even greet somebody new.
    What waits for its answer then fails with ``ConnectionLost``.

    A statement that runs for longer than its session's limit is stopped, and fails with ``StatementTimeout``.
    Servers do so themselves, sooner and exactly; but MySQL's limit is for queries alone, not for changes.

    :param patience: seconds after which a statement without an answer makes it ask.
    :param greets: whether the server says anything to a new connection.
    :param stop: ends what a connection (by its thread id) is doing, and leaves the connection.
    :param pause: seconds between two looks at what runs.
    """

    def __init__(
        self,
        patience: float,
        greets: Callable[[], Awaitable[bool]],
        stop: Callable[[int], Coroutine[Any, Any, None]],
        *,
        pause: float = 1.0,
    ) -> None:
        self._patience = patience
        self._greets = greets
        self._stop_statement = stop
        self._pause = min(pause, patience)
        self._since: dict[Session, float] = {}  # the longest in use first
        self._seen: dict[Session, tuple[int, float]] = {}  # what ran at the last look, since when
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._stopping: set[asyncio.Task[None]] = set()

    def begin(self, session: Session) -> None:
        """The session is in use from now on."""
        loop = asyncio.get_running_loop()
        self._since[session] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._pause, self._look)

    def end(self, session: Session) -> None:
        """The session is in use no more."""
        self._since.pop(session, None)

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _look(self) -> None:
        self._timer = None
        if not self._since:
            self._seen.clear()
            return
        self._stop_slow()
        if self._overdue() and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask())
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def _stop_slow(self) -> None:
        """Stop the statements that have run for longer than they may. They are told apart by their number."""
        now, before = asyncio.get_running_loop().time(), self._seen
        self._seen = {}
        for session in self._since:
            if not session.in_flight or session.limit is None:
                continue
            number, since = before.get(session, (session.sent, now))
            self._seen[session] = (session.sent, since if number == session.sent else now)
            if now - self._seen[session][1] >= session.limit and not session.is_overdue:
                session.is_overdue = True
                task = asyncio.create_task(self._stop_statement(session.thread_id))
                self._stopping.add(task)
                task.add_done_callback(self._stopping.discard)

    async def _ask(self) -> None:
        overdue = self._overdue()
        if await self._greets():
            return
        _log.error("A database server does not answer: %d connections to it are cut", len(overdue))
        for session in overdue:
            if session in self._since:
                session.kill()

    def _overdue(self) -> list[Session]:
        limit = asyncio.get_running_loop().time() - self._patience
        return [one for one, since in self._since.items() if since <= limit and one.in_flight]
