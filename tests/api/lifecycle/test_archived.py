"""Backups in the place of a tenant's database, and tenants that are archived and come back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from central.database import CENTRAL
from central.registry.tables import KeptDatabase
from central.settings.backups import FolderAddress
from piccolo_engines.columns import new_id, utc_now
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tests.api.conftest import World
from tests.api.lifecycle.test_copies import fill, names, signed_in
from tests.api.lifecycle.test_moves import begin, carry_out, files, job, kept
from tests.api.scenarios import assert_problem

DEALS = {f"Deal {number}" for number in range(30)}


async def backed_up(world: World) -> str:
    """Take a backup of acme; returns its id."""
    path = f"/setup/tenants/{await world.tenant_id('acme')}/backups"
    assert (await world.operator().post(path)).status_code == 202
    for _ in range(2):
        await world.run_jobs()
    (newest, *_) = (await world.operator().get(path)).json()["data"]
    assert newest["provenAt"] is not None, newest
    return str(newest["id"])


async def until_done(world: World, job_id: str) -> dict[str, Any]:
    """Run jobs until this one has ended."""
    for _ in range(12):
        await world.run_jobs()
        found = await job(world, job_id)
        if found["state"] not in ("waiting", "running"):
            return found
    return await job(world, job_id)


async def test_a_backup_takes_the_place_of_the_database_and_back(world_with: Any, tmp_path: Path) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups"), kept_database_days=3) as world:
        await fill(world)
        user = await world.user()
        backup = await backed_up(world)
        assert (await user.post("/api/v1/data/deals", json={"name": "Later"})).status_code == 201
        await carry_out(world, "restore", {"backup": backup})
        assert await names(user) == DEALS  # with her session
        assert (await user.post("/api/v1/data/deals", json={"name": "After"})).status_code == 201
        (former,) = await kept(world)
        until = datetime.fromisoformat(former["keptUntil"])
        assert timedelta(days=2, hours=23) < until - utc_now() <= timedelta(days=3)
        await carry_out(world, "restore", {"kept": former["id"]})
        assert await names(user) == {*DEALS, "Later"}


async def test_only_a_backup_of_the_tenant_itself_takes_its_place(world_with: Any, tmp_path: Path) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        backup = await backed_up(world)
        path = f"/setup/tenants/{await world.tenant_id('demo')}/restore"
        for one in (backup, str(new_id())):
            response = await world.operator().post(path, json={"backup": one})
            assert_problem(response, "backup-not-found")
        both = await world.operator().post(path, json={"backup": backup, "kept": backup})
        assert both.status_code == 422
        assert_problem(await world.operator().post(path, json={}), "wrong-status")


async def test_archived_and_back_with_everything_and_nothing_left_behind(
    world_with: Any, tmp_path: Path
) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        await fill(world)
        platform, acme = world.platform, await world.tenant("acme")
        with CENTRAL.bind(platform.central_engine):
            async with platform.tenancy.use(acme):
                put = await platform.outbox.put(
                    TenantScope(acme.id, acme.slug, acme.name), "nobody-sends-this", {}
                )
        done = await until_done(world, await begin(world, "archive", {}))
        assert done["state"] == "done", done
        answer = await world.client().get("/api/v1/tenant")
        assert (answer.status_code, answer.json()["code"]) == (503, "tenant-archived")
        server = platform.servers.get(acme.database_server)
        assert not await server.database_exists(acme.db_name)
        with CENTRAL.bind(platform.central_engine):
            assert await platform.credentials.username(acme.id) is None
        response = await world.operator().post(f"/setup/tenants/{acme.id}/resume")
        assert response.status_code == 200
        await world.run_jobs()
        back = await world.tenant("acme")
        assert (back.status, back.database_server) == ("active", acme.database_server)
        world.tokens.clear()  # sessions do not outlive it
        user = await world.user()
        assert await names(user) == DEALS
        assert (await user.post("/api/v1/data/deals", json={"name": "After"})).status_code == 201
        with CENTRAL.bind(platform.central_engine):
            assert await KeptDatabase.count() == 0
            async with platform.tenancy.use(back):
                rows = await OutboxMessage.select().where(OutboxMessage.id == put)
        assert [row["failed_at"] for row in rows] == [None]  # what was due then is sent now
        assert acme.db_name not in files(world)


async def test_an_archived_tenant_can_be_deleted(world_with: Any, tmp_path: Path) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        tenant_id = await world.tenant_id("acme")
        await until_done(world, await begin(world, "archive", {}))
        assert (await world.operator().delete(f"/setup/tenants/{tenant_id}")).json()["success"] is True
        assert_problem(await world.client().get("/api/v1/tenant"), "tenant-not-found")


@pytest.mark.parametrize("body", [{}])
async def test_without_a_store_nothing_is_archived(world: World, body: dict[str, Any]) -> None:
    path = f"/setup/tenants/{await world.tenant_id('acme')}/archive"
    assert_problem(await world.operator().post(path, json=body), "backups-not-configured")
    assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def test_a_deleted_tenant_comes_back_as_another_one_from_its_backup(
    world_with: Any, tmp_path: Path
) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        await fill(world)
        operator, backup = world.operator(), await backed_up(world)
        assert (await operator.delete(f"/setup/tenants/{await world.tenant_id('acme')}")).status_code == 200
        body = {"name": "Acme", "slug": "nova", "primaryDomain": "nova", "from": {"backup": backup}}
        made = await operator.post("/setup/tenants", json=body)
        assert made.status_code == 201, made.text
        assert made.json()["admin"] == {"email": "administrator@acme.example", "password": None}
        assert await names(await signed_in(world, "nova")) == DEALS
        other = {**body, "slug": "x2", "primaryDomain": "x2", "from": {"backup": str(new_id())}}
        assert_problem(await operator.post("/setup/tenants", json=other), "backup-not-found")
        for source in ({}, {"tenant": str(new_id()), "backup": backup}):
            assert (await operator.post("/setup/tenants", json={**other, "from": source})).status_code == 422
