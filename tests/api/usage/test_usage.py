"""What tenants use: measured, counted by day, reported to operators and administrators, as CSV."""

from datetime import timedelta

import pytest

from central.database import CENTRAL
from central.plans.tables import UsageDay
from central.usage.metering import USAGE_KEPT
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem
from tests.api.usage.test_plans import give, put

ACCOUNTS = "/api/v1/data/accounts"


async def measured(world: World) -> None:
    """As after a minute, and a round of measuring."""
    with CENTRAL.bind(world.platform.central_engine):
        await world.platform.usage.write_requests()
    await world.run_jobs()


async def test_usage_is_measured_and_reported(world: World) -> None:
    await put(world, "basic", {"rows": 10, "requestsPerSecond": 1, "burst": 3})
    async with await world.user() as client:
        await client.post(ACCOUNTS, json={"name": "One"})
        gone = (await client.post(ACCOUNTS, json={"name": "Two"})).json()["data"]
        await client.delete(f"{ACCOUNTS}/{gone['id']}")
        await give(world, "basic")
        refused = [await client.get("/api/v1/me") for _ in range(5)]
        assert [one.status_code for one in refused].count(429) >= 1
        await measured(world)
        await give(world, None)
        own = (await client.get("/api/v1/usage")).json()
    tenant = await world.tenant_id("acme")
    async with world.operator() as client:
        found = (await client.get(f"/setup/tenants/{tenant}/usage")).json()
        assert found["limits"] is None
        assert (found["current"]["rows"], found["current"]["users"]) == (1, 4)
        assert found["current"]["storageBytes"] > 10_000
        assert found["current"]["objects"] == len(await objects_of(world))
        (day,) = found["days"]
        assert day["day"] == utc_now().date().isoformat()
        assert day["requests"] >= 9
        assert day["refused"] == [one.status_code for one in refused].count(429)
        assert own == found
        assert (await client.get(f"/setup/tenants/{tenant}/usage?from=2020-01-01&to=2020-01-31")).json()[
            "days"
        ] == []
        assert (await client.get(f"/setup/tenants/{tenant}/usage?from=yesterday")).status_code == 400
        csv = await client.get("/setup/usage.csv")
    lines = csv.text.splitlines()
    assert csv.headers["content-type"].startswith("text/csv")
    assert lines[0] == "tenantId,slug,day,requests,refused,rows,storageBytes,users,objects"
    assert sorted(line.split(",")[1] for line in lines[1:]) == ["acme", "demo"]


async def objects_of(world: World) -> list[object]:
    async with await world.user() as client:
        found: list[object] = (await client.get("/api/v1/objects")).json()["data"]
        return found


@ON_SQLITE
async def test_only_who_manages_the_tenant_sees_what_it_uses(world: World) -> None:
    async with await world.user("member") as client:
        assert (await client.get("/api/v1/usage")).status_code == 403
    async with world.client() as client:
        assert (await client.get("/api/v1/usage")).status_code == 401
        assert (await client.get("/setup/usage.csv")).status_code == 404
    async with world.client("demo.localhost", await world.sign_in()) as client:
        assert (await client.get("/api/v1/usage")).status_code == 401


@ON_SQLITE
async def test_days_are_kept_for_thirteen_months(world: World) -> None:
    tenant = await world.tenant("acme")
    today = utc_now().date()
    with CENTRAL.bind(world.platform.central_engine):
        for age in (USAGE_KEPT, USAGE_KEPT + timedelta(days=1)):
            day = (today - age).isoformat()
            await UsageDay.insert(
                UsageDay(key=day, tenant_id=tenant.id, tenant_slug="acme", day=day, requests=7)
            )
    await measured(world)
    with CENTRAL.bind(world.platform.central_engine):
        days = [row["day"] for row in await UsageDay.select().where(UsageDay.requests == 7)]
    assert days == [(today - USAGE_KEPT).isoformat()]


@ON_SQLITE
async def test_requests_are_kept_when_the_central_database_is_gone_for_a_while(world: World) -> None:
    async with await world.user() as client:
        await client.get("/api/v1/me")
    usage = world.platform.usage
    before = {key: list(one) for key, one in usage._requests.items()}
    try:
        await usage.write_requests()  # nothing is bound
    except Exception:  # noqa: BLE001 - whatever it is, nothing may be lost
        assert usage._requests == before
    else:
        raise AssertionError


@ON_SQLITE
@pytest.mark.parametrize(
    "days", ["from=2026-03-01&to=2026-02-01", "from=0001-01-01", "to=0001-01-15&from=0001-02-01"]
)
async def test_days_in_another_order_and_too_far_apart_are_refused(world: World, days: str) -> None:
    for path in ("/setup/usage.csv", f"/setup/tenants/{await world.tenant_id('acme')}/usage"):
        assert_problem(await world.operator().get(f"{path}?{days}"), "invalid-query")
    assert (await world.operator().get("/setup/usage.csv?to=0001-01-15")).status_code == 200
