"""BudgetedEngine: a tenant's MySQL engine that takes its connections from a shared budget."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from central.connections.budget import ConnectionBudget, Part
from central.connections.login import Login
from central.connections.watchdog import Watchdog
from piccolo_engines.errors import AccessDenied
from piccolo_engines.limits import are_limited, lock_seconds
from piccolo_engines.mysql import MySQLEngine, PoolUse
from piccolo_engines.mysql.sessions.session import Session

__all__ = ["BudgetedEngine"]


_LOOKS = 10
"""How often the registry is read for a changed password before ``AccessDenied`` is raised."""


class BudgetedEngine(MySQLEngine):
    """A :class:`~piccolo_engines.mysql.MySQLEngine` without a pool of its own.

    Every statement outside of a transaction, and every transaction, acquires one connection from the budget
    and releases it. A closed engine cannot be opened again.

    :param config: the driver's arguments, without user and password.
    :param login: the tenant's database user.
    :param budget: lends the connections.
    :param watchdog: stops statements that exceed ``limit``.
    :param limit: seconds that a statement may take, outside of ``without_limit()``.
    """

    __slots__ = ("_budget", "_limit", "_login", "_part", "_rows_written", "_watchdog")

    def __init__(
        self,
        config: Mapping[str, Any],
        login: Login,
        budget: ConnectionBudget,
        watchdog: Watchdog,
        *,
        limit: float | None = None,
    ) -> None:
        super().__init__({**config, **login.for_driver()})
        self._limit = limit
        self._login = login
        self._budget = budget
        self._watchdog = watchdog
        self._part = Part(self.get_new_connection)
        self._rows_written = 0

    async def get_new_connection(self) -> Session:
        """Open a connection as the tenant's user, with a changed password if the known one is refused.

        Raises ``AccessDenied`` when the server refuses all known passwords.
        """
        for _ in range(_LOOKS):  # it may change again between reading it and connecting
            login = self._login
            try:
                return await self._open(self.config)
            except AccessDenied as error:
                refused = error
            if self._login is not login:  # another task has found the new password
                continue
            others = await login.others()
            for other in others:
                with suppress(AccessDenied):
                    return await self._open_as(other)
            if not others and self._login is login:
                break
        raise refused

    async def _open_as(self, login: Login) -> Session:
        config = {**self.config, **login.for_driver()}
        session = await self._open(config)
        self.config, self._login = config, login
        return session

    async def _open(self, config: Mapping[str, Any]) -> Session:
        return await Session.open(config, self.collation, self.most_prepared, self._limit)

    def _at_hand(self) -> Session | None:
        """Take an idle connection without waiting, if no transaction is open and nothing has to be set."""
        transaction = self.current_transaction.get()
        if transaction is not None and transaction.active:
            return None
        session = self._budget.take(self._part)
        if session is None:
            return None
        limit = self._limit if are_limited() else None
        if session.limit != limit or session.lock_seconds != lock_seconds():
            self._budget.release(self._part, session)
            return None
        self._watchdog.begin(session)
        return session

    async def lease(self, *, in_pool: bool = True) -> Session:  # noqa: ARG002 # every connection comes from the budget
        """Acquire a connection from the budget. Raises ``PoolTimeout`` when none becomes free in time."""
        session = self._budget.take(self._part) or await self._budget.acquire(self._part)
        self._watchdog.begin(session)
        limit, seconds = self._limit if are_limited() else None, lock_seconds()
        if session.limit != limit or session.lock_seconds != seconds:
            try:
                if session.limit != limit:
                    await session.limit_to(limit)
                if session.lock_seconds != seconds:
                    await session.send(session.server.lock_limits(seconds))
                    session.lock_seconds = seconds
            except BaseException:
                self.give_back(session)
                raise
        return session

    def give_back(self, session: Session) -> None:
        """Release a connection. Never waits."""
        self._watchdog.end(session)
        if session.rows_written:
            self._rows_written += session.rows_written
            session.rows_written = 0
        self._budget.release(self._part, session)

    @property
    def pool_use(self) -> PoolUse:
        """The tenant's current part of the budget. The totals are 0: the budget counts them."""
        return PoolUse(self._part.held, len(self._part.idle), 0, 0, 0)

    @property
    def rows_written(self) -> int:
        """See :class:`~piccolo_engines.closable.ClosableEngine`."""
        return self._rows_written

    @property
    def open_connections(self) -> int:
        """The number of this tenant's open connections, in use or idle."""
        return self._part.held + len(self._part.idle)

    async def close(self) -> None:
        """End all connections, including those in use. The engine opens no more."""
        await self._budget.close(self._part)

    async def close_connection_pool(self) -> None:
        """Same as :meth:`close`. Piccolo's name for it."""
        await self.close()
