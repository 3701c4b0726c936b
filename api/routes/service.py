"""/health, /ready and /metrics, for whoever keeps the service running."""

import asyncio
from typing import Final, Literal

from litestar import get

from api.errors import NotReady
from api.openapi.operation import Operation, Reply
from api.requests.request import CentralRequest
from api.responses import RawResponse, json, json_bytes
from api.schemas.service import Health, Readiness
from api.server.metrics import CONTENT_TYPE, exposition
from central.servers import DatabaseServer
from piccolo_engines.errors import DatabaseError

__all__ = ["ROUTES", "health", "metrics", "ready"]

_TAG = "Service"
_PATIENCE = 2.0
_READY_EXAMPLE: Final = {"status": "ready", "dependencies": {"central": "up", "tenantDatabases": "up"}}
_METRICS_EXAMPLE: Final = 'freehold_connections_in_use{server="db:3306"} 3\n'


@get(
    "/health",
    operation=Operation(
        id="health",
        tag=_TAG,
        summary="Is the process alive?",
        description="Asks nothing of any database.",
        replies={200: Reply("It is.", Health, {"status": "ok"})},
    ),
)
async def health() -> RawResponse:
    """The process is alive."""
    return json(Health(status="ok"))


@get(
    "/ready",
    operation=Operation(
        id="ready",
        tag=_TAG,
        summary="Can it serve?",
        description=(
            "Asks the central database, without which it is not ready, and the servers of the tenants' "
            "databases: when some or all of those are down, other tenants can still be served."
        ),
        replies={200: Reply("It can.", Readiness, _READY_EXAMPLE)},
    ),
)
async def ready(request: CentralRequest) -> RawResponse:
    """What it cannot do without answers, or a problem that says that it does not."""
    central, tenants = await asyncio.gather(_central_answers(request), _tenant_databases(request))
    if not central:
        raise NotReady(["central"])
    return json(Readiness(status="ready", dependencies={"central": "up", "tenantDatabases": tenants}))


@get(
    "/metrics",
    operation=Operation(
        id="metrics",
        tag=_TAG,
        summary="What is counted",
        description=(
            "In Prometheus' text form: requests, connections of clients, uploads and exports, open tenants, "
            "and of each database server the budget of connections, how many are in use, idle and waited "
            "for, and how many were opened and evicted."
        ),
        replies={200: Reply("The counts.", {"type": "string"}, _METRICS_EXAMPLE, media_type="text/plain")},
    ),
)
async def metrics(request: CentralRequest) -> RawResponse:
    """The counts of this process."""
    platform = request.platform
    budgets = {server.name: server.connections for server in platform.servers}
    stats = platform.engines.stats()
    body = exposition(platform.request_counts, stats, budgets, platform.clients, platform.long_requests)
    return json_bytes(body, 200, (b"content-type", CONTENT_TYPE))


async def _central_answers(request: CentralRequest) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await request.platform.registry.version()
    except (DatabaseError, TimeoutError):
        return False
    return True


async def _tenant_databases(request: CentralRequest) -> Literal["up", "partly", "down"]:
    """How many of the servers answer, and not which: this is said to anybody who asks."""
    answers = await asyncio.gather(*(_reaches(server) for server in request.platform.servers))
    remote = [
        answer for answer, server in zip(answers, request.platform.servers, strict=True) if server.has_users
    ]
    if all(remote):
        return "up"
    return "partly" if any(remote) else "down"


async def _reaches(server: DatabaseServer) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await server.is_reachable()
    except TimeoutError:
        return False


ROUTES: Final = (health, ready, metrics)
