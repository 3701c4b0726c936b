"""The protocol of a database server, and the servers of an installation by name."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol

from piccolo.engine.base import Engine

from central.connections.login import Login
from central.connections.rules import BudgetUse
from central.servers.errors import UnknownServer
from central.servers.names import PREFIX, database_name, database_username
from central.servers.violations import Violation
from piccolo_engines.histogram import Histogram

__all__ = ["DatabaseServer", "DatabaseServers"]

_PROOF = "_proof_"  # slugs have no ``_``


class DatabaseServer(Protocol):
    """A server that holds databases. It validates names before they become part of a path or of SQL."""

    @property
    def name(self) -> str:
        """The name stored in a tenant's row: ``sqlite``, or ``host:port``."""

    @property
    def has_users(self) -> bool:
        """Whether every database has its own user. If not, the methods for users do nothing."""

    @property
    def connections(self) -> BudgetUse | None:
        """The state of the connection budget; ``None`` where there is none."""

    @property
    def waits(self) -> Histogram:
        """How long statements waited for a connection, those that had to."""

    async def is_reachable(self) -> bool:
        """Whether the server responds. May take as long as connecting."""

    async def database_exists(self, database: str) -> bool:
        """Whether the database, or a part of it, exists."""

    async def databases(self) -> frozenset[str]:
        """Return the names of all databases on the server, in lower case."""

    async def change_mark(self, database: str) -> str | None:
        """Return what is certain to be different once the database has been written to; None if unknown.

        It may also be different without that. At most 255 characters.
        """

    async def create_database(self, database: str) -> None:
        """Create an empty database. Raises :class:`DatabaseExists`, and changes nothing, if it exists."""

    async def adopt_database(self, prepared: str, database: str) -> None:
        """Give a prepared database, which nobody uses, another name.

        Raises :class:`DatabaseExists`, and changes nothing, if there is one of that name. After any other
        error a part of it may have either name.
        """

    async def drop_database(self, database: str) -> None:
        """Drop the database and everything that belongs to it. Does nothing if it does not exist."""

    async def user_exists(self, username: str) -> bool:
        """Whether the user exists."""

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Create the user, with access to this database only.

        Raises :class:`UserExists`, and changes nothing, if it exists.
        """

    async def change_password(self, username: str, password: str, database: str) -> None:
        """Set the user's password and privileges, as :meth:`create_user` does. Creates a missing user."""

    async def connections_of(self, username: str) -> int:
        """Return the number of the user's connections from all processes; 0 where databases have no users."""

    async def end_connections(self, username: str) -> None:
        """End the user's connections from all processes."""

    async def drop_user(self, username: str) -> None:
        """Drop the user. Does nothing if it does not exist."""

    async def fence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:
        """Refuse writes to the database from all processes, also from one that is suspended at present.

        After the return, no statement of the tenant changes anything but the ``passable`` tables; those that
        were open have been committed or rolled back. Reads are served. Repeating it is harmless.

        :param username: the database's user; ``None`` where databases have no users.

        Raises ``LockTimeout`` when a transaction that writes stays open; nothing is fenced then.
        """

    async def unfence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:
        """Admit writes again. Does nothing to a database that is not fenced."""

    async def violations(
        self, database: str, login: Login | None, others: Collection[str], passable: Collection[str] = ()
    ) -> list[Violation]:
        """Try out whether the database is isolated, and return what is not as it must be.

        :param login: the tenant's own.
        :param others: databases on the same server that this login must not reach.
        :param passable: tables that a fence leaves writable.
        """

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:
        """Create an engine for the database. Opens nothing, and never creates the database."""

    def builder_for(self, database: str) -> Engine[Any]:
        """Create an engine for a database that has no user yet. Opens nothing."""

    async def close(self) -> None:
        """Close the server's own connections. The engines that it created are closed by their owners."""


class DatabaseServers:
    """The servers of this installation. New tenants are created on the first one unless they name another.

    :param prefix: of the names of all databases and users, so that installations can share a server.
    """

    def __init__(self, servers: Iterable[DatabaseServer], *, prefix: str = PREFIX) -> None:
        self._servers = {server.name: server for server in servers}
        self._prefix = prefix

    def __iter__(self) -> Iterator[DatabaseServer]:
        return iter(self._servers.values())

    @property
    def default(self) -> DatabaseServer:
        """The server of new tenants that do not name one."""
        return next(iter(self._servers.values()))

    def get(self, name: str) -> DatabaseServer:
        """Return the server with this name.

        Raises :class:`UnknownServer`: only configured servers are used.
        """
        try:
            return self._servers[name]
        except KeyError:
            raise UnknownServer(name) from None

    def database_name(self, slug: str) -> str:
        """Return the name of the database of the tenant with this slug."""
        return database_name(slug, self._prefix)

    def name_beside(self, slug: str, mark: str) -> str:
        """Return the name of another database of the tenant with this slug.

        No slug leads to it, since slugs have no ``_``.

        :param mark: up to 8 lower-case letters and digits.
        """
        return database_name(f"{slug}_{mark}", self._prefix)

    def username_beside(self, slug: str, mark: str) -> str:
        """Return the name of the user of that database."""
        return database_username(f"{slug}_{mark}", self._prefix)

    def pooled_name(self, mark: str) -> str:
        """Return the name of a prepared database. No slug leads to it, since slugs have no ``_``."""
        return database_name(f"_pool_{mark}", self._prefix)

    def proof_name(self, mark: str) -> str:
        """Return the name of a database in which a backup is proved, for a mark of 32 characters."""
        return database_name(f"{_PROOF}{mark}", self._prefix)

    def mark_of_proof(self, name: str) -> str | None:
        """Return the mark of a name of :meth:`proof_name`; None for any other name."""
        start = database_name(_PROOF, self._prefix).lower()
        return name.removeprefix(start) if name.startswith(start) else None

    def username(self, slug: str) -> str:
        """Return the name of the user of that database."""
        return database_username(slug, self._prefix)

    async def close(self) -> None:
        """Close the servers' own connections."""
        for server in self:
            await server.close()
