"""What tenants use: measured, counted by day, reported to operators and administrators, as CSV."""

from datetime import timedelta

import pytest

from api.operations.usage_reports import usage_as_csv
from central.database import CENTRAL
from central.plans.tables import UsageDay
from central.usage.metering import USAGE_KEPT
from piccolo_engines.columns import new_id, utc_now
from tests.api.conftest import ON_SQLITE, Warm, World, process_beside
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted
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
async def test_databases_that_have_not_changed_are_not_opened(world: World, warm: Warm) -> None:
    await put(world, "basic", {"rows": 10, "requestsPerSecond": 1_000})
    async with await world.user() as client:
        await client.post(ACCOUNTS, json={"name": "One"})
    await give(world, "basic", "demo")
    await measured(world)
    yesterday = (utc_now() - timedelta(days=1)).date().isoformat()
    with CENTRAL.bind(world.platform.central_engine):
        for day in await UsageDay.objects():
            day.key, day.day = f"{day.tenant_id} {yesterday}", yesterday
            await day.save()
    async with process_beside(world, warm) as beside:
        await beside.run_jobs()
        assert beside.platform.engines.open_tenants == []
        async with counted(beside) as statements:
            with CENTRAL.bind(beside.platform.central_engine):
                await beside.platform.usage.exchange()
        assert statements["central"] == 0
        async with await beside.user() as client:
            await client.post(ACCOUNTS, json={"name": "Two"})
            found = (await client.get("/api/v1/usage")).json()
            assert [one["rows"] for one in found["days"]] == [1, 1]
            await measured(beside)
            found = (await client.get("/api/v1/usage")).json()
            assert [one["rows"] for one in found["days"]] == [1, 2]
        async with beside.operator() as client:
            demo = await client.get(f"/setup/tenants/{await beside.tenant_id('demo')}/usage")
        assert len(demo.json()["days"]) == 2


@ON_SQLITE
async def test_a_database_is_measured_after_a_week_although_nothing_has_changed(world: World) -> None:
    await measured(world)
    long_ago = utc_now() - timedelta(days=8)
    with CENTRAL.bind(world.platform.central_engine):
        for day in await UsageDay.objects():
            day.key, day.day = f"{day.tenant_id} {long_ago.date()}", long_ago.date().isoformat()
            day.measured_at = long_ago
            await day.save()
        await measured(world)
        days = await UsageDay.select().where(UsageDay.day == utc_now().date().isoformat())
    assert len(days) == 2
    assert all(day["measured_at"] > long_ago for day in days)


@ON_SQLITE
async def test_the_days_of_all_tenants_are_exported_in_pieces(world: World) -> None:
    last = utc_now().date()
    days = [(last - timedelta(days=age)).isoformat() for age in range(31)]
    tenants = [new_id() for _ in range(100)]
    rows = [
        UsageDay(key=f"{tenant} {day}", tenant_id=tenant, tenant_slug="t", day=day)
        for tenant in tenants
        for day in days
    ]
    with CENTRAL.bind(world.platform.central_engine):
        for start in range(0, len(rows), 500):
            await UsageDay.insert(*rows[start : start + 500])
        pieces = [one async for one in usage_as_csv(last - timedelta(days=30), last)]
    assert max(piece.count(b"\r\n") for piece in pieces) <= 1_000
    async with world.operator() as client:
        csv = await client.get("/setup/usage.csv")
    assert "content-length" not in csv.headers
    assert csv.content == b"".join(pieces)
    found = [tuple(line.split(",")) for line in csv.text.splitlines()[1:]]
    assert [line[2] for line in found] == sorted(line[2] for line in found)
    assert {(line[0], line[2]) for line in found} == {(str(one), day) for one in tenants for day in days}


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
