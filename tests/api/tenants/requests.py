"""Requests of operators for tenants."""

from typing import Any

import httpx

from central.database import CENTRAL
from central.operators import audit
from tests.api.conftest import World

TENANTS = "/setup/tenants"


NOBODY = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


def nova(**changes: Any) -> dict[str, Any]:
    return {"name": "Nova", "slug": "nova", "primaryDomain": "nova"} | changes


async def acts(world: World) -> list[tuple[str, str | None]]:
    """The audit trail's actions with their tenants, the oldest first."""
    with CENTRAL.bind(world.platform.central_engine):
        page = await audit.page(200)
    return [(one.action, one.tenant_slug) for one in reversed(page.items)]


async def listed(client: httpx.AsyncClient, **query: Any) -> Any:
    """Every tenant of a list, page by page."""
    while True:
        page = (await client.get(TENANTS, params=query)).json()
        for tenant in page["data"]:
            yield tenant
        if page["page"]["next"] is None:
            return
        query["cursor"] = page["page"]["next"]
