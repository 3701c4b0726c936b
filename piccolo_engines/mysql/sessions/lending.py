"""The protocol by which batches and transactions get sessions from an engine."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from piccolo_engines.mysql.sessions.session import Session

__all__ = ["SessionLender"]


class SessionLender(Protocol):
    """Lends sessions. ``MySQLEngine`` is one."""

    @property
    def on_statement(self) -> Callable[[str], None] | None:
        """Called with the text of each statement before it is sent."""

    def lease(self, *, in_pool: bool = True) -> Awaitable[Session]:
        """A session for the caller alone, to be returned with :meth:`give_back`.

        :param in_pool: from the pool, where there is one; otherwise a connection of its own.
        :raises PoolTimeout: no connection became free in time.
        :raises EngineClosed: the pool was closed.
        """

    def give_back(self, session: Session) -> None:
        """Return a session. Never waits."""
