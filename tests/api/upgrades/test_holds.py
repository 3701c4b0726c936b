"""An upgrade keeps other operations on the tenant away, and gives the tenant back after SIGKILL as well."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.operations.upgrade import bring_up_to_date
from central.database import CENTRAL
from central.jobs.errors import JobLost
from central.jobs.store import JobStore
from central.provisioning.errors import OperationRunning
from central.settings.backups import FolderAddress
from central.settings.settings import Settings
from central.upgrades.holds import TenantHolds
from piccolo_engines.columns import new_id
from tests.api.conftest import KEY, ON_SQLITE, PASSWORD, Warm, World
from tests.api.scenarios import assert_problem
from tests.api.upgrades.fleet import CALLS, WAITS_FOR_A_FILE, Fleet, fleet_of
from tests.support.registries import new_registry
from tests.support.waiting import until

pytestmark = ON_SQLITE

_Fleets = Callable[..., AbstractAsyncContextManager[Fleet]]
LOST = str(new_id())
OPERATIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "read-only": ("POST", "/read-only", None),
    "move": ("POST", "/move", {"sqlite": True}),
    "restore": ("POST", "/restore", {"backup": LOST}),
    "switch back": ("POST", "/restore", {"kept": LOST}),
    "delete": ("DELETE", "", None),
    "resume": ("POST", "/resume", None),
    "archive": ("POST", "/archive", None),
    "erase": ("DELETE", "?erase=true", None),
}


@pytest.fixture
def fleet_with(settings: Settings, warm: Warm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Fleets:
    """Acme and demo, and a version whose migration waits as long as there is a file ``wait``."""

    @asynccontextmanager
    async def begun(**changes: Any) -> AsyncIterator[Fleet]:
        migrations = tmp_path / "made_up"
        migrations.mkdir()
        given, parts = replace(settings, **changes), {"line": CALLS, "function": WAITS_FOR_A_FILE}
        async with fleet_of(given, warm.app, monkeypatch, migrations, **parts) as fleet:
            yield fleet

    return begun


@asynccontextmanager
async def upgrading(fleet: Fleet, migrations: Path) -> AsyncIterator[None]:
    """Inside of the block acme's migration is in its middle; afterwards it is done."""
    (migrations / "wait").touch()
    job = await fleet.begin(canary=["acme"], waves=["0.1%"])
    running = asyncio.create_task(fleet.run(job))
    try:
        await until(lambda: (migrations / "waits").exists() or running.done())
        yield
    finally:
        (migrations / "wait").unlink()
    found = await running
    assert (found["state"], found["failures"]) == ("done", [])


async def refused(world: World, name: str) -> None:
    method, path, body = OPERATIONS[name]
    acme = f"/setup/tenants/{await world.tenant_id('acme')}"
    response = await world.operator().request(method, acme + path, json=body)
    assert (name, response.status_code) == (name, 409), response.text
    assert_problem(response, "operation-running")


async def test_no_operation_begins_in_the_middle_of_an_upgrade(fleet_with: _Fleets, tmp_path: Path) -> None:
    async with fleet_with() as fleet:
        async with upgrading(fleet, tmp_path / "made_up"):
            for name in ("read-only", "move", "switch back", "delete"):
                await refused(fleet.world, name)
        response = await fleet.world.operator().delete(
            f"/setup/tenants/{await fleet.world.tenant_id('acme')}"
        )
        assert response.status_code == 200, response.text


async def test_nor_in_that_of_one_that_has_stopped_the_writes(fleet_with: _Fleets, tmp_path: Path) -> None:
    async with fleet_with(backup_store=FolderAddress(tmp_path / "backups")) as fleet:
        async with upgrading(fleet, tmp_path / "made_up"):
            assert (await fleet.world.tenant("acme")).status == "read-only"
            for name in OPERATIONS:
                await refused(fleet.world, name)
        assert (await fleet.world.tenant("acme")).status == "active"
        again = f"/setup/tenants/{await fleet.world.tenant_id('acme')}/read-only"
        assert (await fleet.world.operator().post(again)).status_code == 200


async def test_an_operation_comes_first(fleet_with: _Fleets) -> None:
    async with fleet_with() as fleet:
        platform, acme = fleet.world.platform, await fleet.world.tenant("acme")
        runner, job = fleet.runner(), await fleet.begin(canary=["acme"], waves=["0.1%"])
        async with platform.upgrades.holds.held(acme.id):
            with pytest.raises(OperationRunning):
                async with platform.upgrades.holds.held(acme.id):
                    pass
            await runner.drain()
            found = await fleet.read(job)
            assert (found["state"], found["tenants"]["waiting"]) == ("running", 1)
        assert (await fleet.run(job))["tenants"]["done"] == 1
        await runner.stop()


async def test_nobody_signs_in_to_a_read_only_tenant_during_its_upgrade(world: World) -> None:
    """Its fence is lifted then, and signing in writes more than a session."""
    tenant_id = await world.tenant_id("acme")
    assert (await world.operator().post(f"/setup/tenants/{tenant_id}/read-only")).status_code == 200
    client = world.client("acme.localhost")
    body = {"email": "administrator@acme.example", "password": PASSWORD}
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.upgrades.holds.held(tenant_id):
            assert_problem(await client.post("/api/v1/auth/login", json=body), "tenant-read-only")
    assert (await client.post("/api/v1/auth/login", json=body)).status_code == 200


async def test_a_process_takes_the_tenant_of_a_dead_one_over(world: World) -> None:
    """The dead process may only have been suspended: it fails at its next write."""
    acme, central = await world.tenant("acme"), world.platform.central_engine
    holding = TenantHolds(new_registry(), JobStore()).held(acme.id)
    with CENTRAL.bind(central):
        suspended, _ = await holding.__aenter__()
        async with TenantHolds(new_registry(), JobStore()).held(acme.id):
            with pytest.raises(JobLost):
                await suspended.write()
        with pytest.raises(JobLost):
            await holding.__aexit__(None, None, None)


async def test_what_a_dead_process_held_is_given_back_by_whoever_executes_jobs(world: World) -> None:
    acme, central = await world.tenant("acme"), world.platform.central_engine
    holding = TenantHolds(new_registry(), JobStore()).held(acme.id)
    with CENTRAL.bind(central):
        await holding.__aenter__()
        await world.platform.jobs.release_abandoned(["tenant.upgrade"])
    await world.run_jobs()
    response = await world.operator().post(f"/setup/tenants/{acme.id}/read-only")
    assert response.status_code == 200, response.text
    with CENTRAL.bind(central), pytest.raises(JobLost):
        await holding.__aexit__(None, None, None)


def kill(folder: Path, store: Path, migrations: Path) -> None:
    """Upgrade acme in a process that dies in the middle of its migration."""
    environ = {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
        "BACKUP_URL": f"file://{store}",
        "DIES_WHILE_UPGRADING": "1",
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-m", "tests.support.upgrading", str(migrations)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(("action", "state"), [(None, "done"), ("pause", "paused"), ("cancel", "cancelled")])
async def test_who_goes_on_after_sigkill_gives_the_tenant_and_its_writes_back(
    fleet_with: _Fleets, tmp_path: Path, action: str | None, state: str
) -> None:
    """Also if it is paused or cancelled then: whose writes are stopped is finished."""
    store = tmp_path / "backups"
    async with fleet_with(backup_store=FolderAddress(store)) as fleet:
        world, folder = fleet.world, fleet.folder
        await asyncio.to_thread(kill, folder, store, tmp_path / "made_up")
        assert (await world.tenant("acme")).status == "read-only"
        await refused(world, "resume")
        await refused(world, "move")
        ((job,),) = [(one["id"],) for one in await jobs(world) if one["kind"] == "fleet.upgrade"]
        await world.platform.jobs.release_abandoned(world.platform.job_runner.kinds)
        if action is not None:
            await fleet.act(job, action)
        found = await fleet.run(job)
        assert (found["state"], found["failures"]) == (state, [])
        assert (await world.tenant("acme")).status == "active"
        assert [one for one in await jobs(world) if one["kind"] == "tenant.upgrade"] == []
        body = {"name": "Written again"}
        written = await (await world.user()).patch("/api/v1/me", json=body)
        assert written.status_code == 200, written.text
        read_only = f"/setup/tenants/{await world.tenant_id('acme')}/read-only"
        assert (await world.operator().post(read_only)).status_code == 200


async def test_a_tenant_that_is_upgraded_by_itself_is_held_as_well(
    fleet_with: _Fleets, tmp_path: Path
) -> None:
    async with fleet_with() as fleet:
        platform, acme = fleet.world.platform, await fleet.world.tenant("acme")
        async with platform.upgrades.holds.held(acme.id) as (_, tenant):
            await refused(fleet.world, "move")
            await bring_up_to_date(platform, tenant)
        with pytest.raises(ConnectionError):
            async with platform.upgrades.holds.held(acme.id):
                raise ConnectionError
        response = await fleet.world.operator().post(f"/setup/tenants/{acme.id}/read-only")
        assert response.status_code == 200, response.text


async def jobs(world: World) -> list[dict[str, Any]]:
    return list((await world.operator().get("/setup/jobs?limit=200")).json()["data"])
