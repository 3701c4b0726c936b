"""Database servers: where tenants' databases and their users are made and dropped, behind one protocol."""

import asyncio
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from piccolo.engine.base import Engine

from central.errors import CentralError
from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.identifiers import validate

__all__ = [
    "DatabaseExists",
    "DatabaseServer",
    "DatabaseServers",
    "Login",
    "SQLiteServer",
    "UnknownServer",
    "UserExists",
    "database_name",
    "database_username",
]

_MAX_USERNAME = 32  # characters, in MySQL


class DatabaseExists(CentralError):
    """There is a database of this name already; it was not touched."""

    code = "database-exists"

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(f"There is a database called {database!r} already.")


class UserExists(CentralError):
    """There is a database user of this name already; it was not touched."""

    code = "database-user-exists"

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(f"There is a database user called {username!r} already.")


class UnknownServer(CentralError):
    """A database server that this installation does not know, or does not allow."""

    code = "unknown-database-server"

    def __init__(self, server: str) -> None:
        self.server = server
        super().__init__(f"{server!r} is not one of the database servers of this installation.")


def database_name(slug: str) -> str:
    """The name of a tenant's database; two slugs never share one, since no slug holds a ``_``.

    >>> database_name("north-sea")
    'tenant_north_sea'
    """
    return validate(f"tenant_{slug.replace('-', '_')}")


def database_username(slug: str) -> str:
    """The name of a tenant's database user; a long slug is cut and gets a hash.

    A name with a hash has exactly 32 characters and one without has fewer, so they never coincide.

    >>> database_username("acme")
    'tenant_acme_user'
    """
    name = f"{database_name(slug)}_user"
    if len(name) < _MAX_USERNAME:
        return name
    digest = hashlib.sha256(slug.encode()).hexdigest()[:10]
    return f"{name[: _MAX_USERNAME - 16]}_{digest}_user"


@dataclass(frozen=True, slots=True)
class Login:
    """A database user; the password is asked for when connecting, and kept nowhere in plain."""

    username: str
    password: Callable[[], str]


class DatabaseServer(Protocol):
    """Somewhere that databases live. Names are validated here, before they become a path or SQL."""

    @property
    def name(self) -> str:
        """What a tenant's row calls it: ``sqlite``, or ``host:port``."""

    @property
    def has_users(self) -> bool:
        """Whether a database here has a user of its own; if not, the acts on users do nothing."""

    async def database_exists(self, database: str) -> bool:
        """Whether the database is there, or anything that is left of it."""

    async def create_database(self, database: str) -> None:
        """Make it, empty. Raises :class:`DatabaseExists` and changes nothing when there is one."""

    async def drop_database(self, database: str) -> None:
        """Remove it and all that belongs to it; not an error when it is gone."""

    async def user_exists(self, username: str) -> bool:
        """Whether the server knows the user."""

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Make the user, allowed to use this database and no other."""

    async def drop_user(self, username: str) -> None:
        """Remove the user; not an error when it is gone."""

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:
        """An engine on the database, which it never creates; nothing is opened yet."""


class DatabaseServers:
    """The servers of this installation; a new tenant goes to the first unless it asks for another."""

    def __init__(self, servers: Iterable[DatabaseServer]) -> None:
        self._servers = {server.name: server for server in servers}

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


class SQLiteServer:
    """A directory (0700) with one file (0600) for each database; there are no users.

    :param directory: made at the first database.
    :param engine: what makes an engine from a file's path; it must not create the file.
    """

    name = "sqlite"
    has_users = False
    _SUFFIXES = ("", "-wal", "-shm", "-journal")

    def __init__(self, directory: Path, *, engine: Callable[[Path], Engine[Any]]) -> None:
        self._directory = directory
        self._engine = engine

    async def database_exists(self, database: str) -> bool:
        """See :class:`DatabaseServer`; a ``-wal`` left alone counts, and so does a link."""
        return await asyncio.to_thread(lambda: any(map(os.path.lexists, self._files(database))))

    async def create_database(self, database: str) -> None:
        """See :class:`DatabaseServer`."""
        await asyncio.to_thread(self._create, database)

    async def drop_database(self, database: str) -> None:
        """See :class:`DatabaseServer`; no engine of this process may have it open."""
        await asyncio.to_thread(self._drop, database)

    async def user_exists(self, username: str) -> bool:  # noqa: ARG002 # the protocol's signature
        """Never: SQLite has no users."""
        return False

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Do nothing: SQLite has no users."""

    async def drop_user(self, username: str) -> None:
        """Do nothing: SQLite has no users."""

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:  # noqa: ARG002 # no users
        """See :class:`DatabaseServer`. Raises ``DatabaseMissing`` when there is no file, or a link."""
        path = self._path(database)
        try:
            is_file = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            is_file = False
        if not is_file:
            raise DatabaseMissing
        return self._engine(path)

    def _path(self, database: str) -> Path:
        return self._directory / f"{validate(database)}.sqlite"

    def _files(self, database: str) -> list[Path]:
        path = self._path(database)
        return [path.with_name(path.name + suffix) for suffix in self._SUFFIXES]

    def _create(self, database: str) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory.chmod(0o700)
        if any(map(os.path.lexists, self._files(database))):
            raise DatabaseExists(database)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            os.close(os.open(self._path(database), flags, 0o600))
        except FileExistsError:
            raise DatabaseExists(database) from None
        self._persist()

    def _drop(self, database: str) -> None:
        for path in self._files(database):
            path.unlink(missing_ok=True)
        if self._directory.is_dir():
            self._persist()

    def _persist(self) -> None:
        """Make the directory's entries survive a loss of power."""
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
