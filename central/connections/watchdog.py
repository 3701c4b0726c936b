"""Watchdog: notices a database server that takes connections and statements, and answers none of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from piccolo_engines.mysql.session import Session

__all__ = ["Watchdog"]

_log = logging.getLogger(__name__)


class Watchdog:
    """Cuts the connections to a server that is frozen, whose machine still says at TCP's level that it lives.

    A statement may take as long as it takes: a server is not given up for that, but when it does not even
    greet somebody new. What waits for its answer then fails with ``ConnectionLost``.

    :param patience: seconds after which a statement without an answer makes it ask.
    :param greets: whether the server says anything to a new connection.
    """

    def __init__(self, patience: float, greets: Callable[[], Awaitable[bool]]) -> None:
        self._patience = patience
        self._greets = greets
        self._since: dict[Session, float] = {}  # the longest in use first
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    def begin(self, session: Session) -> None:
        """The session is in use from now on."""
        loop = asyncio.get_running_loop()
        self._since[session] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._patience, self._look)

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
            return
        if self._overdue() and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask())
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._look)

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
