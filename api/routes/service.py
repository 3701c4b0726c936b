"""/health and /ready, for whoever keeps the service running."""

import asyncio
from typing import Final

from litestar import get

from api.answers import Answer, json
from api.errors import NotReady
from api.openapi.operation import Operation, Reply
from api.requests import CentralRequest
from api.schemas.service import Health, Readiness
from piccolo_engines.errors import DatabaseError

__all__ = ["ROUTES", "health", "ready"]

_TAG = "Service"
_PATIENCE = 2.0


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
async def health() -> Answer:
    """The process is alive."""
    return json(Health(status="ok"))


@get(
    "/ready",
    operation=Operation(
        id="ready",
        tag=_TAG,
        summary="Can it serve?",
        description="Asks each dependency; the problem's errors name those that are down.",
        replies={200: Reply("It can.", Readiness, {"status": "ready", "dependencies": {"central": "up"}})},
    ),
)
async def ready(request: CentralRequest) -> Answer:
    """Every dependency answers, or a problem that names those that do not."""
    if not await _central_answers(request):
        raise NotReady(["central"])
    return json(Readiness(status="ready", dependencies={"central": "up"}))


async def _central_answers(request: CentralRequest) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await request.platform.registry.version()
    except (DatabaseError, TimeoutError):
        return False
    return True


ROUTES: Final = (health, ready)
