"""A list that takes too long, or whose client has gone, is stopped; others are served meanwhile."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem
from tests.api.server.test_protocol import listening

SLOW = {"filter": {"or": [{"notes": {"icontains": f"needle {number}"}} for number in range(40)]}}
"""Reads every long text from end to end, once for each condition."""


async def fill(world: World) -> None:
    """An object of acme's with thousands of long texts."""
    client = await world.user()
    notes = {"name": "papers", "fields": [{"name": "notes", "type": "long_text"}]}
    answer = await client.post("/api/v1/objects", json=notes)
    assert answer.status_code == 201, answer.text
    text = "a long text without it. " * 400
    for _ in range(10):
        records = [{"notes": text} for _ in range(250)]
        answer = await client.post("/api/v1/data/papers/bulk", json={"op": "create", "records": records})
        assert answer.json()["ok"] == 250, answer.text


async def slow_list(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/api/v1/data/papers/query", json=SLOW)


async def test_slow_lists_are_stopped_with_advice_and_neighbours_are_served(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(statement_timeout=0.5) as world:
        await fill(world)
        await make(world, "demo")
        acme, demo = await world.user(), await world.user(slug="demo")
        slow = [asyncio.create_task(slow_list(acme)) for _ in range(12)]
        served = await asyncio.gather(*(demo.get(ACCOUNTS) for _ in range(40)))
        assert [answer.status_code for answer in served] == [200] * 40
        for answer in await asyncio.gather(*slow):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
            problem = assert_problem(answer, "query-too-slow")
            assert "index" in problem["detail"]
            assert "count=none" in problem["detail"]
        assert (await acme.get(ACCOUNTS)).status_code == 200


async def test_a_list_whose_client_has_gone_is_stopped(world_with: Callable[..., Any]) -> None:
    """Nothing but the disconnect ends it; its request is counted when the database is done with it."""
    body = json.dumps(SLOW).encode()
    async with world_with(statement_timeout=0.0) as world:
        await fill(world)
        head = (
            "POST /api/v1/data/papers/query HTTP/1.1\r\nHost: acme.localhost\r\n"
            f"Authorization: Bearer {await world.sign_in()}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        async with listening(world) as port, asyncio.timeout(250):
            for _ in range(8):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(head.encode() + body)
                await writer.drain()
                await asyncio.sleep(0.05)
                writer.close()
            while await cancelled(world) < 8:  # noqa: ASYNC110 - it is told of by the metrics alone
                await asyncio.sleep(0.05)
        engines = world.platform.engines.stats()
        assert engines.leased == 0
        budgets = [one.connections for one in world.platform.servers if one.connections is not None]
        assert sum(budget.waiting for budget in budgets) == 0
        assert (await (await world.user()).get(ACCOUNTS)).status_code == 200


async def cancelled(world: World) -> int:
    """How many requests ended because their client had gone."""
    told = (await world.client("localhost").get("/metrics")).text
    counts = [line for line in told.splitlines() if line.startswith("freehold_requests_total{")]
    return sum(int(line.rpartition(" ")[2]) for line in counts if 'status="499"' in line)
