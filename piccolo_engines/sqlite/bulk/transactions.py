"""Snapshots and loads: transactions for whole tables on SQLite."""

import sqlite3
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Final

from piccolo.engine.sqlite import TransactionType

from piccolo_engines.bulk.tables import BulkTable, Page
from piccolo_engines.bulk.transactions import Encoded
from piccolo_engines.identifiers import quote
from piccolo_engines.sqlite.bulk.reading import page_of, selecting
from piccolo_engines.sqlite.bulk.writing import inserting
from piccolo_engines.sqlite.lanes import Lease
from piccolo_engines.sqlite.transactions import SQLiteTransaction, TransactionalEngine

__all__ = ["SQLiteLoad", "SQLiteSnapshot"]

_BROKEN: Final = 'SELECT "table" AS found FROM pragma_foreign_key_check LIMIT 1'


@dataclass(slots=True)
class _Reading:
    """An engine whose transactions use a connection that reads."""

    current_transaction: ContextVar[SQLiteTransaction | None]
    lease_writer: Callable[[], Lease]
    open_transaction: SQLiteTransaction | None = None

    def transaction(self, transaction_type: TransactionType = TransactionType.deferred) -> SQLiteTransaction:
        return SQLiteTransaction(self, transaction_type)


class SQLiteSnapshot(SQLiteTransaction):
    """Everything that is read inside is as it was at the first statement. It joins no other transaction.

    :param current: the engine's variable of the open transaction.
    :param lease: returns a lease of a connection that reads.
    """

    __slots__ = ()
    database = "sqlite"

    def __init__(self, current: ContextVar[SQLiteTransaction | None], lease: Callable[[], Lease]) -> None:
        super().__init__(_Reading(current, lease), TransactionType.deferred)

    async def read_page(self, table: BulkTable, after: object, limit: int) -> Page:
        """Return the next ``limit`` rows behind the key ``after``; the first ones if that is None."""
        sql, values = selecting(table, after, limit)
        return await self.lease.run(
            lambda connection: page_of(table, connection.execute(sql, values).fetchall())
        )

    async def count(self, table: BulkTable) -> int:
        """Return the number of rows of the table."""
        sql = f"SELECT COUNT(*) FROM {quote(table.name)}"  # noqa: S608 - quoted
        return await self.lease.run(lambda connection: int(connection.execute(sql).fetchone()[0]))


class SQLiteLoad(SQLiteTransaction):
    """Rows that are inserted inside may refer to rows that come later.

    References are not checked; :meth:`broken_reference` does so at the end.
    """

    __slots__ = ()

    def __init__(self, engine: TransactionalEngine) -> None:
        super().__init__(engine, TransactionType.immediate, allow_nested=False)

    async def __aenter__(self) -> "SQLiteLoad":
        await super().__aenter__()
        return self

    def encode(self, table: BulkTable, rows: Sequence[Sequence[Any]]) -> Encoded:
        """See :class:`~piccolo_engines.bulk.transactions.Load`."""
        sql, stored = inserting(table)
        return sql, stored(rows)

    async def write(self, *encoded: Encoded) -> None:
        """See :class:`~piccolo_engines.bulk.transactions.Load`."""
        for sql, rows in encoded:
            await self.lease.run(partial(_insert, sql=sql, rows=rows))

    async def keep(self) -> None:
        """Commit what was inserted so far."""
        await self.lease.run(_keep, interruptible=False)

    async def broken_reference(self) -> str | None:
        """Return the name of a table with a row that refers to a missing one; None if there is none."""
        rows = await self.run(_BROKEN)
        return str(rows[0]["found"]) if rows else None

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        has_failed, self._has_ended = exception is not None or self._has_ended, True
        try:
            assert self._lease is not None, "the block was entered"
            await self._lease.run(_undo if has_failed else _end, interruptible=False)
        finally:
            await super().__aexit__(exception_type, exception, traceback)
        return False

    def _begin(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = 0")
        super()._begin(connection)


def _insert(connection: sqlite3.Connection, sql: str, rows: list[Any]) -> None:
    connection.executemany(sql, rows).close()


def _keep(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")


def _end(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("COMMIT")
    finally:
        _undo(connection)


def _undo(connection: sqlite3.Connection) -> None:
    """Roll back what was not committed. The connection is used by others afterwards."""
    connection.rollback()
    connection.execute("PRAGMA foreign_keys = 1")
