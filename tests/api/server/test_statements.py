"""What is seen of tenants' statements: times, rows, slow ones with their plans, and never a value."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from api.server.event_loop import LoopLag
from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, make

NAME = "Nobody may read this name in a log"


def sample(text: str, name: str) -> float:
    found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def metrics(world: World) -> str:
    return str((await world.client("localhost").get("/metrics")).text)


async def test_statements_rows_and_connections_are_those_of_the_tenant(world: World) -> None:
    await make(world)
    before = await metrics(world)
    await make(world, name=NAME)
    client = await world.user("administrator")
    response = await client.get(ACCOUNTS, params={"filter[name]": NAME})
    assert len(response.json()["data"]) == 1
    after = await metrics(world)
    for name, least in (
        ('freehold_tenant_statements_total{tenant="acme"}', 2),
        ('freehold_tenant_rows_written_total{tenant="acme"}', 1),
        ("freehold_statement_seconds_count", 2),
    ):
        assert sample(after, name) - sample(before, name) >= least, name
    assert sample(after, 'freehold_tenant_statement_seconds_total{tenant="acme"}') > 0
    assert sample(after, 'freehold_tenant_connections{tenant="acme"}') >= 1
    await client.get(ACCOUNTS)
    rows = 'freehold_tenant_rows_written_total{tenant="acme"}'
    assert sample(await metrics(world), rows) == sample(after, rows)


async def test_slow_statements_are_logged_with_their_plan_and_without_values(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(slow_seconds=1e-9, slow_plans=True) as world:
        client, observer = await world.user("administrator"), world.platform.statements
        await make(world, name=NAME)
        with structlog.testing.capture_logs() as lines:
            if observer._explaining is not None:
                await observer._explaining
            assert (await client.get(ACCOUNTS, params={"filter[name]": NAME})).status_code == 200
            if observer._explaining is not None:
                await observer._explaining
    line = next(one for one in lines if one["event"] == "slow statement" and one.get("request_id"))
    assert (line["tenant"], line["statement"][:6]) == ("acme", "SELECT")
    assert line["plan"]
    assert not any("failed" in step for step in line["plan"])
    (request,) = [one for one in lines if one["event"] == "slow request"]
    assert (request["path"], request["statements"]) == (ACCOUNTS, 1)
    assert request["duration_ms"] > request["statements_ms"] > 0
    assert NAME not in json.dumps(lines, default=str)


async def test_a_held_loop_is_seen() -> None:
    lag = LoopLag()
    watching = asyncio.create_task(lag.watch())
    await asyncio.sleep(0.01)
    time.sleep(0.3)  # noqa: ASYNC251 # what a request must not do
    await asyncio.sleep(0.01)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert 'lag_bucket{le="0.1"} 0' in list(lag.seconds.samples("lag"))
