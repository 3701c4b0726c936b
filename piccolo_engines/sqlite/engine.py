"""SQLiteEngine: one writer and several readers on one file, kept open, used in threads."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from piccolo.engine.sqlite import TransactionType
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from piccolo_engines.closable import ClosableEngine
from piccolo_engines.effects import note, take_back
from piccolo_engines.errors import ConnectionLost, DatabaseError, PoolTimeout
from piccolo_engines.sqlite.batches import SQLiteBatch
from piccolo_engines.sqlite.connections import ConnectionFactory, Synchronous
from piccolo_engines.sqlite.constraints import as_index
from piccolo_engines.sqlite.errors import SQLiteLockTimeout
from piccolo_engines.sqlite.lanes import Lane, Lease
from piccolo_engines.sqlite.statements import Row, fetch, is_select
from piccolo_engines.sqlite.threads import Threads, shared_threads
from piccolo_engines.sqlite.transactions import Atomic, SQLiteTransaction

__all__ = ["SQLiteEngine"]

_STREAMS = 8
"""How many batches can be read from one database at a time, each on a connection of its own."""


class SQLiteEngine(ClosableEngine[SQLiteTransaction]):
    """A Piccolo engine for one SQLite file, for use by many tasks at once.

    Connections are opened when they are first needed and kept. One of them writes; statements and
    transactions queue for it, first come first served. A ``SELECT`` outside a transaction runs on one of the
    readers, beside the writer (`WAL <https://www.sqlite.org/wal.html>`_), and sees what was committed before
    it began. Every statement is one hop to a thread and back. Temporary tables and pragmas set by a statement
    are the writer's alone.

    The constructor does no I/O. An engine can be used from several event loops, one after the other or at
    once. After :meth:`close` every statement raises :class:`~piccolo_engines.errors.EngineClosed`, until
    :meth:`start_connection_pool`: a closed engine never comes back to life by a late query.

    :param path: the database file.
    :param readers: the largest number of reading connections.
    :param busy_timeout: seconds to wait for a lock of another process before
        :class:`~piccolo_engines.errors.LockTimeout`.
    :param wait_timeout: seconds that a statement waits for a connection of this engine, before
        ``LockTimeout`` (the writer) or :class:`~piccolo_engines.errors.PoolTimeout` (readers).
    :param synchronous: https://www.sqlite.org/pragma.html#pragma_synchronous
    :param create: whether to make the file if it is missing; if not, statements raise
        :class:`~piccolo_engines.errors.DatabaseMissing`.
    :param idle: seconds after which an unused connection is closed; ``None`` for never. Temporary tables go
        with it.
    :param statement_seconds: how long a statement may run before it is interrupted and raises
        :class:`~piccolo_engines.errors.StatementTimeout`, outside of ``without_limit()``.
    :param statements: how many prepared statements each connection keeps.
    :param threads: where SQLite's calls run; by default in threads shared by all engines of the process.
    :param log_queries: whether to print each query before it is run.
    :param log_responses: whether to print what comes back.
    """

    __slots__ = (
        "_connections",
        "_idle",
        "_limit",
        "_readers",
        "_streams",
        "_threads",
        "_writer",
        "on_statement",
        "path",
        "readers",
        "wait_timeout",
    )

    def __init__(
        self,
        path: str | Path,
        *,
        readers: int = 4,
        busy_timeout: float = 5.0,
        wait_timeout: float = 30.0,
        synchronous: Synchronous = "FULL",
        create: bool = True,
        idle: float | None = None,
        statement_seconds: float | None = None,
        statements: int = 256,
        threads: Threads | None = None,
        log_queries: bool = False,
        log_responses: bool = False,
    ) -> None:  # Piccolo's own constructor would connect, to ask for the version
        self.engine_type = "sqlite"
        self.min_version_number = 3.35
        self.query_id = 0
        self.log_queries = log_queries
        self.log_responses = log_responses
        self.path = Path(path)
        self.readers = readers
        self.wait_timeout = wait_timeout
        self.on_statement: Callable[[str], None] | None = None
        self.current_transaction: ContextVar[SQLiteTransaction | None] = ContextVar(
            f"transaction on {self.path.name}", default=None
        )
        self._connections = ConnectionFactory(self.path, busy_timeout, synchronous, create, statements)
        self._threads = threads or shared_threads()
        self._idle, self._limit = idle, statement_seconds
        self._writer, self._readers, self._streams = self._make_lanes()

    def __repr__(self) -> str:
        return f"SQLiteEngine({str(self.path)!r})"

    def _make_lanes(self) -> tuple[Lane, Lane, Lane]:
        lane = partial(
            Lane,
            threads=self._threads,
            wait_timeout=self.wait_timeout,
            idle=self._idle,
            limit_seconds=self._limit,
        )
        no_reader = partial(PoolTimeout, self.wait_timeout)
        return (
            lane(self._connections.writer, limit=1, expired=SQLiteLockTimeout),
            lane(self._connections.reader, limit=self.readers, expired=no_reader),
            lane(self._connections.reader, limit=_STREAMS, expired=no_reader, keep=False),
        )

    async def get_version(self) -> float:
        """The version of SQLite as a number, 3.4 for 3.40."""
        return self.get_version_sync()

    def get_version_sync(self) -> float:
        """The version of SQLite."""
        major, minor, _ = sqlite3.sqlite_version_info
        return major + minor / 100

    async def prep_database(self) -> None:
        """Nothing has to be prepared."""

    async def start_connection_pool(self) -> None:
        """Let a closed engine be used again, as if it were new. An open one stays as it is."""
        if self._writer.is_closed:
            self._writer, self._readers, self._streams = self._make_lanes()

    async def close_connection_pool(self) -> None:
        """See :meth:`close`."""
        await self.close()

    async def close(self) -> None:
        """Close all connections, after the statements that run just now.

        Those that wait for a connection raise ``EngineClosed``; open transactions are rolled back. Closing
        twice does no harm.
        """
        lanes = (self._writer, self._readers, self._streams)
        await asyncio.gather(*(lane.close() for lane in lanes))

    @property
    def open_connections(self) -> int:
        """The number of connections that are open, in use or not."""
        return sum(lane.open_connections for lane in (self._writer, self._readers, self._streams))

    @property
    def open_transaction(self) -> SQLiteTransaction | None:
        """The transaction that a statement sent here and now would belong to."""
        transaction = self.current_transaction.get()
        return transaction if transaction is not None and transaction.is_open else None

    def transaction_exists(self) -> bool:
        """Whether a statement sent here and now would belong to a transaction."""
        return self.open_transaction is not None

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> SQLiteTransaction:
        """A transaction, as ``async with`` block; see :class:`SQLiteTransaction`.

        :param transaction_type: https://www.sqlite.org/lang_transaction.html
        :param allow_nested: whether the block may be inside another one, which it then joins; if not,
            Piccolo's ``TransactionError``.
        """
        return SQLiteTransaction(self, transaction_type, allow_nested=allow_nested)

    def atomic(self, transaction_type: TransactionType = TransactionType.immediate) -> Atomic:
        """Queries to be collected and then run in one transaction."""
        return Atomic(self, transaction_type)

    async def batch(
        self,
        query: Query[Any, Any],
        batch_size: int = 100,
        node: str | None = None,  # noqa: ARG002  # Piccolo passes it; there is one node
    ) -> SQLiteBatch:
        """Read the query's result in pieces of ``batch_size`` rows; ``node`` is there for Piccolo's sake."""
        transaction = self.open_transaction
        return SQLiteBatch(
            transaction.lease if transaction else self._streams.lease(),
            query,
            batch_size,
            owns_lease=transaction is None,
            announce=lambda sql: self._announce(sql, query),
        )

    async def run_querystring(
        self,
        querystring: QueryString,
        in_pool: bool = True,  # noqa: ARG002  # Piccolo passes it
    ) -> list[Row]:
        """Run a query and return its rows; ``in_pool`` is there for Piccolo's sake.

        :raises DatabaseError: one of its subclasses, with the driver's error as ``__cause__``.
        """
        sql, args = querystring.compile_string(engine_type="sqlite")
        return await self._run(sql, args, querystring)

    async def run_ddl(
        self,
        ddl: str,
        in_pool: bool = True,  # noqa: ARG002  # Piccolo passes it
    ) -> list[Row]:
        """Run a statement without values and return its rows; ``in_pool`` is there for Piccolo's sake.

        A unique constraint is added to a table as a unique index.

        :raises DatabaseError: one of its subclasses, with the driver's error as ``__cause__``.
        """
        return await self._run(as_index(ddl), (), ddl)

    async def _run(self, sql: str, args: Sequence[Any], query: object) -> list[Row]:
        query_id = self._announce(sql, query)
        transaction = self.open_transaction
        if transaction is not None:
            rows = await transaction.run(sql, args)
        else:
            lane, effects = self._readers, None
            if not is_select(sql):
                lane, effects = self._writer, note(sql, in_transaction=False)
            try:
                rows = await lane.run(lambda connection: fetch(connection, sql, args))
            except DatabaseError as error:
                if effects is not None and not isinstance(error, ConnectionLost):
                    take_back(effects)
                raise
        if self.log_responses:
            self.print_response(query_id, rows)
        return rows

    def _announce(self, sql: str, query: object) -> int:
        query_id = self.get_query_id()
        if self.log_queries:
            self.print_query(query_id, str(query))
        if self.on_statement is not None:
            self.on_statement(sql)
        return query_id

    def lease_writer(self) -> Lease:
        """The exclusive use of the writer, for a transaction."""
        return self._writer.lease()
