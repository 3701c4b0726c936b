"""The kind and version of a server, from its greeting, and the settings that depend on it."""

import re
from dataclasses import dataclass

from piccolo_engines.errors import ServerTooOld

__all__ = ["MYSQL", "Server"]

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_UNKNOWN = (0, 0, 0)
_OLDEST_MARIADB = (10, 6, 0)  # JSON_TABLE, SKIP LOCKED
_LONGEST_TEXT = 1 << 30  # MariaDB's maximum: strict mode refuses more
_OLDEST_MYSQL = (8, 0, 19)  # DROP CONSTRAINT, and the table's name in the message about a duplicate


@dataclass(frozen=True, slots=True)
class Server:
    """The kind and version of a database server.

    :ivar mariadb: MariaDB; otherwise MySQL (or Percona Server, which is one).
    :ivar version: for instance ``(8, 4, 3)``; all zero if the server does not report it.
    """

    mariadb: bool
    version: tuple[int, int, int]

    @classmethod
    def from_greeting(cls, greeting: str) -> "Server":
        """Parse the version string of the handshake.

        >>> Server.from_greeting("5.5.5-10.11.6-MariaDB-log")
        Server(mariadb=True, version=(10, 11, 6))
        """
        mariadb = "mariadb" in greeting.lower()
        text = greeting.removeprefix("5.5.5-") if mariadb else greeting
        found = _VERSION.match(text)
        if found is None:
            return cls(mariadb, _UNKNOWN)
        major, minor, patch = found.groups(default="0")
        return cls(mariadb, (int(major), int(minor), int(patch)))

    def require_known(self) -> None:
        """Raise :class:`ServerTooOld` for a server that is older than the oldest supported version."""
        oldest = _OLDEST_MARIADB if self.mariadb else _OLDEST_MYSQL
        if _UNKNOWN != self.version < oldest:
            raise ServerTooOld(f"{self.name} {_dotted(self.version)}", _dotted(oldest))

    @property
    def name(self) -> str:
        return "MariaDB" if self.mariadb else "MySQL"

    @property
    def collation(self) -> str:
        """A collation that compares character by character, like PostgreSQL and SQLite.

        Trailing spaces count.
        """
        return "utf8mb4_nopad_bin" if self.mariadb else "utf8mb4_0900_bin"

    def time_limit(self, seconds: float | None) -> str:
        """Return the ``SET`` assignment of a session's time limit; ``None`` for no limit.

        MySQL's applies to queries only, MariaDB's to all statements.
        """
        if self.mariadb:
            return f"max_statement_time = {seconds or 0:.3f}"
        return f"max_execution_time = {round((seconds or 0) * 1000):d}"

    @staticmethod
    def lock_limits(seconds: int | None) -> str:
        """Return what sets how long a session waits for locks; ``None`` for its server's limits."""
        value = "DEFAULT" if seconds is None else f"{seconds:d}"
        return f"SET lock_wait_timeout = {value}, innodb_lock_wait_timeout = {value}"

    @property
    def sql_mode(self) -> str:
        modes = [
            "ANSI_QUOTES",
            "PIPES_AS_CONCAT",
            "STRICT_ALL_TABLES",
            "NO_ZERO_DATE",
            "NO_ZERO_IN_DATE",
            "ERROR_FOR_DIVISION_BY_ZERO",
            "NO_ENGINE_SUBSTITUTION",
        ]
        if not self.mariadb:  # MariaDB's ignores that a primary key determines its row
            modes.append("ONLY_FULL_GROUP_BY")
        return ",".join(modes)

    def set_up(self, collation: str, limit: float | None) -> str:
        """Return the statement that sets a new session up.

        :param limit: seconds that a statement may take; ``None`` for no limit.
        """
        limited = f"{self.time_limit(limit)}, " if limit is not None else ""
        return (
            f"SET time_zone = '+00:00', sql_mode = '{self.sql_mode}', autocommit = 1, completion_type = 0, "
            f"group_concat_max_len = {_LONGEST_TEXT}, div_precision_increment = 16, {limited}"
            f"NAMES utf8mb4 COLLATE {collation}"
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


MYSQL = Server(mariadb=False, version=(8, 0, 0))
"""The server that SQL is written for before a server is known."""
