"""Transactions, savepoints, and Piccolo's ``atomic``."""

import asyncio
import contextlib
import enum
import inspect
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Protocol, TypeVar

from piccolo.engine.base import BaseAtomic, BaseTransaction, validate_savepoint_name
from piccolo.engine.exceptions import TransactionError
from piccolo.query.base import DDL, Query
from piccolo.utils.sync import run_sync

from piccolo_engines.errors import (
    ConnectionLost,
    Deadlock,
    LockTimeout,
    StatementTimeout,
    StorageFailed,
    TransactionEnded,
)
from piccolo_engines.mysql.sessions.lending import SessionLender
from piccolo_engines.mysql.sessions.session import Session
from piccolo_engines.mysql.table_name import TableName
from piccolo_engines.outcomes import Outcomes

__all__ = ["Atomic", "IsolationLevel", "MySQLTransaction", "Savepoint", "T", "TransactionalEngine"]

T = TypeVar("T")


class IsolationLevel(enum.Enum):
    """The isolation level of a transaction. InnoDB's default is repeatable read."""

    read_uncommitted = "READ UNCOMMITTED"
    read_committed = "READ COMMITTED"
    repeatable_read = "REPEATABLE READ"
    serializable = "SERIALIZABLE"


class TransactionalEngine(SessionLender, Protocol):
    """What transactions need of an engine. ``MySQLEngine`` is one."""

    current_transaction: "ContextVar[MySQLTransaction | None]"
    """The transaction of this task or of one that started it, open or not."""

    def active_transaction(self) -> "MySQLTransaction | None":
        """The open transaction that statements of this task belong to."""

    def transaction(self) -> "MySQLTransaction":
        """A new transaction, or one that joins the open one."""


class Savepoint:
    """A point in a transaction to which it can be rolled back."""

    def __init__(self, name: str, transaction: "MySQLTransaction") -> None:
        validate_savepoint_name(name)
        self.name = name
        self.transaction = transaction

    async def rollback_to(self) -> None:
        await self.transaction.send(f'ROLLBACK TO SAVEPOINT "{self.name}"')
        self.transaction.outcomes.roll_back_to(self.name)

    async def release(self) -> None:
        """Sent with the transaction's next statement, and not at all before its end."""
        await self.transaction.defer(f'RELEASE SAVEPOINT "{self.name}"')


class MySQLTransaction(BaseTransaction):
    """A transaction on one connection; see :meth:`MySQLEngine.transaction`.

    Queries of tasks that were started inside run in it as well, one at a time; after its end they run outside
    of it. DDL commits what was done before (as always in MySQL), and a new transaction starts after it;
    tables that were created inside are dropped at a rollback. When the server has rolled the transaction back
    (a deadlock, a lost connection), every further statement raises
    :class:`~piccolo_engines.errors.TransactionEnded`, so that none runs on its own by mistake.

    What begins the transaction, and what sets a savepoint, is sent with the statement that follows.

    :ivar outcomes: what is called at its end.
    """

    __slots__ = (
        "_blocks",
        "_committed",
        "_created",
        "_given_up",
        "_lock",
        "_parent",
        "_rolled_back",
        "_savepoint_id",
        "_session",
        "_token",
        "engine",
        "isolation_level",
        "outcomes",
        "read_only",
    )

    def __init__(
        self,
        engine: "TransactionalEngine",
        *,
        allow_nested: bool = True,
        isolation_level: IsolationLevel | None = None,
        read_only: bool = False,
    ) -> None:
        self.engine = engine
        self.isolation_level = isolation_level
        self.read_only = read_only
        self._savepoint_id = self._blocks = 0
        self._committed = self._rolled_back = self._given_up = False
        self._session: Session | None = None
        self._lock = asyncio.Lock()
        self._created: list[TableName] = []
        self.outcomes = Outcomes()
        self._parent = engine.active_transaction()
        if self._parent is not None and not allow_nested:
            raise TransactionError("A transaction is already active - nested transactions aren't allowed.")

    @property
    def active(self) -> bool:
        """Whether statements use this transaction's connection."""
        return self._session is not None

    @property
    def session(self) -> Session | None:
        """The connection inside the block: for state that outlives transactions, such as a named lock."""
        return self._session

    async def __aenter__(self) -> "MySQLTransaction":
        if self._parent is not None:
            self._parent._blocks += 1
            return self._parent
        self._session = await self.engine.lease()
        self._begin(self._session)
        self._token = self.engine.current_transaction.set(self)
        return self

    def _begin(self, session: Session) -> None:
        if self.isolation_level is not None:
            session.defer(f"SET TRANSACTION ISOLATION LEVEL {self.isolation_level.value}")
        session.defer("START TRANSACTION READ ONLY" if self.read_only else "START TRANSACTION")

    async def use(self, work: Callable[[Session, Any], Awaitable[T]], subject: Any) -> T:
        """Run ``work`` on the connection. Concurrent calls wait.

        :raises TransactionEnded: when the server has rolled the transaction back.
        """
        async with self._lock:
            session = self._open_session()
            if not session.in_transaction and not (self._committed or self._rolled_back):
                self._begin(session)  # DDL has committed
            try:
                return await work(session, subject)
            except (ConnectionLost, Deadlock):
                self._given_up = True
                raise
            except (LockTimeout, StatementTimeout, StorageFailed):
                await self._look_whether_it_goes_on(session, is_ddl=isinstance(subject, str))
                raise

    async def _look_whether_it_goes_on(self, session: Session, *, is_ddl: bool) -> None:
        """Check whether the error rolled back the transaction or only the statement.

        That depends on the server (``innodb_rollback_on_timeout``), and the error does not tell. DDL has
        committed before it waited, so nothing was rolled back.
        """
        if session.in_transaction:
            await session.send("DO 0")
            self._given_up = not (is_ddl or session.in_transaction)

    def _open_session(self) -> Session:
        if self._session is None or self._given_up or self._session.in_flight:
            raise TransactionEnded
        return self._session

    @property
    def is_innermost(self) -> bool:
        """Whether no other block has joined it."""
        return self._blocks == 0

    def give_up(self) -> None:
        """Have it rolled back at its end, and refuse further statements."""
        self._given_up = True

    def add_table(self, table: TableName) -> None:
        """Record a table to drop when the transaction is rolled back."""
        self._created.append(table)

    async def _roll_back(self, session: Session) -> None:
        session.withdraw()
        await session.send("ROLLBACK")
        while self._created:
            await session.send(f"DROP TABLE IF EXISTS {self._created.pop().sql}")

    async def send(self, sql: str) -> None:
        await self.use(Session.send, sql)

    async def defer(self, sql: str) -> None:
        """Send a statement with the next one.

        :raises TransactionEnded: when the server has rolled the transaction back.
        """
        await self.use(_defer, sql)

    async def commit(self) -> None:
        """Commit now. Later statements in the block run outside of a transaction."""
        async with self._lock:
            try:
                await self._open_session().send("COMMIT")
                self._committed = True
                self.outcomes.end(True)
            finally:
                self.outcomes.end(None)

    async def rollback(self) -> None:
        """Roll back now. Later statements in the block run outside of a transaction."""
        async with self._lock:
            await self._roll_back(self._open_session())
            self._rolled_back = True
            self.outcomes.end(False)

    async def restart(self) -> None:
        """Roll back and start a new transaction on the same connection.

        Also possible after a rollback by the server.

        :raises TransactionEnded: when the connection is not usable.
        """
        async with self._lock:
            if self._session is None or not self._session.usable:
                raise TransactionEnded
            await self._roll_back(self._session)
            self._given_up = False
            self.outcomes.end(False)
            self.outcomes = Outcomes()

    async def rollback_to(self, savepoint_name: str) -> None:
        """Roll back to the savepoint with this name."""
        await Savepoint(savepoint_name, self).rollback_to()

    async def savepoint(self, name: str | None = None) -> Savepoint:
        """Create a savepoint.

        :raises ValueError: for a name with characters other than letters, digits, ``-`` and ``_``.
        """
        if name is None:
            self._savepoint_id += 1
            name = f"savepoint_{self._savepoint_id}"
        savepoint = Savepoint(name, self)
        await self.defer(f'SAVEPOINT "{name}"')
        self.outcomes.mark(name)
        return savepoint

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            self._parent._blocks -= 1
            return exception is None
        assert self._session is not None
        try:
            await self._end(self._session, failed=exception is not None)
        finally:
            self.outcomes.end(None)  # it was cancelled while it waited for a statement
            session, self._session = self._session, None
            self.engine.give_back(session)
            with contextlib.suppress(ValueError):  # left in another context than it was entered in
                self.engine.current_transaction.reset(self._token)
        return exception is None

    async def _end(self, session: Session, *, failed: bool) -> None:
        async with self._lock:
            if self._committed or self._rolled_back:
                return
            kept = None
            try:
                if failed:
                    kept = await self._undo(session)
                elif self._given_up or not session.usable:
                    raise TransactionEnded
                else:
                    session.withdraw()  # the transaction that no statement was sent in, or savepoints' ends
                    if session.in_transaction:
                        await session.send("COMMIT")
                    kept = True
            finally:
                self.outcomes.end(kept)

    async def _undo(self, session: Session) -> bool | None:
        """Roll back at the end of the block. Returns False if there was something to roll back, which a
        statement may have committed, and None if that is not known.
        """
        if not session.usable:
            return None
        is_open = session.in_transaction
        await self._roll_back(session)
        return False if is_open else None


async def _defer(session: Session, sql: str) -> None:
    session.defer(sql)


class Atomic(BaseAtomic):
    """Collects queries and runs them in one transaction; see :meth:`MySQLEngine.atomic`."""

    __slots__ = ("engine", "queries")

    def __init__(self, engine: TransactionalEngine) -> None:
        self.engine = engine
        self.queries: list[Any] = []

    def add(self, *query: "Query[Any, Any] | DDL") -> None:
        """Add queries, which run in this order."""
        self.queries.extend(query)

    async def run(self) -> None:
        """Run the queries and remove them."""
        queries, self.queries = self.queries, []
        async with self.engine.transaction():
            for query in queries:
                run = getattr(query, "run", None)
                if not inspect.iscoroutinefunction(run):
                    raise ValueError("Unrecognised query")
                await run()

    def run_sync(self) -> None:
        run_sync(self.run())

    def __await__(self) -> Generator[Any, None, None]:
        return self.run().__await__()
