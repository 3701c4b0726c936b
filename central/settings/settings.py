"""The settings of a process: read from the environment once, validated together, and immutable.

Only this module reads the environment. ``FREEHOLD_LOCAL=1`` relaxes exactly two checks: a well-known
``ENCRYPTION_KEY`` is accepted (which must still be 32 bytes of hex), and ``OPERATOR_TOKEN`` may be short. It
also makes ``console`` the default of ``LOG_FORMAT``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from central.errors import SettingsError
from central.retention import Retention
from central.schedules import Schedule
from central.secrets.keys import EncryptionKey
from central.settings.backups import StoreAddress
from central.settings.environment import EnvironmentReader
from central.settings.mail import MailAddress, MailDelivery, SmtpServer
from piccolo_engines.sqlite.connections import Synchronous

__all__ = ["Settings", "read_env_file"]

_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. Durations are in seconds, sizes in bytes. Secrets are excluded from ``repr``.

    :ivar encryption_keys: the first one encrypts, all of them decrypt.
    :ivar base_domains: a tenant's label is placed under the first one.
    :ivar db_hosts: the database servers, as ``host:port``, that a request may name.
    :ivar workers: the number of processes of ``freehold serve``, which share the connections below.
    :ivar db_connections: the connection budget of a service for each database server.
    :ivar db_tenant_connections: one tenant's share of that budget.
    :ivar attestation_hours: the pause between two rounds that try out the isolation of tenants; 0 for none.
    :ivar dns_resolvers: what looks host names up; empty for the system's resolvers.
    :ivar domain_grace_days: how long a host name is served that the DNS does not prove any more.
    :ivar oidc_allow_private_networks: whether identity providers may have addresses that are not public.
    :ivar metrics_dir: where the processes of one service exchange their metrics; None with one process.
    :ivar tenant_pool: how many databases are prepared for tenants to be created; 0 for none.
    :ivar jobs_per_process: how many jobs a serving process executes at once; 0 for none.
    :ivar operators_need_factor: whether operators without a second factor cannot sign in to the admin.
    :ivar backup_store: where backups are stored; None for no backups.
    :ivar backup_schedule: when tenants are backed up that have no schedule of their own.
    :ivar backup_keep: which backups of these are kept.
    :ivar slow_seconds: from which a request or a statement is logged as slow; 0 for never.
    :ivar slow_plans: whether the plan of a slow statement is logged with it.
    :ivar traces_url: where traces are sent by OTLP over HTTP; None for no traces.
    :ivar traces_share: how many of all traces are recorded, from 0 to 1.
    :ivar deleted_tenant_days: how long the archive of a deleted tenant is kept; 0 for not at all.
    :ivar kept_database_days: how long databases are kept that tenants had before they were moved or restored.
    :ivar statement_timeout: how long a statement of a tenant's request may take; 0 for no limit.
    """

    central_database_url: str = field(repr=False)
    encryption_keys: tuple[EncryptionKey, ...] = field(repr=False)
    base_domains: tuple[str, ...] = ("localhost",)
    allow_tenant_header: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    data_dir: Path = Path("var")
    operator_token: str | None = field(default=None, repr=False)
    operators_need_factor: bool = False
    local: bool = False
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_connections: int = 4096
    max_connections_per_address: int = 256
    head_timeout: float = 10.0
    keep_alive_timeout: float = 65.0
    max_body_bytes: int = 4 * 1024 * 1024
    request_timeout: float = 30.0
    shutdown_timeout: float = 20.0
    max_import_bytes: int = 256 * 1024 * 1024
    max_archive_bytes: int = 16 * 1024**3
    max_uploads: int = 16
    max_tenant_uploads: int = 2
    max_exports: int = 32
    max_tenant_exports: int = 4
    max_bulk_changes: int = 16
    max_tenant_bulk_changes: int = 2
    import_timeout: float = 600.0
    archive_timeout: float = 3_600.0
    cache_seconds: float = 0.5
    access_token_seconds: int = 900
    refresh_token_seconds: int = 30 * _DAY
    oidc_allow_private_networks: bool = False
    attestation_hours: int = 0
    dns_resolvers: tuple[tuple[str, int], ...] = ()
    domain_grace_days: int = 7
    db_host: str | None = None
    db_port: int = 3306
    db_root_user: str | None = None
    db_root_password: str | None = field(default=None, repr=False)
    db_hosts: tuple[str, ...] = ()
    db_prefix: str = "tenant_"
    db_user_host: str = "%"
    db_max_user_connections: int = 100
    db_connections: int = 40
    db_tenant_connections: int = 8
    db_wait_seconds: float = 2.0
    db_idle_seconds: float = 10.0
    statement_timeout: float = 30.0
    db_tls_ca: Path | None = None
    central_connections: int = 10
    metrics_dir: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    traces_url: str | None = None
    traces_share: float = 0.1
    slow_seconds: float = 1.0
    slow_plans: bool = False
    sqlite_synchronous: Synchronous = "FULL"
    max_open_tenants: int = 64
    tenant_pool: int = 0
    jobs_per_process: int = 2
    backup_store: StoreAddress | None = None
    backup_schedule: Schedule = field(default_factory=Schedule)
    backup_keep: Retention = field(default_factory=Retention)
    kept_database_days: int = 7
    deleted_tenant_days: int = 30
    smtp_server: SmtpServer | None = None
    smtp_tls_ca: Path | None = None
    mail_from: MailAddress | None = None
    mail_reply_to: MailAddress | None = None

    @property
    def mail_delivery(self) -> MailDelivery:
        """What becomes of mails: without a server they are files in local mode, and otherwise not sent."""
        if self.smtp_server is not None:
            return "mail"
        return "file" if self.local else "none"

    def url_of(self, host: str) -> str:
        """Return the URL of a host for browsers: with this process's port in local mode, otherwise HTTPS.

        >>> Settings.from_env({"FREEHOLD_LOCAL": "1", "ENCRYPTION_KEY": "0" * 64}).url_of("acme.localhost")
        'http://acme.localhost:8000'
        """
        if not self.local:
            return f"https://{host}"
        return f"http://{host}" if self.port == 80 else f"http://{host}:{self.port}"

    def of_process(self, connections: int) -> int:
        """Return one process's share of the connections of a service, rounded down; at least 1.

        >>> environ = {"WORKERS": "3", "ENCRYPTION_KEY": "0" * 64, "FREEHOLD_LOCAL": "1"}
        >>> Settings.from_env(environ).of_process(40)
        13
        """
        return max(1, connections // self.workers)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and validate ``environ``, by default that of the process. An empty value counts as missing.

        Raises :class:`~central.errors.SettingsError` with all problems.
        """
        read = EnvironmentReader(os.environ if environ is None else environ)
        local = read.flag("FREEHOLD_LOCAL")
        data_dir = Path(read.text("DATA_DIR", "var"))
        values = {
            "encryption_keys": read.encryption_keys("ENCRYPTION_KEY", allow_weak=local),
            "central_database_url": read.database_url("CENTRAL_DATABASE_URL", _default_url(data_dir)),
            "operator_token": read.token("OPERATOR_TOKEN", minimum=1 if local else 16),
            "operators_need_factor": read.flag("OPERATORS_NEED_FACTOR"),
            **_network(read),
            **_limits(read),
            **_database_server(read),
            **_backups(read),
            **_mail(read),
            **_logging(read, local),
            "oidc_allow_private_networks": read.flag("OIDC_ALLOW_PRIVATE_NETWORKS", default=local),
        }
        if read.problems:
            raise SettingsError(read.problems)
        return cls(local=local, data_dir=data_dir, **values)  # type: ignore[arg-type]  # the reader checked each


def _default_url(data_dir: Path) -> str:
    return f"sqlite:///{data_dir / 'central.sqlite'}"


def _network(read: EnvironmentReader) -> dict[str, object]:
    return {
        "base_domains": read.domains("BASE_DOMAINS", "localhost"),
        "allow_tenant_header": read.flag("ALLOW_TENANT_HEADER"),
        "host": read.text("HOST", "127.0.0.1"),
        "port": read.integer("PORT", 8000, least=0, most=65535),
        "trusted_proxies": read.networks("TRUSTED_PROXIES"),
        "allowed_origins": read.origins("ALLOWED_ORIGINS"),
        "dns_resolvers": read.resolvers("DNS_RESOLVERS"),
        "domain_grace_days": read.integer("DOMAIN_GRACE_DAYS", 7, least=0, most=365),
        "max_connections": read.integer("MAX_CONNECTIONS", 4096, least=1, most=1_000_000),
        "max_connections_per_address": read.integer(
            "MAX_CONNECTIONS_PER_ADDRESS", 256, least=1, most=1_000_000
        ),
        "head_timeout": read.number("HEAD_TIMEOUT", 10.0, least=0.1, most=600.0),
        "keep_alive_timeout": read.number("KEEP_ALIVE_TIMEOUT", 65.0, least=1.0, most=3600.0),
    }


def _limits(read: EnvironmentReader) -> dict[str, object]:
    return {
        "max_body_bytes": read.integer("MAX_BODY_BYTES", 4 * 1024 * 1024, least=1024, most=1024**3),
        "request_timeout": read.number("REQUEST_TIMEOUT", 30.0, least=1.0, most=3600.0),
        "shutdown_timeout": read.number("SHUTDOWN_TIMEOUT", 20.0, least=2.0, most=3600.0),
        "max_import_bytes": read.integer(
            "MAX_IMPORT_BYTES", 256 * 1024 * 1024, least=1024, most=64 * 1024**3
        ),
        **_long_requests(read),
        "max_archive_bytes": read.integer("MAX_ARCHIVE_BYTES", 16 * 1024**3, least=1024, most=1024**4),
        "archive_timeout": read.number("ARCHIVE_TIMEOUT", 3_600.0, least=1.0, most=86_400.0),
        "import_timeout": read.number("IMPORT_TIMEOUT", 600.0, least=1.0, most=86_400.0),
        "cache_seconds": read.number("CACHE_SECONDS", 0.5, least=0.0, most=1.0),
        "access_token_seconds": read.integer("ACCESS_TOKEN_SECONDS", 900, least=1, most=_DAY),
        "refresh_token_seconds": read.integer("REFRESH_TOKEN_SECONDS", 30 * _DAY, least=60, most=366 * _DAY),
        "sqlite_synchronous": read.choice("SQLITE_SYNCHRONOUS", "FULL", ("OFF", "NORMAL", "FULL", "EXTRA")),
        "max_open_tenants": read.integer("MAX_OPEN_TENANTS", 64, least=1, most=100_000),
        "tenant_pool": read.integer("TENANT_POOL", 0, least=0, most=100),
        "attestation_hours": read.integer("ATTESTATION_HOURS", 24, least=0, most=24 * 30),
        "jobs_per_process": read.integer("JOBS_PER_PROCESS", 2, least=0, most=100),
    }


def _long_requests(read: EnvironmentReader) -> dict[str, object]:
    uploads = read.integer("MAX_UPLOADS", 16, least=1, most=10_000)
    exports = read.integer("MAX_EXPORTS", 32, least=1, most=10_000)
    changes = read.integer("MAX_BULK_CHANGES", 16, least=1, most=10_000)
    return {
        "max_uploads": uploads,
        "max_tenant_uploads": read.integer("MAX_TENANT_UPLOADS", min(2, uploads), least=1, most=uploads),
        "max_exports": exports,
        "max_tenant_exports": read.integer("MAX_TENANT_EXPORTS", min(4, exports), least=1, most=exports),
        "max_bulk_changes": changes,
        "max_tenant_bulk_changes": read.integer(
            "MAX_TENANT_BULK_CHANGES", min(2, changes), least=1, most=changes
        ),
    }


def _database_server(read: EnvironmentReader) -> dict[str, object]:
    host, ca = read.optional("DB_HOST"), read.optional("DB_TLS_CA")
    hosts = read.servers("DB_HOSTS")
    if host is not None or hosts:
        because = "DB_HOST is given" if host else "DB_HOSTS is given"
        read.require("DB_ROOT_USER", "DB_ROOT_PASSWORD", because=because)
    return {
        "db_host": host,
        "db_port": read.integer("DB_PORT", 3306, least=1, most=65535),
        "db_root_user": read.optional("DB_ROOT_USER"),
        "db_root_password": read.optional("DB_ROOT_PASSWORD"),
        "db_hosts": hosts,
        "db_prefix": read.prefix("DB_PREFIX", "tenant_"),
        "db_user_host": read.text("DB_USER_HOST", "%"),
        "db_tls_ca": Path(ca) if ca else None,
        **_connections(read),
    }


def _connections(read: EnvironmentReader) -> dict[str, object]:
    workers = read.integer("WORKERS", 1, least=1, most=256)
    budget = read.integer("DB_CONNECTIONS", max(40, workers), least=workers, most=10_000)
    return {
        "workers": workers,
        "db_connections": budget,
        "db_tenant_connections": read.integer("DB_TENANT_CONNECTIONS", min(8, budget), least=1, most=budget),
        "db_wait_seconds": read.number("DB_WAIT_SECONDS", 2.0, least=0.0, most=60.0),
        "db_idle_seconds": read.number("DB_IDLE_SECONDS", 10.0, least=0.1, most=3600.0),
        "statement_timeout": read.number("STATEMENT_TIMEOUT", 30.0, least=0.0, most=86_400.0),
        "db_max_user_connections": read.integer("DB_MAX_USER_CONNECTIONS", 100, least=0, most=100_000),
        "central_connections": read.integer(
            "CENTRAL_CONNECTIONS", max(10, workers), least=workers, most=1_000
        ),
    }


def _backups(read: EnvironmentReader) -> dict[str, object]:
    return {
        "backup_store": read.backup_store("BACKUP_URL", "BACKUP_ACCESS_KEY", "BACKUP_SECRET_KEY"),
        "backup_schedule": read.schedule("BACKUP_SCHEDULE", "0 2 * * *"),
        "backup_keep": read.retention("BACKUP_KEEP", "last=3,daily=7,weekly=4,monthly=6"),
        "kept_database_days": read.integer("KEPT_DATABASE_DAYS", 7, least=1, most=3_650),
        "deleted_tenant_days": read.integer("DELETED_TENANT_DAYS", 30, least=0, most=3_650),
    }


def _mail(read: EnvironmentReader) -> dict[str, object]:
    server, ca = read.smtp_server("SMTP_URL"), read.optional("SMTP_TLS_CA")
    if server is not None:
        read.require("MAIL_FROM", because="SMTP_URL is given")
    return {
        "smtp_server": server,
        "smtp_tls_ca": Path(ca) if ca else None,
        "mail_from": read.mail_address("MAIL_FROM"),
        "mail_reply_to": read.mail_address("MAIL_REPLY_TO"),
    }


def _logging(read: EnvironmentReader, local: bool) -> dict[str, object]:
    return {
        "metrics_dir": Path(folder) if (folder := read.optional("METRICS_DIR")) else None,
        "traces_url": read.url("TRACES_URL"),
        "traces_share": read.number("TRACES_SHARE", 0.1, least=0.0, most=1.0),
        "slow_seconds": read.number("SLOW_SECONDS", 1.0, least=0.0, most=3600.0),
        "slow_plans": read.flag("SLOW_PLANS"),
        "log_level": read.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        "log_format": read.choice("LOG_FORMAT", "console" if local else "json", ("json", "console")),
    }


_LINE = re.compile(
    r"""\s* (?:export\s+)? (?P<name>[A-Za-z_][A-Za-z0-9_]*) \s*=\s*
    (?: "(?P<double>[^"]*)" | '(?P<single>[^']*)' | (?P<bare>[^'"\s\#].*?)? ) \s* (?:(?<=[\s=])\#.*)? """,
    re.VERBOSE,
)


def read_env_file(path: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return ``environ``, by default that of the process, completed by a file of ``NAME=value`` lines.

    The environment takes precedence over the file, which may be missing. Lines may begin with ``export``,
    values may be quoted, ``#`` starts a comment; nothing is expanded. Raises
    :class:`~central.errors.SettingsError` that names every malformed line.
    """
    real = dict(os.environ if environ is None else environ)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return real
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} cannot be read: {type(error).__name__}."]) from error
    return {**_parse_lines(path, text), **real}


def _parse_lines(path: Path, text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if match := _LINE.fullmatch(line):
            values[match["name"]] = match["double"] or match["single"] or match["bare"] or ""
        else:
            problems.append(f"Line {number} of {path} is not NAME=value.")
    if problems:
        raise SettingsError(problems)
    return values
