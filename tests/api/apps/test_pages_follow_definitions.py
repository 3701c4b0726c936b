"""Pages and saved views when the objects and fields that they name are renamed or dropped."""

from typing import Any

import httpx
import pytest

from tests.api.apps.test_apps import APPS, given
from tests.api.apps.test_navigation import NAVIGATION
from tests.api.apps.test_views import VIEWS
from tests.api.conftest import World

DEALS = {
    "name": "deals",
    "label": "Deal",
    "pluralLabel": "Deals",
    "fields": [
        {"name": "title", "label": "Title", "type": "text"},
        {"name": "size", "label": "Size", "type": "integer"},
    ],
}
LAYOUT = {
    "columns": ["title", "size"],
    "sort": ["-size"],
    "filters": ["size"],
    "filter": {"size": {"gte": 10}},
}


@pytest.fixture
async def client(world: World) -> httpx.AsyncClient:
    """An administrator who has made an object, an app with a page of it, and a view."""
    client = await world.user()
    await given(client, "/api/v1/objects", DEALS)
    await given(client, APPS, {"name": "trade", "label": "Trade"})
    page = {"name": "deals", "label": "All deals", "type": "list", "object": "deals", "layout": LAYOUT}
    await given(client, f"{APPS}/trade/pages", page)
    await given(client, VIEWS, {"object": "deals", "label": "Big", "columns": ["size"], "default": True})
    return client


async def page(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{APPS}/trade/pages/deals")).json()
    return found


async def test_what_a_change_affects_is_told_before(client: httpx.AsyncClient) -> None:
    plan = (await client.delete("/api/v1/objects/deals/fields/size?dryRun=true")).json()
    assert plan["affects"]["pages"] == [{"app": "trade", "name": "deals", "label": "All deals"}]
    assert [one["name"] for one in plan["affects"]["views"]] == ["Big"]
    assert (await page(client))["layout"] == LAYOUT


async def test_a_renamed_field_and_object_are_followed(client: httpx.AsyncClient) -> None:
    await client.get(NAVIGATION)
    assert (
        await client.patch("/api/v1/objects/deals/fields/size", json={"name": "weight"})
    ).status_code == 200
    shown = await page(client)
    assert shown["layout"] == {
        "columns": ["title", "weight"],
        "sort": ["-weight"],
        "filters": ["weight"],
        "filter": {"weight": {"gte": 10}},
    }
    assert shown["leftOut"] == []
    assert (await client.patch("/api/v1/objects/deals", json={"name": "bargains"})).status_code == 200
    assert (await page(client))["object"] == "bargains"
    (view,) = (await client.get(VIEWS, params={"object": "bargains"})).json()["data"]
    assert (view["columns"], view["default"], view["leftOut"]) == (["weight"], True, [])
    (app,) = [one for one in (await client.get(NAVIGATION)).json()["apps"] if one["name"] == "trade"]
    assert [one["object"] for one in app["pages"]] == ["bargains"]


async def test_what_is_dropped_is_taken_out(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/api/v1/objects/deals/fields/size")).status_code in (200, 204)
    shown = await page(client)
    assert (shown["layout"], shown["leftOut"]) == (
        {"columns": ["title"], "sort": [], "filters": [], "filter": {}},
        [],
    )
    assert (await client.delete("/api/v1/objects/deals")).status_code in (200, 204)
    assert (await client.get(f"{APPS}/trade/pages")).json() == {"data": []}
    assert (await client.get(VIEWS)).json() == {"data": []}
