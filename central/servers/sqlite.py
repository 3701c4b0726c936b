"""SQLiteServer: a directory with a file for each database."""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from piccolo.engine.base import Engine

from central.connections.login import Login
from central.servers.errors import DatabaseExists
from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.identifiers import validate

__all__ = ["SQLiteServer"]


class SQLiteServer:
    """A directory (0700) with one file (0600) for each database; there are no users.

    :param directory: made at the first database.
    :param engine: what makes an engine from a file's path; it must not create the file.
    """

    name = "sqlite"
    has_users = False
    connections = None
    _SUFFIXES = ("", "-wal", "-shm", "-journal")

    def __init__(self, directory: Path, *, engine: Callable[[Path], Engine[Any]]) -> None:
        self._directory = directory
        self._engine = engine

    async def is_reachable(self) -> bool:
        """Files are always at hand."""
        return True

    async def database_exists(self, database: str) -> bool:
        """See the protocol; a ``-wal`` left alone counts, and so does a link."""
        return await asyncio.to_thread(lambda: any(map(os.path.lexists, self._files(database))))

    async def create_database(self, database: str) -> None:
        """See the protocol."""
        await asyncio.to_thread(self._create, database)

    async def drop_database(self, database: str) -> None:
        """See the protocol; no engine of this process may have it open."""
        await asyncio.to_thread(self._drop, database)

    async def user_exists(self, username: str) -> bool:  # noqa: ARG002 # the protocol's signature
        """Never: SQLite has no users."""
        return False

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Do nothing: SQLite has no users."""

    async def change_password(self, username: str, password: str, database: str) -> None:
        """Do nothing: SQLite has no users."""

    async def connections_of(self, username: str) -> int:  # noqa: ARG002 # the protocol's signature
        """0: SQLite has no users."""
        return 0

    async def end_connections(self, username: str) -> None:
        """Do nothing: SQLite has no users."""

    async def drop_user(self, username: str) -> None:
        """Do nothing: SQLite has no users."""

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:  # noqa: ARG002 # no users
        """See the protocol. Raises ``DatabaseMissing`` when there is no file, or a link."""
        path = self._path(database)
        try:
            is_file = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            is_file = False
        if not is_file:
            raise DatabaseMissing
        return self._engine(path)

    async def close(self) -> None:
        """Do nothing: engines are all that is ever open here."""

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
