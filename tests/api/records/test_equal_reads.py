"""Equal reads, and between two of them something that changes what is read: here and in another process."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from api.composition import compose
from tests.api.conftest import CHEAP, Warm, World
from tests.api.people import made_role, made_user

ACCOUNTS = "/api/v1/data/accounts"
LIST = f"{ACCOUNTS}?filter[industry]=technology&sort=-name&limit=50"
GLOBEX = {"name": "Globex", "industry": "technology", "phone": "+31 20 123 4567"}
QUERY: dict[str, Any] = {"filter": {"industry": "technology"}, "sort": ["-name"]}


async def seen(client: httpx.AsyncClient, record: str) -> list[Any]:
    """What a list, a query and a record by its id show, several times over."""
    for _ in range(3):
        found = [
            await client.get(LIST),
            await client.post(f"{ACCOUNTS}/query", json=QUERY),
            await client.get(f"{ACCOUNTS}/{record}"),
        ]
    assert found[0].json() == found[1].json()
    return [one.json().get("data", one.status_code) for one in found[1:]]


@asynccontextmanager
async def another_process(world: World, warm: Warm) -> AsyncIterator[World]:
    """Services with caches of their own, on the same databases."""
    platform = compose(world.platform.settings, hashing=CHEAP)
    yield World(platform, warm.app.serving(platform))
    await platform.close()


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_what_changes_between_equal_reads_takes_effect(
    world_with: Callable[..., Any], warm: Warm, *, elsewhere: bool
) -> None:
    async with world_with(cache_seconds=0.0) as reader, another_process(reader, warm) as other:
        writer = other if elsewhere else reader
        boss = await writer.user()
        role = (await made_role(writer, "reading", "accounts:read"))["id"]
        made = await boss.post(
            ACCOUNTS, json={"name": "Globex", "industry": "technology", "phone": "+31 20 1"}
        )
        record = made.json()["data"]
        client = await made_user(reader, "ann", "reading")
        for turn in range(2):
            assert await seen(client, record["id"]) == [[record], record], turn

        async def limit(*fields: dict[str, Any], rules: Sequence[dict[str, Any]] = ()) -> None:
            for path, body in (("fields", {"fields": fields}), ("rules", {"rules": rules})):
                done = await boss.put(f"/api/v1/roles/{role}/{path}", json=body)
                assert done.status_code == 200, done.text

        await limit({"object": "accounts", "field": "phone", "read": False})
        hidden = {name: value for name, value in record.items() if name != "phone"}
        assert await seen(client, record["id"]) == [[hidden], hidden]
        await limit({"object": "accounts", "field": "industry", "read": False})
        assert [(await client.get(LIST)).status_code for _ in range(2)] == [400, 400]
        await limit(rules=[{"object": "accounts", "action": "read", "filter": {"owner": "$me"}}])
        assert await seen(client, record["id"]) == [[], 404]
        await limit()
        assert await seen(client, record["id"]) == [[record], record]
        added = await boss.post(
            "/api/v1/objects/accounts/fields", json={"name": "rank", "label": "Rank", "type": "integer"}
        )
        assert added.status_code == 201, added.text
        more = record | {"rank": None}
        assert await seen(client, record["id"]) == [[more], more]
        assert (await boss.delete("/api/v1/objects/accounts/fields/rank")).status_code in {200, 204}
        assert await seen(client, record["id"]) == [[record], record]
        assert (await boss.delete(f"{ACCOUNTS}/{record['id']}")).status_code == 204
        assert await seen(client, record["id"]) == [[], 404]
