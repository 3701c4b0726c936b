"""SQLiteServer: a directory with one file per database."""

import asyncio
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from piccolo.engine.base import Engine

from central.connections.login import Login
from central.servers.errors import DatabaseExists
from central.servers.violations import Violation
from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.histogram import Histogram
from piccolo_engines.identifiers import validate
from piccolo_engines.sqlite.fence import build_fence, remove_fence

__all__ = ["SQLiteServer"]


_FILE = ".sqlite"
_SETTLED = 3.0
"""Seconds after which the time of a file's change is certain to be older than any later change."""


class SQLiteServer:
    """A directory (mode 0700) with one file (mode 0600) per database. There are no users.

    :param directory: created with the first database.
    :param engine: creates an engine for a file's path; must not create the file.
    :ivar waits: see the protocol; the engines count them.
    """

    name = "sqlite"
    has_users = False
    connections = None
    _SUFFIXES = ("", "-wal", "-shm", "-journal")

    def __init__(
        self, directory: Path, *, engine: Callable[[Path], Engine[Any]], waits: Histogram | None = None
    ) -> None:
        self._directory = directory
        self._engine = engine
        self.waits = waits or Histogram()

    async def is_reachable(self) -> bool:
        """Always true: files are always available."""
        return True

    async def database_exists(self, database: str) -> bool:
        """See the protocol. A remaining ``-wal`` file counts, and so does a link."""
        return await asyncio.to_thread(lambda: any(map(os.path.lexists, self._files(database))))

    async def databases(self) -> frozenset[str]:
        """See the protocol. Links and other things than files are not databases."""
        return await asyncio.to_thread(self._databases)

    async def change_mark(self, database: str) -> str | None:
        """Return the sizes and times of the file and its log. A commit changes at least one of them.

        Unknown if one was changed in the last seconds: the clock of a file system has steps.
        """
        return await asyncio.to_thread(self._change_mark, database)

    async def create_database(self, database: str) -> None:
        """See the protocol."""
        await asyncio.to_thread(self._create, database)

    async def adopt_database(self, prepared: str, database: str) -> None:
        """See the protocol. Raises ``DatabaseMissing`` for a file that is missing or in use."""
        await asyncio.to_thread(self._adopt, prepared, database)

    async def drop_database(self, database: str) -> None:
        """See the protocol. No engine of this process may have it open."""
        await asyncio.to_thread(self._drop, database)

    async def user_exists(self, username: str) -> bool:  # noqa: ARG002 # the protocol's signature
        """Always false: SQLite has no users."""
        return False

    async def create_user(self, username: str, password: str, database: str) -> None:
        """Do nothing: SQLite has no users."""

    async def change_password(self, username: str, password: str, database: str) -> None:
        """Do nothing: SQLite has no users."""

    async def connections_of(self, username: str) -> int:  # noqa: ARG002 # the protocol's signature
        """Always 0: SQLite has no users."""
        return 0

    async def end_connections(self, username: str) -> None:
        """Do nothing: SQLite has no users."""

    async def drop_user(self, username: str) -> None:
        """Do nothing: SQLite has no users."""

    async def fence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:  # noqa: ARG002 # no users
        """See the protocol. The tables get triggers that refuse writes."""
        await asyncio.to_thread(build_fence, self._existing(database), passable)

    async def unfence(self, database: str, username: str | None, passable: Collection[str] = ()) -> None:  # noqa: ARG002 # no users
        """See the protocol."""
        await asyncio.to_thread(remove_fence, self._existing(database))

    async def violations(
        self,
        database: str,
        login: Login | None,  # noqa: ARG002 # no users
        others: Collection[str],  # noqa: ARG002 # each is a file of its own
        passable: Collection[str] = (),  # noqa: ARG002 # no privileges
    ) -> list[Violation]:
        """See the protocol. Looks at the directory and the database's files."""
        return await asyncio.to_thread(lambda: list(self._violations(database)))

    def engine_for(self, database: str, login: Login | None) -> Engine[Any]:  # noqa: ARG002 # no users
        """See the protocol. Raises ``DatabaseMissing`` when the file does not exist or is a link."""
        return self._engine(self._existing(database))

    def builder_for(self, database: str) -> Engine[Any]:
        """See the protocol."""
        return self.engine_for(database, None)

    async def close(self) -> None:
        """Do nothing: only engines hold connections."""

    def _existing(self, database: str) -> Path:
        """Return the database's file. Raises ``DatabaseMissing`` when it does not exist or is a link."""
        path = self._path(database)
        try:
            is_file = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            is_file = False
        if not is_file:
            raise DatabaseMissing
        return path

    def _violations(self, database: str) -> Iterator[Violation]:
        if stat.S_IMODE(self._directory.stat().st_mode) & 0o077:
            yield Violation(
                "directory-mode", "Others than the service's user can open the directory of files."
            )
        for path in self._files(database):
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                yield Violation("file-link", f"{path.name} is a link, or has another name elsewhere.")
            elif found.st_uid != os.geteuid():
                yield Violation("file-owner", f"{path.name} belongs to another user.")
            elif stat.S_IMODE(found.st_mode) & 0o077:
                yield Violation("file-mode", f"Others than the service's user can open {path.name}.")

    def _path(self, database: str) -> Path:
        return self._directory / (validate(database) + _FILE)

    def _files(self, database: str) -> list[Path]:
        path = self._path(database)
        return [path.with_name(path.name + suffix) for suffix in self._SUFFIXES]

    def _databases(self) -> frozenset[str]:
        if not self._directory.is_dir():
            return frozenset()
        with os.scandir(self._directory) as entries:
            files = [one.name for one in entries if one.is_file(follow_symlinks=False)]
        return frozenset(name[: -len(_FILE)].lower() for name in files if name.endswith(_FILE))

    def _change_mark(self, database: str) -> str | None:
        parts = []
        for path in self._files(database):
            with suppress(FileNotFoundError):
                found = path.stat()
                if path.suffix.endswith("-shm") or not found.st_size:
                    continue
                if found.st_mtime > time.time() - _SETTLED:
                    return None
                parts.append(f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}")
        return " ".join(parts) or None

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

    def _adopt(self, prepared: str, database: str) -> None:
        """Link the file under its new name, which must be free, and remove the old one."""
        path, *beside = self._files(prepared)
        if any(map(os.path.lexists, self._files(database))):
            raise DatabaseExists(database)
        if not path.is_file() or path.is_symlink():
            raise DatabaseMissing
        if any(map(os.path.lexists, beside)):
            _write_back(path)
        if any(map(os.path.lexists, beside)):
            raise DatabaseMissing
        try:
            os.link(path, self._path(database), follow_symlinks=False)
        except FileExistsError:
            raise DatabaseExists(database) from None
        path.unlink()
        self._persist()

    def _drop(self, database: str) -> None:
        for path in self._files(database):
            path.unlink(missing_ok=True)
        if self._directory.is_dir():
            self._persist()

    def _persist(self) -> None:
        """Sync the directory, so that its entries survive a power failure."""
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_back(path: Path) -> None:
    """Bring the log into the file and remove it. A reader that is the last to close leaves it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
