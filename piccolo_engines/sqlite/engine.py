"""SQLiteEngine: one writer and several readers on one file, with persistent connections used in threads."""

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
from piccolo_engines.histogram import Histogram
from piccolo_engines.sqlite.batches import SQLiteBatch
from piccolo_engines.sqlite.bulk.transactions import SQLiteLoad, SQLiteSnapshot
from piccolo_engines.sqlite.connections import ConnectionFactory, Synchronous
from piccolo_engines.sqlite.constraints import as_index
from piccolo_engines.sqlite.errors import SQLiteLockTimeout
from piccolo_engines.sqlite.lanes import Lane, Lease
from piccolo_engines.sqlite.statements import Row, fetch, fetch_each, fetch_raw, is_select, run_transaction
from piccolo_engines.sqlite.threads import Threads, shared_threads
from piccolo_engines.sqlite.transactions import Atomic, SQLiteTransaction
from piccolo_engines.statements import SelectGroup, StatementGroup

__all__ = ["SQLiteEngine"]

_STREAMS = 8
"""How many batches of a database can be read at a time, each on its own connection."""


class SQLiteEngine(ClosableEngine[SQLiteTransaction]):
    """A Piccolo engine for one SQLite file, for concurrent use by many tasks.

    Connections are opened when first needed, and kept. One of them writes; statements and transactions queue
    for it in order of arrival. A ``SELECT`` outside of a transaction runs on a reader, concurrently with the
    writer (`WAL <https://www.sqlite.org/wal.html>`_), and sees what was committed before it started. Every
    statement is one round trip to a thread. Temporary tables and pragmas set by a statement belong to the
    writer.

    The constructor does no I/O. An engine can be used from several event loops, in turn or concurrently.
    After :meth:`close` every statement raises :class:`~piccolo_engines.errors.EngineClosed` until
    :meth:`start_connection_pool`: a late query does not reopen a closed engine.

    :param path: the database file.
    :param readers: the maximum number of reading connections.
    :param busy_timeout: seconds to wait for another process's lock before
        :class:`~piccolo_engines.errors.LockTimeout`.
    :param wait_timeout: seconds that a statement waits for a connection of this engine before ``LockTimeout``
        (the writer) or :class:`~piccolo_engines.errors.PoolTimeout` (readers).
    :param synchronous: https://www.sqlite.org/pragma.html#pragma_synchronous
    :param create: whether to create a missing file; if not, statements raise
        :class:`~piccolo_engines.errors.DatabaseMissing`.
    :param idle: seconds after which an unused connection is closed, with its temporary tables; ``None`` for
        never.
    :param statement_seconds: how long a statement may run, outside of ``without_limit()``, before it is
        interrupted and raises :class:`~piccolo_engines.errors.StatementTimeout`.
    :param statements: how many prepared statements each connection keeps.
    :param waits: counts how long statements wait for a connection, those that have to.
    :param threads: where SQLite's calls run; by default in threads shared by all engines of the process.
    :param log_queries: whether to print each query before it is run.
    :param log_responses: whether to print results.
    """

    __slots__ = (
        "_connections",
        "_idle",
        "_limit",
        "_readers",
        "_streams",
        "_threads",
        "_waits",
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
        waits: Histogram | None = None,
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
        self.observer = None
        self.current_transaction: ContextVar[SQLiteTransaction | None] = ContextVar(
            f"transaction on {self.path.name}", default=None
        )
        self._connections = ConnectionFactory(self.path, busy_timeout, synchronous, create, statements)
        self._threads = threads or shared_threads()
        self._idle, self._limit, self._waits = idle, statement_seconds, waits
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
            waits=self._waits,
        )
        no_reader = partial(PoolTimeout, self.wait_timeout)
        return (
            lane(self._connections.writer, limit=1, expired=SQLiteLockTimeout),
            lane(self._connections.reader, limit=self.readers, expired=no_reader),
            lane(self._connections.reader, limit=_STREAMS, expired=no_reader, keep=False),
        )

    async def get_version(self) -> float:
        """Return the version of SQLite as a number, 3.4 for 3.40."""
        return self.get_version_sync()

    def get_version_sync(self) -> float:
        """Return the version of SQLite as a number, 3.4 for 3.40."""
        major, minor, _ = sqlite3.sqlite_version_info
        return major + minor / 100

    async def prep_database(self) -> None:
        """Do nothing: no preparation is needed."""

    async def start_connection_pool(self) -> None:
        """Reopen a closed engine. Does nothing if it is open."""
        if self._writer.is_closed:
            self._writer, self._readers, self._streams = self._make_lanes()

    async def close_connection_pool(self) -> None:
        """See :meth:`close`."""
        await self.close()

    async def close(self) -> None:
        """Close all connections after their running statements.

        Statements that wait for a connection raise ``EngineClosed``; open transactions are rolled back.
        Closing twice is harmless.
        """
        lanes = (self._writer, self._readers, self._streams)
        await asyncio.gather(*(lane.close() for lane in lanes))

    @property
    def open_connections(self) -> int:
        """The number of open connections, in use or idle."""
        return sum(lane.open_connections for lane in (self._writer, self._readers, self._streams))

    @property
    def rows_written(self) -> int:
        """See :class:`ClosableEngine`: rows of search words and what triggers change are included."""
        return self._writer.rows_written

    @property
    def open_transaction(self) -> SQLiteTransaction | None:
        """The open transaction of the current context, if any."""
        transaction = self.current_transaction.get()
        return transaction if transaction is not None and transaction.is_open else None

    def transaction_exists(self) -> bool:
        """Whether a transaction is open in the current context."""
        return self.open_transaction is not None

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> SQLiteTransaction:
        """Return a transaction for ``async with``; see :class:`SQLiteTransaction`.

        :param transaction_type: https://www.sqlite.org/lang_transaction.html
        :param allow_nested: whether the block may be inside another one, which it then joins; if not, raises
            Piccolo's ``TransactionError``.
        """
        return SQLiteTransaction(self, transaction_type, allow_nested=allow_nested)

    def snapshot(self) -> SQLiteSnapshot:
        """Return a transaction in which whole tables are read as they are at one moment."""
        return SQLiteSnapshot(self.current_transaction, self._streams.lease)

    def load(self) -> SQLiteLoad:
        """Return a transaction for many rows, which may refer to rows that come later."""
        return SQLiteLoad(self)

    def atomic(self, transaction_type: TransactionType = TransactionType.immediate) -> Atomic:
        """Return an object that collects queries and runs them in one transaction."""
        return Atomic(self, transaction_type)

    async def batch(
        self,
        query: Query[Any, Any],
        batch_size: int = 100,
        node: str | None = None,  # noqa: ARG002  # Piccolo passes it; there is one node
    ) -> SQLiteBatch:
        """Read the query's result in batches of ``batch_size`` rows.

        ``node`` is ignored; Piccolo passes it.
        """
        transaction = self.open_transaction
        return SQLiteBatch(
            transaction.lease if transaction else self._streams.lease(),
            query,
            batch_size,
            owns_lease=transaction is None,
            announce=lambda sql: self._announce(sql, query),
        )

    @staticmethod
    def compile_statement(querystring: QueryString) -> tuple[str, Sequence[Any]]:
        """See :class:`ClosableEngine`."""
        sql, values = querystring.compile_string(engine_type="sqlite")
        return sql, values

    async def run_statement(
        self,
        querystring: QueryString,
        in_pool: bool = True,  # noqa: ARG002  # Piccolo passes it
    ) -> list[Row]:
        """See :class:`ClosableEngine`. ``in_pool`` is ignored; Piccolo passes it."""
        if isinstance(querystring, StatementGroup):
            await self._run_group(querystring)
            return []
        if isinstance(querystring, SelectGroup):
            return await self._run_selects(querystring)  # type: ignore[no-any-return]  # a list of lists
        sql, args = querystring.compile_string(engine_type="sqlite")
        return await self._run(sql, args, querystring)

    async def _run_group(self, group: StatementGroup) -> None:
        """Run the statements in one round trip to the thread."""
        statements = [one.compile_string(engine_type="sqlite") for one in group.statements]
        for sql, _ in statements:
            self._announce(sql, group)
        transaction = self.open_transaction
        if transaction is not None:
            await transaction.run_group(statements, is_last=group.is_last)
            return
        effects = note("COMMIT", in_transaction=False)
        try:
            await self._writer.run(lambda connection: run_transaction(connection, statements))
        except DatabaseError as error:
            if effects is not None and not isinstance(error, ConnectionLost):
                take_back(effects)
            raise

    async def _run_selects(self, group: SelectGroup) -> Any:
        """Run the statements in one round trip to a thread."""
        statements = [one.compile_string(engine_type="sqlite") for one in group.selects]
        for sql, _ in statements:
            self._announce(sql, group)
        if (transaction := self.open_transaction) is not None:
            return await transaction.run("", (), lambda connection, *_: fetch_each(connection, statements))
        return await self._readers.run(lambda connection: fetch_each(connection, statements))

    async def run_ddl(
        self,
        ddl: str,
        in_pool: bool = True,  # noqa: ARG002  # Piccolo passes it
    ) -> list[Row]:
        """Run a statement without values and return its rows. ``in_pool`` is ignored; Piccolo passes it.

        :raises DatabaseError: one of its subclasses, with the driver's error as ``__cause__``.
        """
        return await self._run(as_index(ddl), (), ddl)

    async def run_script(self, statements: Sequence[str]) -> None:
        """Execute DDL statements in order, in one transaction and in one round trip to a thread."""
        prepared = [as_index(ddl) for ddl in statements]
        async with self.transaction() as transaction:
            for sql in prepared:
                self._announce(sql, sql)
            await transaction.run_script(prepared)

    async def _run(self, sql: str, args: Sequence[Any], query: object) -> list[Row]:
        query_id = self._announce(sql, query)
        read: Callable[..., Any] = fetch_raw if getattr(query, "is_raw", False) else fetch
        transaction = self.open_transaction
        if transaction is not None:
            rows: list[Row] = await transaction.run(sql, args, read)
        else:
            lane, effects = self._readers, None
            if not is_select(sql):
                lane, effects = self._writer, note(sql, in_transaction=False)
            try:
                rows = await lane.run(lambda connection: read(connection, sql, args))
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
        """Return a lease of the writer, for a transaction."""
        return self._writer.lease()
