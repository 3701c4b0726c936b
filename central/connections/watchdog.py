"""Watchdog: stops statements that exceed their limit, and detects database servers that do not respond."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from piccolo_engines.mysql.sessions.session import Session

__all__ = ["Watchdog"]

_log = logging.getLogger(__name__)


class Watchdog:
    """Closes the connections to a server that is frozen while its machine still acknowledges TCP packets.

    A server counts as frozen when a new connection gets no greeting, never because a statement takes long.
    Statements that wait for a frozen server fail with ``ConnectionLost``.

    A statement that runs longer than its session's limit is stopped and fails with ``StatementTimeout``.
    Servers have limits themselves, which are more exact, but MySQL's applies to queries only, not to writes.

    :param patience: seconds without a response after which the server is checked.
    :param greets: whether the server sends anything to a new connection.
    :param stop: ends the statement of a connection, given its thread id, and keeps the connection.
    :param pause: seconds between two checks of the running statements.
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
        # Number and start of the statements at the last check.
        self._seen: dict[Session, tuple[int, float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._stopping: set[asyncio.Task[None]] = set()

    def begin(self, session: Session) -> None:
        """Watch the session from now on."""
        loop = asyncio.get_running_loop()
        self._since[session] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._pause, self._look)

    def end(self, session: Session) -> None:
        """Stop watching the session."""
        self._since.pop(session, None)

    def stop(self) -> None:
        """Stop watching altogether."""
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
        """Stop the statements that exceed their limit.

        Statements are identified by their number in the session.
        """
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
        _log.error("A database server does not respond: closing %d connections to it", len(overdue))
        for session in overdue:
            if session in self._since:
                session.kill()

    def _overdue(self) -> list[Session]:
        limit = asyncio.get_running_loop().time() - self._patience
        return [one for one, since in self._since.items() if since <= limit and one.in_flight]
