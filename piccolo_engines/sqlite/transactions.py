"""Transactions, savepoints, and collections of queries that run in one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Protocol

from piccolo.engine.base import BaseAtomic, BaseTransaction
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.sqlite import TransactionType
from piccolo.query.base import DDL, Query
from piccolo.query.methods.objects import Create, GetOrCreate
from piccolo.utils.sync import run_sync

from piccolo_engines.effects import note, take_back
from piccolo_engines.errors import ConnectionLost, DatabaseError, TransactionEnded
from piccolo_engines.identifiers import quote
from piccolo_engines.outcomes import Outcomes
from piccolo_engines.sqlite.lanes import Lease
from piccolo_engines.sqlite.statements import SQL, fetch, run_in_savepoint

__all__ = ["Atomic", "SQLiteTransaction", "Savepoint", "TransactionalEngine"]


class TransactionalEngine(Protocol):
    """What transactions need of an engine. ``SQLiteEngine`` is one."""

    current_transaction: "ContextVar[SQLiteTransaction | None]"
    """The transaction of this task or of one that started it, open or not."""

    @property
    def open_transaction(self) -> "SQLiteTransaction | None":
        """The open transaction that statements of this task belong to."""

    def transaction(self, transaction_type: TransactionType = ...) -> "SQLiteTransaction":
        """A new transaction, or one that joins the open one."""

    def lease_writer(self) -> Lease:
        """The exclusive use of the connection that writes."""


class Savepoint:
    """A savepoint of a transaction: https://www.sqlite.org/lang_savepoint.html"""

    def __init__(self, name: str, transaction: "SQLiteTransaction") -> None:
        self.name = name
        self.transaction = transaction

    async def rollback_to(self) -> None:
        """Undo all changes since the savepoint, which stays valid.

        :raises TransactionEnded: when the transaction has ended.
        :raises StatementError: when the savepoint was released or undone by an earlier one.
        """
        await self.transaction.run(f"ROLLBACK TO SAVEPOINT {quote(self.name)}")
        self.transaction.outcomes.roll_back_to(self.name)

    async def release(self) -> None:
        """Remove the savepoint and those after it. Changes since stay part of the transaction.

        :raises TransactionEnded: when the transaction has ended.
        :raises StatementError: when the savepoint was released or undone by an earlier one.
        """
        await self.transaction.run(f"RELEASE SAVEPOINT {quote(self.name)}")


class SQLiteTransaction(BaseTransaction):
    """A block whose queries are committed together or rolled back together.

    ::

        async with engine.transaction() as transaction:
            await Band.insert(Band(name="Pythonistas"))
            savepoint = await transaction.savepoint()
            ...
            await savepoint.rollback_to()

    The engine's writer is held for the whole block, so keep it short. Tasks started inside share the
    transaction while it lasts; statements that they send after its end run on their own. A nested block joins
    the outer one. The transaction is rolled back when the block ends with an exception (including
    cancellation), or when the database has rolled it back itself (full disk, interrupted statement).

    :raises LockTimeout: on entering, when the writer is not free in time.
    :raises TransactionEnded: by a statement, or on leaving, when the transaction was rolled back or ended
        before.
    :ivar outcomes: what is called at its end.
    """

    __slots__ = (
        "_allow_nested",
        "_blocks",
        "_has_ended",
        "_lease",
        "_parent",
        "_savepoints",
        "_token",
        "engine",
        "outcomes",
        "transaction_type",
    )

    def __init__(
        self,
        engine: "TransactionalEngine",
        transaction_type: TransactionType,
        *,
        allow_nested: bool = True,
    ) -> None:
        self.engine = engine
        self.transaction_type = transaction_type
        self._lease: Lease | None = None
        self._has_ended = False
        self._savepoints = self._blocks = 0
        self._token: Token[SQLiteTransaction | None] | None = None
        self._allow_nested = allow_nested
        self._parent: SQLiteTransaction | None = None
        self.outcomes = Outcomes()

    @property
    def is_open(self) -> bool:
        """Whether the block was entered and not left."""
        return self._lease is not None

    @property
    def lease(self) -> Lease:
        """The lease of the transaction's connection.

        :raises TransactionEnded: when the transaction has ended.
        """
        if self._lease is None or self._has_ended:
            raise TransactionEnded
        return self._lease

    async def __aenter__(self) -> "SQLiteTransaction":
        self._parent = self.engine.open_transaction
        if self._parent is not None:
            if not self._allow_nested:
                raise TransactionError("A transaction is already open, and this one must not join it.")
            self._parent._blocks += 1
            return self._parent
        lease = self.engine.lease_writer()
        try:
            await lease.run(self._begin)
        except BaseException:
            lease.release()
            raise
        self._lease = lease
        self._token = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            self._parent._blocks -= 1
            if exception is None and not self._parent.is_open:
                raise TransactionEnded
            return False
        lease, self._lease = self._lease, None
        token, self._token = self._token, None
        assert lease is not None
        assert token is not None
        with suppress(ValueError):  # left in another context than entered, as generators may be
            self.engine.current_transaction.reset(token)
        if exception is not None or self._has_ended:
            lease.release()  # which rolls back
            self.outcomes.end(False)
            return False
        note("COMMIT", in_transaction=True)
        try:
            await lease.finish(_commit)
            self.outcomes.end(True)
        finally:
            self.outcomes.end(None)
        return False

    async def run(self, sql: str, args: Any = (), read: Callable[..., Any] = fetch) -> Any:
        """Run one statement inside the transaction, and return what ``read`` makes of its result: by default
        its rows.

        :raises TransactionEnded: when it has ended or was rolled back by the database.
        """
        return await self.lease.run(lambda connection: _fetch(connection, sql, args, read))

    async def run_script(self, statements: Sequence[str]) -> None:
        """Run statements without values, one after the other, in one round trip.

        :raises TransactionEnded: when it has ended or was rolled back by the database.
        """

        def run(connection: sqlite3.Connection) -> None:
            for sql in statements:
                _fetch(connection, sql, (), fetch)

        await self.lease.run(run)

    async def run_group(self, statements: Sequence[SQL], *, is_last: bool = False) -> None:
        """Run several statements, all or none of them, in one round trip.

        :param is_last: nothing follows in the block. The transaction is committed with them, unless an outer
            block goes on.
        :raises TransactionEnded: when it has ended or was rolled back by the database.
        """
        if not is_last or self._blocks:
            await self.lease.run(lambda connection: _run_group(connection, statements))
            return
        lease, self._has_ended = self.lease, True
        effects = note("COMMIT", in_transaction=True)
        try:
            await lease.finish(lambda connection: _finish(connection, statements))
            self.outcomes.end(True)
        except DatabaseError as error:
            if effects is not None and not isinstance(error, ConnectionLost):
                take_back(effects)
            raise
        finally:
            self.outcomes.end(None)

    async def commit(self) -> None:
        """Commit before the end of the block. Later statements raise ``TransactionEnded``."""
        lease, self._has_ended = self.lease, True
        note("COMMIT", in_transaction=True)
        try:
            await lease.run(_commit, interruptible=False)
            self.outcomes.end(True)
        finally:
            self.outcomes.end(None)

    async def rollback(self) -> None:
        """Roll back before the end of the block. Later statements raise ``TransactionEnded``."""
        lease, self._has_ended = self.lease, True
        await lease.run(lambda connection: connection.rollback(), interruptible=False)
        self.outcomes.end(False)

    async def savepoint(self, name: str | None = None) -> Savepoint:
        """Create a savepoint.

        :raises InvalidIdentifier: (a ``ValueError``) for a name that is not allowed in SQL.
        """
        self._savepoints += 1
        savepoint = Savepoint(name or f"savepoint_{self._savepoints}", self)
        await self.run(f"SAVEPOINT {quote(savepoint.name)}")
        self.outcomes.mark(savepoint.name)
        return savepoint

    async def rollback_to(self, savepoint_name: str) -> None:
        """Undo all changes since the savepoint with this name."""
        await Savepoint(savepoint_name, self).rollback_to()

    def _begin(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"BEGIN {self.transaction_type.value}")


def _fetch(connection: sqlite3.Connection, sql: str, args: Any, read: Callable[..., Any]) -> Any:
    if not connection.in_transaction:  # otherwise the statement would commit by itself
        raise TransactionEnded
    return read(connection, sql, args)


def _run_group(connection: sqlite3.Connection, statements: Sequence[SQL]) -> None:
    if not connection.in_transaction:
        raise TransactionEnded
    run_in_savepoint(connection, statements)


def _finish(connection: sqlite3.Connection, statements: Sequence[SQL]) -> None:
    for sql, args in statements:
        _fetch(connection, sql, args, fetch)
    _commit(connection)


def _commit(connection: sqlite3.Connection) -> None:
    if not connection.in_transaction:
        raise TransactionEnded
    connection.execute("COMMIT")


class Atomic(BaseAtomic):
    """Collects queries and runs them in one transaction.

    ::

        atomic = engine.atomic()
        atomic.add(Band.create_table(), Venue.create_table())
        await atomic.run()
    """

    __slots__ = ("engine", "queries", "transaction_type")

    def __init__(self, engine: TransactionalEngine, transaction_type: TransactionType) -> None:
        self.engine = engine
        self.transaction_type = transaction_type
        self.queries: list[Any] = []

    def add(self, *query: Query[Any, Any] | DDL) -> None:
        """Add queries, which run in this order."""
        self.queries += query

    async def run(self) -> None:
        """Run the queries and remove them, whether they succeed or not.

        :raises ValueError: for an object that is not a query; nothing is run then.
        """
        queries, self.queries = self.queries, []
        if not all(isinstance(query, Query | DDL | Create | GetOrCreate) for query in queries):
            raise ValueError("Unrecognised query")
        async with self.engine.transaction(transaction_type=self.transaction_type):
            for query in queries:
                await query.run()

    def run_sync(self) -> None:
        """Run the queries from outside an event loop."""
        run_sync(self.run())

    def __await__(self) -> Any:
        return self.run().__await__()
