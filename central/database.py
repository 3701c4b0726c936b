"""The central database's slot, and engines from database URLs."""

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from central.errors import UnsupportedDatabase
from piccolo_engines.closable import ClosableEngine
from piccolo_engines.identifiers import validate
from piccolo_engines.routed import RoutedEngine
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.connections import Synchronous

__all__ = ["CENTRAL", "READ_COMMITTED", "CentralEngine", "central_engine"]

CENTRAL = RoutedEngine("central")

CentralEngine = ClosableEngine[Any]

READ_COMMITTED = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
"""The first statement of every MySQL session.

Without it InnoDB locks the gaps between rows: transactions that delete missing rows and then insert would end
in a deadlock.
"""


def central_engine(
    url: str,
    *,
    synchronous: Synchronous = "FULL",
    connections: int = 10,
    tls: ssl.SSLContext | None = None,
) -> CentralEngine:
    """Create the engine for a database URL. Opens nothing, and never creates the database.

    The URL is ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or
    ``mysql://user:password@host:port/name`` with ``%`` escapes in user and password.

    :param synchronous: SQLite's ``synchronous`` pragma.
    :param connections: the maximum number of connections to a MySQL server.
    :param tls: for connections to a MySQL server.

    Raises :class:`~central.errors.UnsupportedDatabase` for any other URL, and ``InvalidIdentifier`` for an
    invalid database name.
    """
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator and path:
        return SQLiteEngine(Path(path), synchronous=synchronous)
    parts = urlsplit(url)
    if parts.scheme != "mysql" or not parts.hostname:
        raise UnsupportedDatabase(scheme.partition(":")[0])
    # Not at the top: with central data in SQLite neither MySQL's engine nor its driver is loaded (ADR 93).
    from piccolo_engines.mysql import MySQLEngine, PoolSettings  # noqa: PLC0415

    config = {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": validate(parts.path.lstrip("/")),
        "connect_timeout": 5,
        "init_command": READ_COMMITTED,
    }
    pool = PoolSettings(max_size=connections, wait_timeout=5)
    return MySQLEngine(config | ({"ssl": tls} if tls else {}), pool)
