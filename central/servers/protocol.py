"""A database server as provisioning and engines see it, and the servers of an installation by name."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from piccolo.engine.base import Engine

from central.connections.login import Login
from central.connections.rules import BudgetUse
from central.servers.errors import UnknownServer
from central.servers.names import PREFIX, database_name, database_username

__all__ = ["DatabaseServer", "DatabaseServers"]


class DatabaseServer(Protocol):
    """Somewhere that databases live. Names are validated here, before they become a path or SQL."""

    @property
    def name(self) -> str:
        """What a tenant's row calls it: ``sqlite``, or ``host:port``."""

    @property
    def has_users(self) -> bool:
        """Whether a database here has a user of its own; if not, the acts on users do nothing."""

    @property
    def connections(self) -> BudgetUse | None:
        """How its budget of connections stands; ``None`` where there are no connections to save."""

    async def is_reachable(self) -> bool:
        """Whether it answers just now; may take as long as connecting may."""

    async def database_exists(self, database: str) -> bool:
        """Whether the database is there, or anything that is left of it."""

    async def create_database(self, database: str) -> None:
        """Make it, empty. Raises :class:`DatabaseExists` and changes nothing when there is one."""

    async def drop_database(self, database: str) -> None:
        """Remove it and all that belongs to it; not an error when it is gone."""

    async def user_exists(self, username: str) -> bool:
        """Whether the server knows the user."""

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Make the user, allowed to use this database and no other.

        Raises :class:`UserExists` and changes nothing when there is one.
        """

    async def change_password(self, username: str, password: str, database: str) -> None:
        """Give the user this password, and what :meth:`create_user` allows it; makes it when it is gone."""

    async def connections_of(self, username: str) -> int:
        """The number of the user's connections, of every process; 0 where databases have no users."""

    async def end_connections(self, username: str) -> None:
        """End the user's connections, of every process."""

    async def drop_user(self, username: str) -> None:
        """Remove the user; not an error when it is gone."""

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:
        """An engine on the database, which it never creates; nothing is opened yet."""

    async def close(self) -> None:
        """Close what this object has open itself; the engines that it made are others' to close."""


class DatabaseServers:
    """The servers of this installation; a new tenant goes to the first unless it asks for another.

    :param prefix: of the names of all databases and users, so that installations can share a server.
    """

    def __init__(self, servers: Iterable[DatabaseServer], *, prefix: str = PREFIX) -> None:
        self._servers = {server.name: server for server in servers}
        self._prefix = prefix

    def __iter__(self) -> Iterator[DatabaseServer]:
        return iter(self._servers.values())

    @property
    def default(self) -> DatabaseServer:
        """Where a tenant's database is made when nothing else is asked for."""
        return next(iter(self._servers.values()))

    def get(self, name: str) -> DatabaseServer:
        """The server of this name. Raises :class:`UnknownServer`: none is ever made from a name alone."""
        try:
            return self._servers[name]
        except KeyError:
            raise UnknownServer(name) from None

    def database_name(self, slug: str) -> str:
        """What the database of the tenant with this slug is called."""
        return database_name(slug, self._prefix)

    def username(self, slug: str) -> str:
        """What the user of that database is called."""
        return database_username(slug, self._prefix)

    async def close(self) -> None:
        """Close what the servers have open themselves."""
        for server in self:
            await server.close()
