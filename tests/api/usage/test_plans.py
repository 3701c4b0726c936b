"""Plans, the tenants that have them, and requests that they refuse."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from central.tables import AuditEvent
from tests.api.conftest import ON_SQLITE, Warm, World, process_beside
from tests.api.test_statement_counts import counted

SMALL = {"requestsPerSecond": 1, "burst": 2}


async def give(world: World, plan: str | None, slug: str = "acme") -> httpx.Response:
    tenant = await world.tenant(slug)
    async with world.operator() as client:
        return await client.patch(f"/setup/tenants/{tenant.id}", json={"plan": plan})


async def put(world: World, name: str, body: dict[str, object]) -> httpx.Response:
    async with world.operator() as client:
        return await client.put(f"/setup/plans/{name}", json=body)


async def test_plans_are_put_listed_given_and_deleted(world: World) -> None:
    created = await put(world, "basic", {"requestsPerSecond": 50, "rows": 1_000, "users": 5})
    assert created.status_code == 200
    assert created.json()["rows"] == 1_000
    assert created.json()["burst"] is None
    replaced = await put(world, "basic", {"storageBytes": 10**15})
    assert (replaced.json()["rows"], replaced.json()["storageBytes"]) == (None, 10**15)
    assert (await give(world, "basic")).json()["plan"] == "basic"
    async with world.operator() as client:
        listed = (await client.get("/setup/plans")).json()["data"]
        assert [(one["plan"], one["tenants"]) for one in listed] == [("basic", 1)]
        refused = await client.delete("/setup/plans/basic")
        assert (refused.status_code, refused.json()["code"]) == (409, "plan-in-use")
        assert (await give(world, None)).json()["plan"] is None
        assert (await client.delete("/setup/plans/basic")).status_code == 200
        assert (await client.get("/setup/plans/basic")).json()["code"] == "plan-not-found"
        assert (await client.delete("/setup/plans/basic")).status_code == 404
    with CENTRAL.bind(world.platform.central_engine):
        actions = [row["action"] for row in await AuditEvent.select().order_by(AuditEvent.id)]
    assert [one for one in actions if "plan" in one] == [
        *("plan.put", "plan.put", "tenant.plan", "tenant.plan", "plan.delete"),
    ]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("basic", {"rows": -1}),
        ("basic", {"requestsPerSecond": 0}),
        ("basic", {"requestsPerSecond": 10**12}),
        ("basic", {"storageBytes": 10**30}),
        ("basic", {"users": 1.5}),
        ("basic", {"burst": 5}),
        ("basic", {"bandwidth": 5}),
    ],
)
@ON_SQLITE
async def test_impossible_limits_are_refused(world: World, name: str, body: dict[str, object]) -> None:
    assert (await put(world, name, body)).status_code == 422


@ON_SQLITE
async def test_a_plan_has_a_name_of_the_grammar(world: World) -> None:
    assert (await put(world, "Basic!", {})).status_code == 422


@ON_SQLITE
async def test_an_unknown_plan_is_given_to_nobody(world: World) -> None:
    assert (await give(world, "gold")).json()["code"] == "plan-not-found"


async def test_beyond_the_rate_is_429_with_what_and_until_when(world: World) -> None:
    token = await world.sign_in()
    await put(world, "small", SMALL)
    await give(world, "small")
    async with world.client(token=token) as client:
        found = [await client.get("/api/v1/me") for _ in range(3)]
        assert [one.status_code for one in found] == [200, 200, 429]
        assert found[0].headers["ratelimit-policy"] == '"requests";q=2;w=2'
        assert found[0].headers["ratelimit"] == '"requests";r=1;t=1'
        refused = found[2]
        assert refused.json()["code"] == "too-many-requests"
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        limit = refused.json()["limit"]
        assert (limit["name"], limit["most"]) == ("requestsPerSecond", 1)
        assert datetime.fromisoformat(limit["until"]).tzinfo is not None
        assert refused.headers["ratelimit"].startswith('"requests";r=0;')
    async with world.client("demo.localhost") as client:  # others are not concerned
        assert (await client.get("/api/v1/me")).status_code == 401
    await give(world, None)
    async with world.client(token=token) as client:
        free = await client.get("/api/v1/me")
        assert free.status_code == 200
        assert "ratelimit" not in free.headers


@ON_SQLITE
async def test_requests_at_the_same_time_are_bounded(world: World) -> None:
    token = await world.sign_in()
    await put(world, "narrow", {"concurrentRequests": 1})
    await give(world, "narrow")
    async with world.client(token=token) as client:
        together = await asyncio.gather(*(client.get("/api/v1/data/accounts") for _ in range(4)))
        assert {one.status_code for one in together} == {200, 429}
        refused = next(one for one in together if one.status_code == 429)
        assert refused.json()["code"] == "too-many-concurrent-requests"
        assert refused.json()["limit"]["most"] == 1
        assert (await client.get("/api/v1/me")).status_code == 200


@ON_SQLITE
async def test_bodies_that_stall_take_the_place_of_no_request(world: World) -> None:
    token = await world.sign_in()
    await put(world, "narrow", {"concurrentRequests": 2})
    await give(world, "narrow")
    begun, goes_on = asyncio.Semaphore(0), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        begun.release()
        await goes_on.wait()
        yield b"{}"

    async with world.client() as stranger, world.client(token=token) as client:
        posts = [stranger.post("/api/v1/data/accounts", content=body()) for _ in range(5)]
        stalled = [asyncio.create_task(one) for one in posts]
        async with asyncio.timeout(20):
            for _ in stalled:
                await begun.acquire()
        assert (await client.get("/api/v1/me")).status_code == 200
        assert (await client.post("/api/v1/data/accounts", json={"name": "One"})).status_code == 201
        goes_on.set()
        codes = {response.status_code for response in await asyncio.gather(*stalled)}
        assert codes <= {401, 429}


@ON_SQLITE
async def test_a_plan_costs_no_statement_on_a_warm_request(world: World) -> None:
    token = await world.sign_in()
    await put(world, "wide", {"requestsPerSecond": 1_000, "concurrentRequests": 100})
    await give(world, "wide")
    async with world.client(token=token) as client:
        await client.get("/api/v1/data/accounts")
        async with counted(world) as statements:
            await client.get("/api/v1/data/accounts")
    assert statements == {"tenant": 1, "central": 0}


async def test_two_processes_share_the_rate(world: World, warm: Warm) -> None:
    """Both admit a burst before they know of each other; then none, until that is made up for."""
    token = await world.sign_in()
    await put(world, "small", {"requestsPerSecond": 1, "burst": 10})
    await give(world, "small")
    async with process_beside(world, warm) as beside:
        both, codes = (world, beside), []
        for one in both:
            async with one.client(token=token) as client:
                found = await asyncio.gather(*(client.get("/api/v1/me") for _ in range(15)))
                codes += [response.status_code for response in found]
        assert 20 <= codes.count(200) <= 24
        for _ in range(3):
            for one in both:
                with CENTRAL.bind(one.platform.central_engine):
                    await one.platform.usage.exchange()
        for one in both:
            async with one.client(token=token) as client:
                refused = await client.get("/api/v1/me")
                assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
                assert int(refused.headers["retry-after"]) > 1


async def test_a_plan_changed_elsewhere_applies_when_the_registry_was_compared(
    world_with: Callable[..., Any], warm: Warm
) -> None:
    async with world_with(cache_seconds=0.0) as world, process_beside(world, warm) as beside:
        token = await world.sign_in()
        async with world.client(token=token) as client:
            assert "ratelimit" not in (await client.get("/api/v1/me")).headers
            await put(beside, "wide", {"requestsPerSecond": 1_000})
            await give(beside, "wide")
            assert (await client.get("/api/v1/me")).headers["ratelimit-policy"] == '"requests";q=1000;w=1'
            await put(beside, "wide", {"requestsPerSecond": 500})
            assert (await client.get("/api/v1/me")).headers["ratelimit-policy"] == '"requests";q=500;w=1'
