"""Which server a connection speaks to, read from its greeting, and what follows from that."""

import re
from dataclasses import dataclass

from piccolo_engines.errors import ServerTooOld

__all__ = ["MYSQL", "Server"]

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_UNKNOWN = (0, 0, 0)
_OLDEST_MARIADB = (10, 6, 0)  # JSON_TABLE, SKIP LOCKED
_OLDEST_MYSQL = (8, 0, 19)  # DROP CONSTRAINT, and the table's name in what is said of a duplicate


@dataclass(frozen=True, slots=True)
class Server:
    """The flavour and version of a database server.

    :ivar mariadb: MariaDB; otherwise MySQL (or Percona Server, which is one).
    :ivar version: for instance ``(8, 4, 3)``; all nought when the server does not say.
    """

    mariadb: bool
    version: tuple[int, int, int]

    @classmethod
    def from_greeting(cls, greeting: str) -> "Server":
        """Read the version string of the handshake.

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
        """Raises :class:`ServerTooOld` for one that is older than the oldest for which the SQL is written."""
        oldest = _OLDEST_MARIADB if self.mariadb else _OLDEST_MYSQL
        if _UNKNOWN != self.version < oldest:
            raise ServerTooOld(f"{self.name} {_dotted(self.version)}", _dotted(oldest))

    @property
    def name(self) -> str:
        return "MariaDB" if self.mariadb else "MySQL"

    @property
    def collation(self) -> str:
        """Compares text character by character, trailing spaces included, as PostgreSQL and SQLite do."""
        return "utf8mb4_nopad_bin" if self.mariadb else "utf8mb4_0900_bin"

    def time_limit(self, seconds: float | None) -> str:
        """What ``SET`` limits a session's statements with; ``None`` is no limit. MySQL's is for queries
        alone, MariaDB's for all statements.
        """
        if self.mariadb:
            return f"max_statement_time = {seconds or 0:.3f}"
        return f"max_execution_time = {round((seconds or 0) * 1000):d}"

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
        if not self.mariadb:  # MariaDB's does not know that a primary key determines the rest of its row
            modes.append("ONLY_FULL_GROUP_BY")
        return ",".join(modes)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


MYSQL = Server(mariadb=False, version=(8, 0, 0))
"""What SQL is written for where no server is known yet."""
