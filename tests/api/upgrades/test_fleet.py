"""Upgrades of fifty tenants in waves: what stops them, what is put back, and that they go on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import api.tenant_level
from api.composition import compose
from central.database import CENTRAL
from central.settings.backups import FolderAddress
from central.settings.settings import Settings
from central.upgrades import rows
from central.upgrades.tables import Upgrade, UpgradeState, UpgradeTenant, UpgradeTenantState
from central.upgrades.traffic import Ledger
from tests.api.conftest import CHEAP, ON_SQLITE, Warm, World
from tests.api.scenarios import assert_problem
from tests.api.upgrades.fleet import (
    ADDS_A_TABLE,
    CALLS,
    FAILS_IN_ONE,
    RENAMES_IN_ONE,
    Fleet,
    add_tenants,
    database_of,
    execute,
    fleet_of,
    slug_of,
)

pytestmark = ON_SQLITE

COUNT = 48
"""With acme and demo there are fifty."""
BAD = slug_of(17)
_Fleets = Callable[..., AbstractAsyncContextManager[Fleet]]


@pytest.fixture
def fleet_with(settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Fleets:
    """Fifty tenants; one of them has a table ``marked``."""
    add_tenants(settings.data_dir, COUNT)
    execute(database_of(settings.data_dir, BAD), "CREATE TABLE marked (id INTEGER)")

    @asynccontextmanager
    async def begun(changes: dict[str, Any] | None = None, **parts: str) -> AsyncIterator[Fleet]:
        migrations = tmp_path / "made_up"
        migrations.mkdir()
        given = replace(settings, **(changes or {}))
        async with fleet_of(given, warm.app, monkeypatch, migrations, **parts) as fleet:
            yield fleet

    return begun


async def until(fleet: Fleet, job: str, is_so: Callable[[dict[str, Any]], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so(await fleet.read(job)):
            pass


async def test_all_are_upgraded_in_waves(fleet_with: _Fleets) -> None:
    async with fleet_with(line=ADDS_A_TABLE) as fleet:
        client = fleet.world.client("t-1.localhost")
        assert_problem(await client.get("/api/v1/tenant"), "tenant-upgrading")
        job = await fleet.begin(canary=["acme"], waves=["10%", "100%"])
        other = await fleet.world.operator().post("/setup/upgrades", json={})
        assert other.status_code == 409
        assert_problem(other, "upgrade-running")
        found = await fleet.run(job)
        assert (found["state"], found["waves"], found["wave"]) == ("done", [1, 4, 45], 3)
        assert (found["tenants"]["done"], found["failures"]) == (50, [])
        assert (await client.get("/api/v1/tenant")).status_code == 200
        assert execute(database_of(fleet.folder, BAD), "SELECT * FROM made_up_notes") == []
        again = await fleet.run(await fleet.begin())
        assert (again["state"], sum(again["waves"])) == ("done", 0)
        ended = await fleet.world.operator().post(f"/setup/upgrades/{job}/pause")
        assert_problem(ended, "upgrade-ended")


async def test_a_migration_that_fails_in_one_of_fifty_stops_within_its_wave(fleet_with: _Fleets) -> None:
    async with fleet_with(line=ADDS_A_TABLE) as fleet:
        execute(database_of(fleet.folder, BAD), "CREATE TABLE made_up_notes (id INTEGER)")
        job = await fleet.begin(canary=["acme", BAD, "demo"], parallel=1)
        found = await fleet.run(job)
        assert (found["state"], found["wave"]) == ("stopped", 1)
        assert BAD in found["reason"]
        assert [(one["slug"], one["state"]) for one in found["failures"]] == [(BAD, "failed")]
        assert found["tenants"]["waiting"] >= 47
        metrics = (await fleet.world.client("localhost").get("/metrics")).text
        assert 'freehold_upgrade_tenants{state="failed"} 1\n' in metrics
        resumed = await fleet.act(job, "resume")
        assert resumed["state"] == "running"
        found = await fleet.run(job)
        assert (found["state"], found["tenants"]["done"], found["tenants"]["failed"]) == ("done", 49, 1)


async def test_a_tenant_whose_requests_fail_since_its_upgrade_stops_it(fleet_with: _Fleets) -> None:
    """The verdict is the tenants' own traffic: the migration itself succeeds everywhere."""
    marks = 'KEEPS_WORKING = "it does not"\nNEEDED_FROM = "99.0"'
    async with fleet_with(line=CALLS, function=RENAMES_IN_ONE, marks=marks) as fleet:
        traffic = fleet.world.platform.request_counts.traffic

        numbers = count()

        async def requests() -> None:
            """Sign-ins of somebody else each time, which read the users."""
            for slug in ("acme", "demo", BAD, slug_of(1)):
                body = {"email": f"nobody-{next(numbers)}@acme.example", "password": "wrong"}
                await fleet.world.client(f"{slug}.localhost").post("/api/v1/auth/login", json=body)

        for _ in range(3):
            await requests()
        await traffic.write()
        job = await fleet.begin(canary=[BAD, "acme"], waves=["20%", "100%"], soakSeconds=30)
        runner = fleet.runner()
        while (found := await fleet.read(job))["state"] == "running":
            await runner.drain()
            await requests()
            await traffic.write()
        await runner.stop()
        assert (found["state"], found["wave"], found["tenants"]["done"]) == ("stopped", 1, 1)
        (failure,) = found["failures"]
        assert (failure["slug"], failure["state"]) == (BAD, "broken")
        assert "requests failed since the upgrade, and 0 of 3 before" in failure["error"]


async def test_samples_of_two_processes_decide_together(
    fleet_with: _Fleets, settings: Settings, warm: Warm
) -> None:
    """Two requests fail in each: for one process alone that is no verdict."""
    marks = 'KEEPS_WORKING = "it does not"\nNEEDED_FROM = "99.0"'
    async with fleet_with(line=CALLS, function=RENAMES_IN_ONE, marks=marks) as fleet:
        other = compose(replace(settings, cache_seconds=0.0), hashing=CHEAP)
        first, second = fleet.world, World(other, warm.app.serving(other))
        numbers = count()

        async def requests(world: World) -> None:
            for slug in (BAD, "acme", BAD, "acme"):
                body = {"email": f"nobody-{next(numbers)}@acme.example", "password": "wrong"}
                await world.client(f"{slug}.localhost").post("/api/v1/auth/login", json=body)
            await world.platform.request_counts.traffic.write()

        await requests(first)
        await requests(second)
        job, runner = await fleet.begin(canary=[BAD, "acme"], soakSeconds=30), fleet.runner()
        while (await fleet.read(job))["tenants"]["done"] < 2:
            await runner.drain()
        for world in (first, second):  # what overlaps with the upgrade is left out
            await world.platform.request_counts.traffic.write()
        await requests(first)
        upgrade, parts = await rows.find(UUID(job)), await rows.parts_of(UUID(job))
        ledger = Ledger(upgrade.created_at)
        await ledger.read(parts)
        assert (ledger.watched, ledger.fault(BAD)) == (2, None)
        await requests(second)
        found = await fleet.run(job)
        await runner.stop()
        assert found["state"] == "stopped", found
        (failure,) = found["failures"]
        assert (failure["slug"], failure["state"]) == (BAD, "broken")
        assert "4 of 4 requests failed since the upgrade, and 0 of 4 before" in failure["error"]
        await other.close()


async def test_what_a_failed_migration_has_changed_is_put_back(fleet_with: _Fleets, tmp_path: Path) -> None:
    store = {"backup_store": FolderAddress(tmp_path / "backups")}
    async with fleet_with(store, line=CALLS, function=FAILS_IN_ONE) as fleet:
        path = database_of(fleet.folder, BAD)
        execute(path, "ALTER TABLE audit_events DROP COLUMN address")  # as of a version before
        before = execute(path, "SELECT name FROM users ORDER BY id")
        job = await fleet.begin(canary=["acme", BAD], waves=["0.1%"])
        found = await fleet.run(job)
        assert found["state"] == "stopped"
        assert [(one["slug"], one["state"]) for one in found["failures"]] == [(BAD, "put-back")]
        tenant = await fleet.world.tenant(BAD)
        assert tenant.status == "active"
        path = fleet.folder / "tenants" / f"{tenant.db_name}.sqlite"
        assert execute(path, "SELECT name FROM users ORDER BY id") == before
        acme = database_of(fleet.folder, "acme")
        assert execute(acme, "SELECT DISTINCT name FROM users") == [("Changed",)]
        assert not fleet.world.platform.levels.serves(tenant.schema_level)


async def test_a_version_beside_it_goes_on_with_what_an_expansion_has_added(
    fleet_with: _Fleets, settings: Settings, warm: Warm
) -> None:
    older = compose(replace(settings, cache_seconds=0.0), hashing=CHEAP)
    before = World(older, warm.app.serving(older)).client()
    async with fleet_with(line=ADDS_A_TABLE) as fleet:
        assert (await fleet.run(await fleet.begin(canary=["acme"], waves=["2%"])))["state"] == "done"
        for client in (before, fleet.world.client()):
            assert (await client.get("/api/v1/tenant")).status_code == 200
    await older.close()


async def test_it_is_paused_resumed_and_cancelled(fleet_with: _Fleets) -> None:
    async with fleet_with(line=ADDS_A_TABLE) as fleet:
        job = await fleet.begin(parallel=1)
        runner = fleet.runner()
        working = asyncio.create_task(runner.drain())
        await until(fleet, job, lambda found: found["tenants"]["done"] > 0)
        await fleet.act(job, "pause")
        await working
        paused = await fleet.read(job)
        assert paused["state"] == "paused"
        assert 0 < paused["tenants"]["done"] < 50
        await fleet.act(job, "resume")
        await fleet.act(job, "cancel")
        await runner.drain()
        cancelled = await fleet.read(job)
        assert (cancelled["state"], cancelled["tenants"]["running"]) == ("cancelled", 0)
        listed = (await fleet.world.operator().get("/setup/jobs?kind=fleet.upgrade")).json()["data"]
        assert [one["state"] for one in listed] == ["cancelled"]
        assert (await fleet.run(await fleet.begin()))["state"] == "done"
        await runner.stop()


async def test_a_version_without_the_migration_goes_on_beside_it_until_a_contraction(
    fleet_with: _Fleets, settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no release yet: the one before is this code without the made-up migration."""
    older = compose(replace(settings, cache_seconds=0.0), hashing=CHEAP)
    before = World(older, warm.app.serving(older)).client()
    marks = 'NOT_NEEDED_FROM = "98.0"'
    monkeypatch.setattr(api.tenant_level, "VERSION", "99.0")
    async with fleet_with(line='manager.drop_table("Ticket", "made_up_notes")', marks=marks) as fleet:
        execute(database_of(fleet.folder, "acme"), "CREATE TABLE made_up_notes (id INTEGER)")
        after = fleet.world.client()
        assert (await before.get("/api/v1/tenant")).status_code == 200
        assert_problem(await after.get("/api/v1/tenant"), "tenant-upgrading")
        assert (await fleet.run(await fleet.begin(canary=["acme"], waves=["2%"])))["state"] == "done"
        assert (await after.get("/api/v1/tenant")).status_code == 200
        assert_problem(await before.get("/api/v1/tenant"), "tenant-upgrading")
        other = World(older, warm.app.serving(older)).client("demo.localhost")
        assert (await other.get("/api/v1/tenant")).status_code == 200
    await older.close()


async def test_an_upgrade_whose_job_has_not_ended_is_in_the_way_of_another(world: World) -> None:
    operator = world.operator()
    job = (await operator.post("/setup/upgrades", json={})).json()["job"]
    with CENTRAL.bind(world.platform.central_engine):  # as between the end of an upgrade and that of its job
        await Upgrade.update({Upgrade.state: UpgradeState.CANCELLED}).where(Upgrade.id == job)
    response = await operator.post("/setup/upgrades", json={})
    assert (response.status_code, response.json()["code"]) == (409, "upgrade-running")


async def held(world: World, **values: Any) -> str:
    """An upgrade that has stopped the writes of acme. Returns its id."""
    job = (await world.operator().post("/setup/upgrades", json={})).json()["job"]
    tenant = await world.tenant("acme")
    part = UpgradeTenant(upgrade=job, tenant_id=tenant.id, tenant_slug="acme", wave=0, former_level="")
    part.stops_writes, part.state = True, UpgradeTenantState.RUNNING
    with CENTRAL.bind(world.platform.central_engine):
        await UpgradeTenant.insert(part)
        await Upgrade.update({Upgrade.is_planned: True, **values}).where(Upgrade.id == job)
    response = await world.operator().post(f"/setup/tenants/{tenant.id}/read-only")
    assert response.status_code == 200, response.text
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.upgrades.holds.held(tenant.id) as (claim, _):
            await claim.postpone(None)
    return str(job)


async def test_a_tenant_in_the_middle_of_its_upgrade_is_not_resumed(world: World) -> None:
    await held(world)
    path = f"/setup/tenants/{await world.tenant_id('acme')}/resume"
    assert_problem(await world.operator().post(path), "operation-running")


async def test_an_upgrade_of_another_version_is_cancelled_and_names_what_it_leaves(world: World) -> None:
    job = await held(world, level="another")
    assert (await world.operator().post(f"/setup/upgrades/{job}/cancel")).status_code == 200
    await world.run_jobs()
    found = (await world.operator().get(f"/setup/upgrades/{job}")).json()
    assert found["state"] == "cancelled"
    assert [(one["slug"], one["state"]) for one in found["failures"]] == [("acme", "failed")]
    path = f"/setup/tenants/{await world.tenant_id('acme')}/resume"
    assert (await world.operator().post(path)).status_code == 200
