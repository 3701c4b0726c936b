"""The services that try out the isolation of tenants."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from api.jobs.attestation import AttestationJobs
from central.attestation.service import Attestation
from central.jobs.store import JobStore
from central.provisioning.steps import Parts
from central.servers.names import server_name
from central.settings.settings import Settings

__all__ = ["attestation_services"]

_MYSQL_PORT = 3306


def attestation_services(settings: Settings, parts: Parts, jobs: JobStore) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    attestation = Attestation(
        parts.registry,
        parts.servers,
        parts.credentials,
        parts.engines.opener,
        parts.registry.seals,
        central_database=_central_database(settings.central_database_url),
        passable=parts.passable_tables,
    )
    pause = timedelta(hours=settings.attestation_hours)
    return {
        "attestation": attestation,
        "attestation_jobs": AttestationJobs(attestation, jobs, pause),
    }


def _central_database(url: str) -> tuple[str, str] | None:
    """Return server and name of the central database; None for a file."""
    parts = urlsplit(url)
    if parts.scheme != "mysql" or parts.hostname is None:
        return None
    return server_name(parts.hostname, parts.port or _MYSQL_PORT), parts.path.lstrip("/")
