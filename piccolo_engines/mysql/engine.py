"""MySQLEngine: a Piccolo engine for MySQL and MariaDB."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from piccolo.query.base import Query
from piccolo.querystring import QueryString
from piccolo.utils.sync import run_sync
from piccolo.utils.warnings import colored_warning

from piccolo_engines.closable import ClosableEngine
from piccolo_engines.errors import UniqueViolation
from piccolo_engines.mysql import dialect
from piccolo_engines.mysql.bulk.transactions import MySQLLoad, MySQLSnapshot
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.duplicates import DuplicateKeys
from piccolo_engines.mysql.migrations.copies import DatabaseCopy, read_copy, write_copy
from piccolo_engines.mysql.migrations.recording import run_ddl
from piccolo_engines.mysql.migrations.script import run_script
from piccolo_engines.mysql.results.rows import to_rows
from piccolo_engines.mysql.sessions.batch import Batch
from piccolo_engines.mysql.sessions.pool import Pool, PoolUse
from piccolo_engines.mysql.sessions.session import NothingSent, Session
from piccolo_engines.mysql.sessions.settings import PoolSettings, pool_arguments
from piccolo_engines.mysql.sessions.transaction import Atomic, IsolationLevel, MySQLTransaction
from piccolo_engines.mysql.statements import BuiltRows, PlannedDDL, Steps, Work, fetch_each, run_group
from piccolo_engines.mysql.templates import compiled
from piccolo_engines.statements import DriverRows, SelectGroup, StatementGroup

__all__ = ["MySQLEngine", "Rows", "T"]

T = TypeVar("T")
Rows = list[dict[str, Any]]

dialect.install()

_TYPO = "`{0}_connnection_pool` is a typo - please change it to `{0}_connection_pool`."


class MySQLEngine(ClosableEngine[MySQLTransaction]):
    """A Piccolo engine for MySQL 8.0 and MariaDB 10.6, and newer versions.

    ::

        DB = MySQLEngine(
            config={"host": "127.0.0.1", "user": "music", "password": "...", "database": "music"},
            pool=PoolSettings(max_size=20),
        )

    The constructor does no I/O. With ``pool`` a pool is opened by the first query, and connections as needed;
    without it each query opens a connection of its own until ``await DB.start_connection_pool()``. A pool
    belongs to the event loop that opened it: queries from another loop (``run_sync``) get a connection of
    their own.

    :param config: the arguments of asyncmy's ``connect``: ``host``, ``port``, ``unix_socket``, ``user``,
        ``password`` or ``password_creator`` (a function or coroutine function, called at every connect),
        ``database``, ``ssl`` (a dict or an ``SSLContext``), ``connect_timeout``, ``read_timeout`` (seconds).
        The engine sets the session's variables itself.
    :param pool: the limits of the pool.
    :param extra_nodes: engines for read replicas, by the name for ``.run(node=…)`` and ``.batch(node=…)``.
    :param collation: of new tables and of the session; by default one that compares character by character.
    :param most_prepared: how many statements each connection may keep prepared on the server; 0 for none.
    :param log_queries: whether to print every statement.
    :param log_responses: whether to print every result.
    """

    __slots__ = (
        "_duplicates",
        "_pool",
        "collation",
        "config",
        "extra_nodes",
        "most_prepared",
        "on_statement",
        "pool_settings",
    )

    compile_statement = staticmethod(compiled)

    on_statement: Callable[[str], None] | None
    """Called with the text of each statement, without values, except BEGIN and COMMIT."""

    def __init__(
        self,
        config: Mapping[str, Any],
        pool: PoolSettings | None = None,
        *,
        extra_nodes: Mapping[str, "MySQLEngine"] | None = None,
        collation: str | None = None,
        most_prepared: int = 32,
        log_queries: bool = False,
        log_responses: bool = False,
    ) -> None:
        self.config = dict(config)
        self.pool_settings = pool
        self.extra_nodes = dict(extra_nodes or {})
        self.collation = collation
        self.most_prepared = most_prepared
        self.log_queries = log_queries
        self.log_responses = log_responses
        self.on_statement = self.observer = None
        self.engine_type = "mysql"
        self.min_version_number = 8.0
        self.query_id = 0
        self.current_transaction = contextvars.ContextVar("MySQL transaction", default=None)
        self._duplicates = DuplicateKeys()
        self._pool: Pool | None = None

    # Connections

    @property
    def pool(self) -> Pool | None:
        """The open pool, if any."""
        return self._pool

    @property
    def pool_use(self) -> PoolUse:
        """The state of the pool, for metrics."""
        return self._pool.use if self._pool is not None else PoolUse(0, 0, 0, 0, 0)

    async def start_connection_pool(self, settings: PoolSettings | None = None, **kwargs: Any) -> None:
        """Use a pool from now on. Connections are opened when needed.

        :param kwargs: like those of Piccolo's engine for PostgreSQL: fields of ``PoolSettings``, ``min_size``
            (accepted, without effect) and ``max_inactive_connection_lifetime`` for the pool, all others for
            its connections, as in ``config``.
        """
        if self._pool is not None and self._pool.loop is asyncio.get_running_loop():
            colored_warning("A pool already exists - close it first if you want to create a new pool.")
            return
        await self.close()
        self.pool_settings, config = pool_arguments(settings or self.pool_settings or PoolSettings(), kwargs)
        self.config = {**self.config, **config}
        self._pool = Pool(self.get_new_connection, self.pool_settings)

    async def start_connnection_pool(self, **kwargs: Any) -> None:
        """:meth:`start_connection_pool`, with an old spelling of Piccolo."""
        colored_warning(_TYPO.format("start"), category=DeprecationWarning)
        await self.start_connection_pool(**kwargs)

    async def close_connnection_pool(self) -> None:
        """:meth:`close_connection_pool`, with an old spelling of Piccolo."""
        colored_warning(_TYPO.format("close"), category=DeprecationWarning)
        await self.close_connection_pool()

    async def close_connection_pool(self) -> None:
        """Close the pool: idle connections immediately, others when they are returned.

        An engine that was created with ``pool`` opens a new one at its next query.
        """
        if self._pool is None:
            colored_warning("No pool is running.")
            return
        await self.close()

    async def close(self) -> None:
        """Close the pool, if there is one."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if pool.loop is asyncio.get_running_loop():
            pool.close()
        else:
            pool.close_from_outside()

    async def get_new_connection(self) -> Session:
        """Open a connection outside of the pool. It is set up, not counted, and closed by the caller."""
        return await Session.open(self.config, self.collation, self.most_prepared)

    def _current_pool(self) -> Pool | None:
        """Return the pool of the current event loop."""
        pool = self._pool
        if pool is not None:
            if pool.loop is asyncio.get_running_loop():
                return pool
            if not pool.loop.is_closed():
                return None
            pool.close_from_outside()
            self._pool = None
        if self.pool_settings is None:
            return None
        self._pool = Pool(self.get_new_connection, self.pool_settings)
        return self._pool

    def _at_hand(self) -> Session | None:
        """Take an idle session of the pool without waiting, if there is one and no transaction is open."""
        pool, transaction = self._pool, self.current_transaction.get()
        if pool is None or pool.loop is not asyncio.get_running_loop():
            return None
        return pool.take() if transaction is None or not transaction.active else None

    def lease(self, *, in_pool: bool = True) -> Awaitable[Session]:
        """Return a session, from the pool if there is one. Give it back with :meth:`give_back`."""
        pool = self._current_pool() if in_pool else None
        return pool.acquire() if pool is not None else self.get_new_connection()

    def give_back(self, session: Session) -> None:
        """Give a session back. Closes it if it does not belong to the pool. Never waits."""
        if session.pool is not None:
            session.pool.release(session)
        else:
            session.close()

    async def _use(self, work: Callable[[Session, Any], Awaitable[T]], subject: Any, *, in_pool: bool) -> T:
        """Run ``work`` on the transaction's connection, or on one that is leased for it."""
        transaction = self.active_transaction()
        if transaction is not None:
            return await transaction.use(work, subject)
        for attempt in range(3):
            session = await self.lease(in_pool=in_pool)
            sent = session.sent
            try:
                return await work(session, subject)
            except NothingSent:
                if session.sent != sent or attempt == 2:
                    raise
            finally:
                self.give_back(session)
        raise AssertionError("unreachable")

    # Queries

    async def run_statement(self, querystring: QueryString, in_pool: bool = True) -> Rows:
        self.query_id += 1
        if not self.log_queries and not self.log_responses:
            session = self._at_hand() if in_pool else None
            if session is None:
                return await self._use(self._run, querystring, in_pool=in_pool)
            sent = session.sent
            try:
                return await self._run(session, querystring)
            except NothingSent:
                if session.sent != sent:
                    raise
            finally:
                self.give_back(session)
            return await self._use(self._run, querystring, in_pool=in_pool)
        query_id = self.query_id
        if self.log_queries:
            self.print_query(query_id, str(querystring))
        rows = await self._use(self._run, querystring, in_pool=in_pool)
        if self.log_responses:
            self.print_response(query_id, rows)
        return rows

    async def _run(self, session: Session, querystring: QueryString) -> Rows:
        try:
            repeats = getattr(querystring, "repeats", False)
            if not repeats:  # asking for abstract classes takes time
                if isinstance(querystring, StatementGroup):
                    await self._run_group(session, querystring)
                    return []
                if isinstance(querystring, Steps):
                    return await querystring.run(Work(session, self.on_statement))
                if isinstance(querystring, SelectGroup):
                    return await fetch_each(querystring, Work(session, self.on_statement))  # type: ignore[return-value]
            template, args = compiled(querystring)
            run = session.run_again if repeats else session.run
            result = await run(template, args, self.on_statement)
        except UniqueViolation as violation:
            raise await self._duplicates.explain(
                session, querystring.table, violation
            ) from violation.__cause__
        if getattr(querystring, "is_raw", False):
            is_prepared = session.has_prepared(template)
            return DriverRows(result.rows, result.fields, is_prepared)  # type: ignore[return-value]  # by request
        if not result.fields:
            return querystring.build_rows(result) if isinstance(querystring, BuiltRows) else []
        return to_rows(result.rows, result.fields, getattr(querystring, "hints", None), querystring.table)

    async def _run_group(self, session: Session, group: StatementGroup) -> None:
        work = Work(session, self.on_statement)
        transaction = self.active_transaction() if group.is_last else None
        if transaction is None or not transaction.is_innermost:
            await run_group(group, work)
            return
        try:
            await run_group(group, work, ends_transaction=True)
        except BaseException:
            transaction.give_up()
            raise

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Rows:
        query_id = self.get_query_id()
        if self.log_queries:
            self.print_query(query_id, ddl)
        return await self._use(self._run_ddl, ddl, in_pool=in_pool)

    async def _run_ddl(self, session: Session, ddl: str) -> Rows:
        transaction = self.active_transaction()
        created = ddl.creates if transaction is not None and isinstance(ddl, PlannedDDL) else None
        is_new = created is not None and not await Catalog(session).table_exists(created)
        await run_ddl(session, ddl, self.on_statement)
        if transaction is not None and created is not None and is_new:
            transaction.add_table(created)
        return []

    async def run_script(self, statements: Sequence[str]) -> None:
        """Execute DDL statements in order, in as few round trips as possible.

        What was executed before a statement that fails stays.
        """

        async def run(session: Session, statements: Sequence[str]) -> None:
            await run_script(session, statements, self.on_statement)

        await self._use(run, statements, in_pool=True)

    async def read_copy(self) -> DatabaseCopy | None:
        """Read the tables and rows of a small database; None if it cannot be copied."""

        async def read(session: Session, _: None) -> DatabaseCopy | None:
            return await read_copy(session)

        return await self._use(read, None, in_pool=True)

    async def write_copy(self, copy: DatabaseCopy) -> bool:
        """Create the tables and rows of another database, with new ids. False on a server that differs."""

        async def write(session: Session, copy: DatabaseCopy) -> bool:
            return await write_copy(session, copy, self.on_statement)

        return await self._use(write, copy, in_pool=True)

    async def batch(self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None) -> Batch:
        """Read a query's rows in batches, streamed from the server.

        :param node: the name of the replica to read from.
        """
        engine = self.extra_nodes[node] if node is not None else self
        return Batch(engine, query, batch_size)

    # Transactions

    def active_transaction(self) -> MySQLTransaction | None:
        """Return the open transaction of this task, if any."""
        transaction = self.current_transaction.get()
        return transaction if transaction is not None and transaction.active else None

    def transaction_exists(self) -> bool:
        """Whether a transaction is open in this task."""
        return self.active_transaction() is not None

    def transaction(
        self,
        allow_nested: bool = True,
        isolation_level: IsolationLevel | None = None,
        read_only: bool = False,
    ) -> MySQLTransaction:
        """Return a transaction for ``async with``.

        It commits at the end of the block and rolls back on an exception. Inside another transaction it joins
        that one, with its isolation level.

        :param allow_nested: if False, raise ``TransactionError`` inside another transaction.
        """
        return MySQLTransaction(
            self, allow_nested=allow_nested, isolation_level=isolation_level, read_only=read_only
        )

    def snapshot(self) -> MySQLSnapshot:
        """Return a transaction in which whole tables are read as they are at one moment."""
        return MySQLSnapshot(self)

    def load(self) -> MySQLLoad:
        """Return a transaction for many rows, which may refer to rows that come later."""
        return MySQLLoad(self)

    def atomic(self) -> Atomic:
        """Return an object that collects queries and runs them in one transaction."""
        return Atomic(self)

    # The rest of Piccolo's Engine

    async def _run_in_new_connection(self, query: str) -> Rows:
        """Run SQL outside of the pool, like Piccolo's other engines. Used by Piccolo's own tests."""
        session = await self.get_new_connection()
        try:
            result = await session.send(query)
        finally:
            session.close()
        return to_rows(result.rows, result.fields, None, None) if result.fields else []

    async def get_version(self) -> float:
        """Return the server's version as a number: 10.11, 8.4. Connects if no connection is open."""

        async def version(session: Session, _: None) -> float:
            major, minor, _patch = session.server.version
            return float(f"{major}.{minor}")

        return await self._use(version, None, in_pool=True)

    def get_version_sync(self) -> float:
        return run_sync(self.get_version())

    async def prep_database(self) -> None:
        """Do nothing: no preparation is needed."""
