"""Opens connections to a database file, with their pragmas and SQL functions."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.sort_keys import (
    SORT_COLLATION,
    SORT_KEY,
    SORT_KEY_AND_TEXT,
    SORT_WEIGHTS,
    SORT_WEIGHTS_END,
    compare_texts,
    key_and_text,
    sort_key,
    sort_weights,
    sort_weights_end,
)
from piccolo_engines.sqlite.converters import register
from piccolo_engines.sqlite.exact_decimals import register_functions
from piccolo_engines.sqlite.letters import SMALL_LETTERS, small_letters

__all__ = ["ConnectionFactory", "Synchronous"]

Synchronous = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
"""See https://www.sqlite.org/pragma.html#pragma_synchronous.

With WAL, FULL keeps every committed transaction at a power failure; NORMAL may lose the last ones and is
faster.
"""

_FUNCTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    SMALL_LETTERS: small_letters,
    SORT_KEY: sort_key,
    SORT_KEY_AND_TEXT: key_and_text,
    SORT_WEIGHTS: sort_weights,
    SORT_WEIGHTS_END: sort_weights_end,
}
"""The SQL functions with one argument that every connection has."""


@dataclass(frozen=True, slots=True)
class ConnectionFactory:
    """Opens connections to the file at ``path``. Blocks: call it in a thread.

    :param busy_timeout: seconds to wait for another process's lock.
    :param create: whether to create a missing file, with mode 0600, which SQLite also gives to the ``-wal``
        and ``-shm`` files; if not, raises :class:`~piccolo_engines.errors.DatabaseMissing`.
    :param statements: how many prepared statements a connection keeps.
    """

    path: Path
    busy_timeout: float
    synchronous: Synchronous
    create: bool
    statements: int
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def writer(self) -> sqlite3.Connection:
        """Open a connection for reading and writing."""
        return self._open("")

    def reader(self) -> sqlite3.Connection:
        """Open a connection that refuses changes (https://www.sqlite.org/pragma.html#pragma_query_only)."""
        return self._open("PRAGMA query_only = 1;")

    def _open(self, pragmas: str) -> sqlite3.Connection:
        with self._opening:  # an engine's connections would lock each other out while one sets WAL
            connection = self._connect()
            try:
                self._use_wal(connection)
                connection.executescript(
                    f"PRAGMA foreign_keys = 1; PRAGMA synchronous = {self.synchronous}; {pragmas}"
                )
            except BaseException:
                connection.close()
                raise
        return connection

    def _connect(self) -> sqlite3.Connection:
        if not self.create and not self.path.is_file():
            raise DatabaseMissing
        register()
        if self.create:
            self._create_private()
        mode = "rwc" if self.create else "rw"  # "rw" fails if the file was deleted since
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?mode={mode}",
            uri=True,
            timeout=self.busy_timeout,
            isolation_level=None,
            check_same_thread=False,  # one lease at a time uses it, from whichever thread
            detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
            cached_statements=self.statements,
        )
        for name, function in _FUNCTIONS.items():
            connection.create_function(name, 1, function, deterministic=True)
        connection.create_collation(SORT_COLLATION, compare_texts)
        register_functions(connection)
        return connection

    def _create_private(self) -> None:
        """Create the missing file. SQLite itself would apply the umask to its mode."""
        with suppress(OSError):  # it exists; for other reasons, opening it reports a better error
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to WAL, so that readers do not block the writer; see https://www.sqlite.org/wal.html.

        Changing the mode ignores SQLite's busy timeout, hence the loop.
        """
        deadline = time.monotonic() + self.busy_timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL").close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return
