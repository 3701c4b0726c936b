"""/health, /ready and /metrics, for monitoring."""

import asyncio
from typing import Final, Literal

from litestar import Controller, get

from api.composition import Platform
from api.errors import NotReady
from api.operations.pending_tenants import TenantLevels
from api.requests.sources import Injected
from api.responses import Prepared, json_bytes
from api.schemas.service import Health, Readiness, TenantsToUpgrade
from api.server.metrics import (
    BACKED_UP_TENANTS,
    CONTENT_TYPE,
    attestation_lines,
    backup_lines,
    job_lines,
    level_lines,
    upgrade_lines,
)
from api.server.process_metrics import process_metrics
from central.backups.ages import backup_ages
from central.jobs.service import job_counts
from central.servers import DatabaseServer
from central.upgrades.rows import counts_of_unfinished
from piccolo_engines.errors import DatabaseError

__all__ = ["ServiceController"]

_PATIENCE: Final = 2.0
"""Seconds in which a database must respond."""
_READY: Final = {
    "status": "ready",
    "dependencies": {"central": "up", "tenantDatabases": "up"},
    "upgrades": {"pending": 0, "newer": 0, "refused": 0},
}


class ServiceController(Controller):
    """Liveness, readiness and metrics."""

    path = "/"
    tags = ("Service",)

    @get(
        "/health",
        operation_id="health",
        summary="Is the process alive?",
        description="Asks nothing of any database.",
        response_description="It is.",
        example={"status": "ok"},
    )
    async def health(self) -> Health:
        """The process is alive."""
        return Health(status="ok")

    @get(
        "/ready",
        operation_id="ready",
        summary="Can it serve?",
        description=(
            "Asks the central database, without which it is not ready, and the servers of the tenants' "
            "databases: when some or all of those are down, other tenants can still be served. `upgrades` "
            "has the numbers of tenants that wait for an upgrade, some seconds old."
        ),
        response_description="It can.",
        example=_READY,
    )
    async def ready(self, platform: Injected[Platform]) -> Readiness:
        """The state of the databases; a problem if one of them is down."""
        central, tenants = await asyncio.gather(_ask_central(platform), _tenant_databases(platform))
        if central is None:
            raise NotReady(["central"])
        upgrades = TenantsToUpgrade(pending=central.older, newer=central.newer, refused=central.refused)
        dependencies = {"central": "up", "tenantDatabases": tenants}
        return Readiness(status="ready", dependencies=dependencies, upgrades=upgrades)

    @get(
        "/metrics",
        operation_id="metrics",
        summary="What is counted",
        description=(
            "In Prometheus' text form, for all processes of this service together: requests, statements and "
            "rows written, also of the busiest tenants, the lag of the event loop, connections of clients, "
            "uploads and exports, open tenants, and of each "
            "database server the budget of connections, how many are in use, idle and waited for, and how "
            "many were opened and evicted; the installation's unfinished jobs; the tenants that wait for an "
            "upgrade; and the ages of the latest proven backups of the tenants for which they are greatest."
        ),
        media_type="text/plain",
        response_description="The counts.",
        example='freehold_connections_in_use{server="db:3306"} 3\n',
    )
    async def metrics(self, platform: Injected[Platform]) -> Prepared[str]:
        """The metrics of all processes of this service, and of the installation."""
        body = await process_metrics(platform) + await _of_the_installation(platform)
        return Prepared(json_bytes(body.encode(), 200, (b"content-type", CONTENT_TYPE)))


async def _of_the_installation(platform: Platform) -> str:
    """What the central database knows; nothing if it does not respond: the other metrics are needed then."""
    try:
        async with asyncio.timeout(_PATIENCE):
            jobs, attested = await job_counts(), await platform.attestation.summary()
            levels = level_lines(await platform.pending_tenants.recent())
            levels += upgrade_lines(await counts_of_unfinished())
            return job_lines(jobs) + attestation_lines(attested) + levels + await _backups(platform)
    except (DatabaseError, TimeoutError):
        return ""


async def _backups(platform: Platform) -> str:
    """The ages of backups; none where nothing is backed up."""
    if not platform.backups.is_configured:
        return ""
    return backup_lines(await backup_ages(BACKED_UP_TENANTS))


async def _ask_central(platform: Platform) -> TenantLevels | None:
    """Return the levels of tenants, some seconds old; None if the central database does not respond."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await platform.registry.version()
            return await platform.pending_tenants.recent()
    except (DatabaseError, TimeoutError):
        return None


async def _tenant_databases(platform: Platform) -> Literal["up", "partly", "down"]:
    """Whether all, some or none of the servers respond. Not which ones: the response is public."""
    reachable = await asyncio.gather(*(_reaches(server) for server in platform.servers))
    remote = [is_up for is_up, server in zip(reachable, platform.servers, strict=True) if server.has_users]
    if all(remote):
        return "up"
    return "partly" if any(remote) else "down"


async def _reaches(server: DatabaseServer) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await server.is_reachable()
    except TimeoutError:
        return False
