"""MySQLServer: a MySQL or MariaDB server on which every tenant's database has its own user.

Beside :mod:`central.servers.grants` the only module of this package with SQL text. Names are validated and
quoted, values are bound.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from piccolo.querystring import QueryString

from central.connections.budget import ConnectionBudget
from central.connections.engine import BudgetedEngine
from central.connections.login import Login
from central.connections.rules import BudgetRules, BudgetUse
from central.connections.watchdog import Watchdog
from central.database import READ_COMMITTED
from central.servers.errors import DatabaseExists, UserExists
from central.servers.grants import grant_pattern, grant_violations, reachable_databases
from central.servers.names import server_name
from central.servers.violations import Violation
from piccolo_engines.errors import AccessDenied, DatabaseError
from piccolo_engines.histogram import Histogram
from piccolo_engines.identifiers import quote, validate
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.processes import Process, process_list
from piccolo_engines.mysql.sessions.session import Session

__all__ = ["PRIVILEGES", "MySQLServer", "UserRules"]

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER")
"""What a tenant's user may do in its own database: change rows and tables."""

_WRITING = PRIVILEGES[1:]
_WRITING_ROWS = ("INSERT", "UPDATE", "DELETE")

_DATABASE_EXISTS, _NO_SUCH_THREAD, _CANNOT_USER = 1007, 1094, 1396  # the server's error numbers
_NO_SUCH_GRANT = frozenset({1141, 1147})
_HAS_PASSWORD = 3638  # a password history has it: ours are unique, so it is already set
_ADMIN_POOL = PoolSettings(max_size=2, wait_timeout=30, max_idle=5)
_ENDING_POOL = PoolSettings(max_size=1, wait_timeout=10, max_idle=5)
"""A separate pool: ending a tenant's statements must not wait for the creation or deletion of tenants."""
_LOCK_SECONDS = 30
_CONNECTING: dict[str, Any] = {"connect_timeout": 5, "init_command": READ_COMMITTED}
_GONE_POLLS, _GONE_PAUSE, _ENDING_SECONDS = 100, 0.01, 10
_LONGEST_ACT = 600


@dataclass(frozen=True, slots=True)
class UserRules:
    """The attributes of every tenant's user.

    :ivar host: the host it may connect from, as in ``CREATE USER``: ``%`` is any.
    :ivar max_connections: the server's own limit per user, in addition to the budget; 0 for none.
    """

    host: str = "%"
    max_connections: int = 100


class MySQLServer:
    """A server and the administrator's login to it, which is used only to manage databases and users.

    :param admin: needs CREATE, DROP, CREATE USER, the privileges it grants, and the right to list and KILL
        processes.
    :param users: the attributes of every tenant's user.
    :param tls: for all connections including the tenants', which are then refused without TLS.
    :param budget: limits the connections of all tenants' engines.
    :param statement_seconds: how long a tenant's statement may take.
    """

    has_users = True

    def __init__(
        self,
        host: str,
        port: int,
        admin: Login,
        *,
        users: UserRules | None = None,
        budget: BudgetRules | None = None,
        tls: ssl.SSLContext | None = None,
        statement_seconds: float | None = None,
    ) -> None:
        self.name = server_name(host, port)
        self._users = users or UserRules()
        self._config: dict[str, Any] = {"host": host, "port": port, **_CONNECTING}
        if tls is not None:
            self._config["ssl"] = tls
        self._is_tls = tls is not None
        config = {**self._config, **admin.for_driver(), "read_timeout": _LONGEST_ACT}
        self._admin = MySQLEngine(config, _ADMIN_POOL)
        self._ending = MySQLEngine(config, _ENDING_POOL)
        rules = budget or BudgetRules()
        self._budget = ConnectionBudget(rules, end_thread=self._end_thread)
        self._limit = statement_seconds
        pause = min(1.0, (statement_seconds or 4.0) / 4)
        self._watchdog = Watchdog(rules.silence, self._greets, self._stop_statement, pause=pause)

    @property
    def connections(self) -> BudgetUse:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        return self._budget.use

    @property
    def waits(self) -> Histogram:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        return self._budget.waits

    async def is_reachable(self) -> bool:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        try:
            await self._run("SELECT 1")
        except DatabaseError:
            return False
        return True

    async def database_exists(self, database: str) -> bool:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        found = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = {}"
        return bool(await self._run(found, validate(database)))

    async def databases(self) -> frozenset[str]:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        rows = await self._run("SELECT schema_name AS name FROM information_schema.schemata")
        return frozenset(row["name"].lower() for row in rows)

    async def change_mark(self, database: str) -> str | None:  # noqa: ARG002 # the protocol's signature
        """Always unknown: InnoDB forgets when a table was changed, see ADR 146."""
        return None

    async def create_database(self, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        async with self._acting() as session:
            await self._create(session, database)

    async def adopt_database(self, prepared: str, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`.

        No server can rename a database: its tables are moved by one statement.
        """
        async with self._acting() as session:
            await self._create(session, database)
            rows = await self._run(f"SHOW TABLES FROM {quote(prepared)}")
            tables = [quote(_text(name)) for row in rows for name in row.values()]
            moves = [f"{quote(prepared)}.{name} TO {quote(database)}.{name}" for name in tables]
            await self._run(f"RENAME TABLE {', '.join(moves)}")

    async def drop_database(self, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`.

        Ends the connections that use the database.
        """
        async with self._acting():
            name = validate(database).lower()  # a case-insensitive server lists names in lower case
            await self._end_connections(lambda one: (one.database or "").lower() == name)
            await self._run(f"DROP DATABASE IF EXISTS {quote(database)}")

    async def user_exists(self, username: str) -> bool:
        """See :class:`~central.servers.protocol.DatabaseServer`. The user's host is ignored."""
        return bool(await self._hosts(username))

    async def create_user(self, username: str, password: str, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        create = f"CREATE USER {{}}@{{}} IDENTIFIED BY {{}} {self._rules}"
        async with self._acting() as session:
            if await self._hosts(username):
                raise UserExists(username)
            try:
                await self._run(create, validate(username), self._users.host, password)
            except AccessDenied as error:
                if _number(error) == _CANNOT_USER:
                    raise UserExists(username) from error
                raise
            await self._grant(session, username, self._users.host, database)

    async def change_password(self, username: str, password: str, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`.

        Also applies the current attributes for users.
        """
        change = f"ALTER USER {{}}@{{}} IDENTIFIED BY {{}} {self._rules}"
        async with self._acting() as session:
            hosts = await self._hosts(validate(username))
            for host in hosts:
                try:
                    await self._run(change, username, host, password)
                except DatabaseError as error:
                    if _number(error) != _HAS_PASSWORD:
                        raise
                await self._grant(session, username, host, database)
            if not hosts:
                await self.create_user(username, password, database)

    async def connections_of(self, username: str) -> int:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        validate(username)
        return sum(process.user == username for process in await process_list(self._admin))

    async def end_connections(self, username: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        async with self._acting():
            validate(username)
            await self._end_connections(lambda one: one.user == username)

    async def drop_user(self, username: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`. Ends the user's connections."""
        async with self._acting():
            for host in await self._hosts(validate(username)):
                await self._run("DROP USER IF EXISTS {}@{}", username, host)
            await self._end_connections(lambda one: one.user == username)

    async def fence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`.

        The user keeps the privilege to read. An open connection has the privileges of its last ``USE``
        (https://dev.mysql.com/doc/refman/8.4/en/privilege-changes.html), so all connections are ended; what
        they had not committed is rolled back.
        """
        assert username is not None
        async with self._acting() as session:
            pattern = await self._pattern(session, database)
            for host in await self._hosts(validate(username)):
                for table in passable:
                    rights = f"{', '.join(_WRITING_ROWS)} ON {quote(database)}.{quote(table)}"
                    await self._run(f"GRANT {rights} TO {{}}@{{}}", username, host)
                await self._revoke(f"{', '.join(_WRITING)} ON {pattern}.*", username, host)
            await self._end_all(username)

    async def unfence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`.

        All connections are ended, so that they get their privileges again.
        """
        assert username is not None
        async with self._acting() as session:
            for host in await self._hosts(validate(username)):
                await self._grant(session, username, host, database)
                for table in passable:
                    rights = f"{', '.join(_WRITING_ROWS)} ON {quote(database)}.{quote(table)}"
                    await self._revoke(rights, username, host)
            await self._end_all(username)

    async def violations(
        self, database: str, login: Login | None, others: Collection[str], passable: Collection[str] = ()
    ) -> list[Violation]:
        """See :class:`~central.servers.protocol.DatabaseServer`. Runs statements with the tenant's login."""
        if login is None:
            return [Violation("missing-credentials", "The registry has no login for its database.")]
        tables = [f"{quote(database)}.{quote(name)}" for name in passable]
        async with self._acting() as session:
            own = {f"{await self._pattern(session, database)}.*"}
        grants: list[str] = []
        for host in await self._hosts(login.username):
            rows = await self._run("SHOW GRANTS FOR {}@{}", login.username, host)
            grants += [_text(value) for row in rows for value in row.values()]
        found = list(grant_violations(grants, own, PRIVILEGES, tables))
        return found + await reachable_databases(self.engine_for(database, login), ["mysql", *others])

    def engine_for(self, database: str, login: Login | None) -> BudgetedEngine:
        """See :class:`~central.servers.protocol.DatabaseServer`. Raises ``AccessDenied`` without a login."""
        if login is None:
            raise AccessDenied
        config = {**self._config, "database": validate(database)}
        return BudgetedEngine(config, login, self._budget, self._watchdog, limit=self._limit)

    async def close(self) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        self._watchdog.stop()
        await self._budget.settled()
        await self._admin.close()
        await self._ending.close()

    def builder_for(self, database: str) -> MySQLEngine:
        """See :class:`~central.servers.protocol.DatabaseServer`. Its connection is the administrator's."""
        return MySQLEngine({**self._admin.config, "database": validate(database)}, _ENDING_POOL)

    async def _create(self, session: Session, database: str) -> None:
        """Create the database with the collation of the session."""
        create = f"CREATE DATABASE {quote(database)} CHARACTER SET utf8mb4 COLLATE "
        try:
            await self._run(create + validate(session.collation))
        except DatabaseError as error:
            if _number(error) == _DATABASE_EXISTS:
                raise DatabaseExists(database) from error
            raise

    async def _greets(self) -> bool:
        """Whether the server sends anything to a new connection, even if only that it has too many."""
        try:
            async with asyncio.timeout(_CONNECTING["connect_timeout"]):
                reader, writer = await asyncio.open_connection(self._config["host"], self._config["port"])
                try:
                    return bool(await reader.read(1))
                finally:
                    writer.transport.abort()
        except OSError:  # TimeoutError is one
            return False

    @property
    def _rules(self) -> str:
        """The end of ``CREATE USER`` and ``ALTER USER``."""
        needs = "REQUIRE SSL " if self._is_tls else ""
        return f"{needs}WITH MAX_USER_CONNECTIONS {self._users.max_connections:d}"

    async def _grant(self, session: Session, username: str, host: str, database: str) -> None:
        pattern = await self._pattern(session, database)
        await self._run(f"GRANT {', '.join(PRIVILEGES)} ON {pattern}.* TO {{}}@{{}}", username, host)

    async def _pattern(self, session: Session, database: str) -> str:
        is_literal = not session.server.mariadb and await self._has_partial_revokes()
        return grant_pattern(database, is_literal=is_literal)

    @asynccontextmanager
    async def _acting(self) -> AsyncIterator[Session]:
        """Run the statements of the block on one connection, with a limit for lock waits.

        Without a limit DROP DATABASE would wait up to a year for a forgotten transaction.
        """
        async with self._admin.transaction() as transaction:
            await transaction.defer(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS}")
            assert transaction.session is not None
            yield transaction.session

    async def _run(self, sql: str, *values: object) -> list[dict[str, Any]]:
        return await self._admin.run_querystring(QueryString(sql, *values))

    async def _hosts(self, username: str) -> list[str]:
        rows = await self._run("SELECT host AS host FROM mysql.user WHERE user = {}", validate(username))
        return [_text(row["host"]) for row in rows]

    async def _has_partial_revokes(self) -> bool:
        rows = await self._run("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
        return any(_text(value).upper() in {"ON", "1"} for row in rows for value in row.values())

    async def _end_connections(self, matches: Callable[[Process], bool]) -> None:
        """End the connections for which ``matches`` is true, of this process and of others."""
        for process in await process_list(self._admin):
            if matches(process):
                with suppress(DatabaseError):  # usually because it has ended by itself
                    await self._run(f"KILL {process.id:d}")

    async def _revoke(self, rights: str, username: str, host: str) -> None:
        """Revoke privileges, if the user has any of them."""
        try:
            await self._run(f"REVOKE {rights} FROM {{}}@{{}}", username, host)
        except DatabaseError as error:
            if _number(error) not in _NO_SUCH_GRANT:
                raise

    async def _end_all(self, username: str) -> None:
        """End the user's present connections, and wait until the server does not know them any more.

        Raises ``TimeoutError`` when the server takes too long.
        """
        for process in await process_list(self._admin):
            if process.user == username:
                await self._end_thread(process.id)

    async def _stop_statement(self, thread_id: int) -> None:
        """End a connection's statement. If that fails, the statement ends by itself."""
        with suppress(DatabaseError):
            await self._ending.run_querystring(QueryString(f"KILL QUERY {thread_id:d}"))

    async def _end_thread(self, thread_id: int) -> None:
        """End one connection and wait until the server no longer counts it.

        Raises ``TimeoutError`` when the server does not respond.
        """
        async with asyncio.timeout(_ENDING_SECONDS):
            for _ in range(_GONE_POLLS):
                if await self._was_gone(thread_id):
                    return
                await asyncio.sleep(_GONE_PAUSE)

    async def _was_gone(self, thread_id: int) -> bool:
        """End a connection. Returns whether the server did not know it any more."""
        try:
            await self._ending.run_querystring(QueryString(f"KILL {thread_id:d}"))
        except DatabaseError as error:
            return _number(error) == _NO_SUCH_THREAD
        return False


def _number(error: DatabaseError) -> int | None:
    """Return the server's error number, if any."""
    arguments = getattr(error.__cause__, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
