"""Checks of settings that are valid but risky on a machine that others can reach."""

from collections.abc import Iterator

from api.checkup.finding import Finding, error, fine, warning
from central.settings.settings import Settings

__all__ = ["check_settings"]

_HERE = ("127.0.0.1", "localhost", "::1")


def check_settings(settings: Settings) -> list[Finding]:
    """Return the risky settings. They have been validated already."""
    found = [*_openness(settings), *_databases(settings)]
    return found or [fine("settings", "No problems.")]


def _openness(settings: Settings) -> Iterator[Finding]:
    if settings.local and settings.host not in _HERE:
        message = f"Weak keys and tokens are accepted, and HOST={settings.host} is reachable by others."
        yield warning("FREEHOLD_LOCAL", message, "Unset it, or set HOST=127.0.0.1.")
    if settings.allow_tenant_header and not settings.local:
        message = "Any client may choose the tenant of its requests, whatever the host name."
        yield warning("ALLOW_TENANT_HEADER", message, "Unset it: it is for local development.")
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        message = "Every client can forge its address and host name."
        yield warning("TRUSTED_PROXIES", message, "List only the addresses of your proxies.")


def _databases(settings: Settings) -> Iterator[Finding]:
    ca = settings.db_tls_ca
    if ca is not None and not ca.is_file():
        yield error(
            "DB_TLS_CA",
            f"There is no file {ca}.",
            "Set it to the file of the server's certificate authority.",
        )
    named = [f"{settings.db_host}:{settings.db_port}"] if settings.db_host else []
    far = [one for one in (*named, *settings.db_hosts) if one.rpartition(":")[0] not in _HERE]
    if far and ca is None:
        message = f"Connections to {', '.join(far)} are not encrypted."
        yield warning("DB_TLS_CA", message, "Set it to the file of the server's certificate authority.")
    if settings.sqlite_synchronous == "OFF":
        message = "A power failure can damage databases on SQLite."
        yield warning("SQLITE_SYNCHRONOUS", message, "Unset it: FULL is the default.")
