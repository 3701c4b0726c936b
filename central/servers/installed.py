"""The database servers of an installation, from its settings."""

import ssl
from pathlib import Path

from central.connections.login import Login
from central.connections.rules import BudgetRules
from central.database import CentralEngine, central_engine
from central.servers.protocol import DatabaseServer, DatabaseServers
from central.servers.sqlite import SQLiteServer
from central.settings.settings import Settings
from piccolo_engines.histogram import Histogram
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.threads import Threads

__all__ = ["central_engine_of", "installed_servers", "tls_of"]

_MOST_THREADS = 320
"""The threads for SQLite tenants of a process: enough for all connections of 64 open tenants."""


def installed_servers(settings: Settings) -> DatabaseServers:
    """Return the server of ``DB_HOST`` if there is one, those of ``DB_HOSTS``, and SQLite.

    New tenants are created on the first one. Tenants that were created on another one stay there.
    """
    mysql: list[DatabaseServer] = [_mysql_server(settings, address) for address in _addresses(settings)]
    sqlite = _sqlite_server(settings)
    servers = [*mysql, sqlite] if settings.db_host else [sqlite, *mysql]
    return DatabaseServers(servers, prefix=settings.db_prefix)


def central_engine_of(settings: Settings) -> CentralEngine:
    """Create the engine of the central database. Opens nothing. Raises as ``central_engine``."""
    return central_engine(
        settings.central_database_url,
        synchronous=settings.sqlite_synchronous,
        connections=settings.of_process(settings.central_connections),
        tls=tls_of(settings),
    )


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """Return the context that verifies database servers' certificates; None without TLS.

    A private certificate authority need not meet all requirements of RFC 5280, which Python enforces from
    3.13 on.
    """
    if settings.db_tls_ca is None:
        return None
    context = ssl.create_default_context(cafile=settings.db_tls_ca)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _addresses(settings: Settings) -> list[tuple[str, int]]:
    own = [(settings.db_host, settings.db_port)] if settings.db_host else []
    others = [address.rpartition(":") for address in settings.db_hosts]
    return list(dict.fromkeys([*own, *((host, int(port)) for host, _, port in others)]))


def _mysql_server(settings: Settings, address: tuple[str, int]) -> DatabaseServer:
    # Not at the top: without a MySQL server in the settings, neither its engine nor its driver is loaded
    # (ADR 93).
    from central.servers.mysql import MySQLServer, UserRules  # noqa: PLC0415

    password = settings.db_root_password or ""
    return MySQLServer(
        *address,
        Login(settings.db_root_user or "", lambda: password),
        users=UserRules(settings.db_user_host, settings.db_max_user_connections),
        budget=BudgetRules(
            limit=settings.of_process(settings.db_connections),
            share=settings.of_process(settings.db_tenant_connections),
            patience=settings.db_wait_seconds,
            idle=settings.db_idle_seconds,
        ),
        tls=tls_of(settings),
        statement_seconds=settings.statement_timeout or None,
    )


def _sqlite_server(settings: Settings) -> SQLiteServer:
    threads = Threads(
        _MOST_THREADS
    )  # apart from the central database's, so that tenants cannot exhaust those

    waits = Histogram()

    def engine(path: Path) -> SQLiteEngine:
        return SQLiteEngine(
            path,
            synchronous=settings.sqlite_synchronous,
            create=False,
            idle=settings.db_idle_seconds,
            statement_seconds=settings.statement_timeout or None,
            threads=threads,
            waits=waits,
        )

    return SQLiteServer(settings.data_dir / "tenants", engine=engine, waits=waits)
