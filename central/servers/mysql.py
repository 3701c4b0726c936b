"""MySQLServer: a MySQL or MariaDB server, on which every tenant's database has a user of its own.

The one module of this package with SQL text of its own. Names are validated and quoted, values are bound.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
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
from central.servers.names import server_name
from piccolo_engines.errors import AccessDenied, DatabaseError
from piccolo_engines.identifiers import quote, validate
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.processes import Process, process_list

__all__ = ["PRIVILEGES", "MySQLServer", "UserRules", "grant_pattern"]

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER")
"""What a tenant's user may do in its own database: work with rows, and change tables."""

_DATABASE_EXISTS, _NO_SUCH_THREAD, _CANNOT_USER = 1007, 1094, 1396  # the server's error numbers
_HAS_PASSWORD = 3638  # of a server that keeps a history: ours are made for one user, so this one is in place
_ADMIN_POOL = PoolSettings(max_size=2, wait_timeout=30, max_idle=5)
_ENDING_POOL = PoolSettings(max_size=1, wait_timeout=10, max_idle=5)
"""Of its own: what ends a tenant's statements must not wait while tenants are created and deleted."""
_LOCK_SECONDS = 30
_CONNECTING: dict[str, Any] = {"connect_timeout": 5, "init_command": READ_COMMITTED}
_GONE_POLLS, _GONE_PAUSE, _ENDING_SECONDS = 100, 0.01, 10
_LONGEST_ACT = 600


@dataclass(frozen=True, slots=True)
class UserRules:
    """What every tenant's user is made with.

    :ivar host: from where it may connect, as ``CREATE USER`` has it: ``%`` is anywhere.
    :ivar max_connections: the server's own bound for each user, behind the budget; 0 is none.
    """

    host: str = "%"
    max_connections: int = 100


def grant_pattern(database: str, *, is_literal: bool) -> str:
    r"""The database in ``GRANT … ON``, quoted, so that it means this database and no other.

    It is a pattern there, in which ``_`` is any character and ``\`` takes that meaning away; with MySQL's
    ``partial_revokes`` it is the plain name (``is_literal``), and a ``\`` would be a part of it.

    >>> print(grant_pattern("tenant_acme", is_literal=False))
    "tenant\_acme"
    """
    name = validate(database)
    return quote(name) if is_literal else '"' + name.replace("_", r"\_").replace("%", r"\%") + '"'


class MySQLServer:
    """A server and the administrator's login to it, which acts on databases and users and nothing else.

    :param admin: may CREATE, DROP, CREATE USER, GRANT what it grants, see processes and KILL them.
    :param tls: for all connections, the tenants' included; they are then refused without.
    :param budget: bounds the connections of all tenants' engines.
    :param statement_seconds: how long a statement of theirs may take.
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

    async def create_database(self, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        create = f"CREATE DATABASE {quote(database)} CHARACTER SET utf8mb4 COLLATE "
        async with self._acting():
            session = await self._run('SELECT @@collation_connection AS "collation"')
            try:
                await self._run(create + validate(session[0]["collation"]))
            except DatabaseError as error:
                if _number(error) == _DATABASE_EXISTS:
                    raise DatabaseExists(database) from error
                raise

    async def drop_database(self, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`; connections that use it are ended."""
        async with self._acting():
            name = validate(database).lower()  # as a server lists it that does not tell cases apart
            await self._end_connections(lambda one: (one.database or "").lower() == name)
            await self._run(f"DROP DATABASE IF EXISTS {quote(database)}")

    async def user_exists(self, username: str) -> bool:
        """See :class:`~central.servers.protocol.DatabaseServer`; whatever the host it may connect from."""
        return bool(await self._hosts(username))

    async def create_user(self, username: str, password: str, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`."""
        create = f"CREATE USER {{}}@{{}} IDENTIFIED BY {{}} {self._rules}"
        async with self._acting():
            if await self._hosts(username):
                raise UserExists(username)
            try:
                await self._run(create, validate(username), self._users.host, password)
            except AccessDenied as error:
                if _number(error) == _CANNOT_USER:
                    raise UserExists(username) from error
                raise
            await self._grant(username, self._users.host, database)

    async def change_password(self, username: str, password: str, database: str) -> None:
        """See :class:`~central.servers.protocol.DatabaseServer`; the rules for users are applied, too."""
        change = f"ALTER USER {{}}@{{}} IDENTIFIED BY {{}} {self._rules}"
        async with self._acting():
            hosts = await self._hosts(validate(username))
            for host in hosts:
                try:
                    await self._run(change, username, host, password)
                except DatabaseError as error:
                    if _number(error) != _HAS_PASSWORD:
                        raise
                await self._grant(username, host, database)
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
        """See :class:`~central.servers.protocol.DatabaseServer`; the user's connections are ended."""
        async with self._acting():
            for host in await self._hosts(validate(username)):
                await self._run("DROP USER IF EXISTS {}@{}", username, host)
            await self._end_connections(lambda one: one.user == username)

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

    async def _greets(self) -> bool:
        """Whether the server says anything to a new connection, if only that it has too many."""
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
        """What ``CREATE USER`` and ``ALTER USER`` end with."""
        needs = "REQUIRE SSL " if self._is_tls else ""
        return f"{needs}WITH MAX_USER_CONNECTIONS {self._users.max_connections:d}"

    async def _grant(self, username: str, host: str, database: str) -> None:
        pattern = grant_pattern(database, is_literal=await self._has_partial_revokes())
        await self._run(f"GRANT {', '.join(PRIVILEGES)} ON {pattern}.* TO {{}}@{{}}", username, host)

    @asynccontextmanager
    async def _acting(self) -> AsyncIterator[None]:
        """Inside, statements share one connection, which does not wait for locks for ever.

        Without a bound, DROP DATABASE would wait for up to a year for a forgotten transaction.
        """
        async with self._admin.transaction():
            await self._run(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS}")
            yield

    async def _run(self, sql: str, *values: object) -> list[dict[str, Any]]:
        return await self._admin.run_querystring(QueryString(sql, *values))

    async def _hosts(self, username: str) -> list[str]:
        rows = await self._run("SELECT host AS host FROM mysql.user WHERE user = {}", validate(username))
        return [_text(row["host"]) for row in rows]

    async def _has_partial_revokes(self) -> bool:
        rows = await self._run("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")  # MariaDB: none
        return any(_text(value).upper() in {"ON", "1"} for row in rows for value in row.values())

    async def _end_connections(self, is_meant: Callable[[Process], bool]) -> None:
        """End the connections for which this holds, of this process and of any other."""
        for process in await process_list(self._admin):
            if is_meant(process):
                with suppress(DatabaseError):  # most often: it has gone by itself meanwhile
                    await self._run(f"KILL {process.id:d}")

    async def _stop_statement(self, thread_id: int) -> None:
        """End what a connection is doing; when that cannot be done, it goes on until it ends by itself."""
        with suppress(DatabaseError):
            await self._ending.run_querystring(QueryString(f"KILL QUERY {thread_id:d}"))

    async def _end_thread(self, thread_id: int) -> None:
        """End one connection, and wait until the server does not count it any more.

        Raises ``TimeoutError`` when the server does not answer.
        """
        async with asyncio.timeout(_ENDING_SECONDS):
            for _ in range(_GONE_POLLS):
                if await self._was_gone(thread_id):
                    return
                await asyncio.sleep(_GONE_PAUSE)

    async def _was_gone(self, thread_id: int) -> bool:
        """End a connection; whether the server did not know it any more."""
        try:
            await self._ending.run_querystring(QueryString(f"KILL {thread_id:d}"))
        except DatabaseError as error:
            return _number(error) == _NO_SUCH_THREAD
        return False


def _number(error: DatabaseError) -> int | None:
    """The server's error number."""
    arguments = getattr(error.__cause__, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
