"""A tenant whose database has a level that this version does not serve, on every way in."""

from datetime import timedelta

import pytest
from msgspec import structs

from api.tenant_level import tenant_level
from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.kinds import JobKind, Outcome
from central.jobs.store import NewJob
from central.jobs.tables import Job
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World
from tests.api.frontend.test_blocked import BROWSER, assert_page
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE

LACKING = structs.replace(tenant_level(), newest="2020-01-01T00:00:00:000000")
CONTRACTED = structs.replace(tenant_level(), newest="2999-01-01T00:00:00:000000", needs="99.0")
EXPANDED = structs.replace(CONTRACTED, needs="")


async def set_level(world: World, level: object) -> None:
    """As another process does: no cache is cleared."""
    with CENTRAL.bind(world.platform.central_engine):
        tenant = await world.platform.registry.by_slug("acme")
        await world.platform.registry.set_level(tenant.id, str(level))


@pytest.mark.parametrize("level", [LACKING, CONTRACTED])
async def test_it_is_503_on_every_way_in(world: World, level: object) -> None:
    await set_level(world, level)
    client = world.client()
    for method, path in (
        ("GET", "/api/v1/tenant"),
        ("POST", "/api/v1/auth/login"),
        ("GET", "/api/v1/data/accounts"),
        ("GET", "/admin/"),
        ("GET", "/schema/openapi.json"),
    ):
        response = await client.request(method, path)
        assert_problem(response, "tenant-upgrading")
        assert response.status_code == 503, path
        assert response.headers["retry-after"] == "5"
    assert_page(await client.get("/o/accounts", headers=BROWSER), 503, "upgrading")
    assert (await world.client("demo.localhost").get("/api/v1/tenant")).status_code == 200


async def test_a_newer_database_from_which_nothing_was_removed_is_served(world: World) -> None:
    await set_level(world, EXPANDED)
    assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def test_it_is_served_once_it_is_upgraded_elsewhere(world_with: object) -> None:
    async with world_with(cache_seconds=0.0) as world:  # type: ignore[operator]
        await set_level(world, LACKING)
        assert (await world.client().get("/api/v1/tenant")).status_code == 503
        await set_level(world, tenant_level())
        assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def test_a_job_of_it_waits_and_counts_no_attempt(world: World) -> None:
    await set_level(world, LACKING)

    async def run(_claim: Claim) -> Outcome:
        async with world.platform.tenancy.use(await world.tenant("acme")):
            return None

    with CENTRAL.bind(world.platform.central_engine):
        id_ = await world.platform.jobs.enqueue(NewJob(kind="test.work"))
    await world.run_jobs(JobKind(name="test.work", run=run))
    with CENTRAL.bind(world.platform.central_engine):
        row = await Job.select().where(Job.id == id_).first()
    assert row is not None
    assert (row["state"], row["attempts"]) == ("waiting", 0)
    assert utc_now() < row["due_at"] < utc_now() + timedelta(minutes=1)
    assert row["error"].startswith("TenantUpgrading")


async def test_pending_tenants_are_reported_by_ready_and_metrics(world: World) -> None:
    await set_level(world, LACKING)
    central = world.client("localhost")
    ready = (await central.get("/ready")).json()
    assert ready["upgrades"] == {"pending": 1, "newer": 0, "refused": 1}
    metrics = (await central.get("/metrics")).text
    assert 'freehold_tenants{level="older"} 1\n' in metrics
    assert 'freehold_tenants{level="current"} 1\n' in metrics
    assert "freehold_tenants_refused 1\n" in metrics
