"""Deleted tenants: their names are free at once, and they come back until their archive is destroyed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.operations.deleted_tenants import erase_expired
from central.backups.adopting import AdoptBackups
from central.backups.tables import Backup
from central.database import CENTRAL
from central.jobs.runner import JobRunner
from central.jobs.store import JobStore
from central.jobs.tables import Job
from central.registry.tables import DeletedTenant
from central.settings.backups import FolderAddress
from central.tables import Domain, Tenant
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_MARIADB, World
from tests.api.lifecycle.test_archived import DEALS, backed_up, until_done
from tests.api.lifecycle.test_copies import fill, names
from tests.api.lifecycle.test_moves import files, job
from tests.api.scenarios import assert_problem

NEW_ACME = {"name": "Another", "slug": "acme", "primaryDomain": "acme"}


@pytest.fixture
async def world(world_with: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A world that stores backups."""
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as made:
        yield made


def path_of(tenant: Any) -> str:
    return f"/setup/tenants/{tenant.id}"


def objects_of(folder: Path, text: str) -> list[Path]:
    """The files in the folder with the text in their paths."""
    return [one for one in folder.rglob("*") if one.is_file() and text in str(one.relative_to(folder))]


async def deleted(world: World, *, settled: bool = True) -> Any:
    """Delete acme; returns it as it was."""
    tenant = await world.tenant("acme")
    response = await world.operator().delete(path_of(tenant))
    assert response.status_code == 200, response.text
    assert response.json()["success"] is True
    if settled:
        await settle(world, "tenant.keep")
    world.tokens.clear()
    return tenant


async def newest_job(world: World, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.operator().get(f"/setup/jobs?kind={kind}")).json()["data"][0]
    return found


async def settle(world: World, kind: str) -> dict[str, Any]:
    """Run jobs until the latest one of the kind has ended."""
    newest = await newest_job(world, kind)
    ended = await until_done(world, newest["id"])
    assert ended["state"] == "done", ended
    return ended


async def restore(world: World, tenant: Any, **body: Any) -> dict[str, Any]:
    response = await world.operator().post(f"{path_of(tenant)}/restore", json=body)
    assert response.status_code == 202, response.text
    begun: dict[str, Any] = response.json()
    await until_done(world, begun["job"])
    assert (await job(world, begun["job"]))["state"] == "done", await job(world, begun["job"])
    return begun


@ON_MARIADB
async def test_deleted_and_back_under_its_id_with_everything(world: World, tmp_path: Path) -> None:
    await fill(world)
    operator, acme = world.operator(), await world.tenant("acme")
    await operator.post(f"{path_of(acme)}/domains", json={"domain": "crm.acme.example", "trusted": True})
    response = (await operator.delete(path_of(acme))).json()
    until = datetime.fromisoformat(response["restorableUntil"])
    assert timedelta(days=29) < until - utc_now() <= timedelta(days=30)
    for host in ("acme.localhost", "crm.acme.example"):
        assert_problem(await world.client(host).get("/api/v1/tenant"), "tenant-not-found")
    again = await operator.delete(path_of(acme))
    assert again.json() == response  # deleting twice changes nothing
    await settle(world, "tenant.keep")
    server = world.platform.servers.get(acme.database_server)
    assert not await server.database_exists(acme.db_name)
    with CENTRAL.bind(world.platform.central_engine):
        assert await world.platform.credentials.username(acme.id) is None
    shown = (await operator.get(path_of(acme))).json()
    assert (shown["status"], shown["restorableUntil"]) == ("deleted", response["restorableUntil"])
    listed = (await operator.get("/setup/tenants")).json()["data"]
    assert "acme" not in {one["slug"] for one in listed}
    listed = (await operator.get("/setup/tenants?status=deleted")).json()["data"]
    assert [one["tenantId"] for one in listed] == [str(acme.id)]
    begun = await restore(world, acme)
    assert (begun["slug"], begun["domain"], begun["leftOut"]) == ("acme", "acme.localhost", [])
    back = await world.tenant("acme")
    assert (back.id, back.status, back.primary_domain) == (acme.id, "active", "acme.localhost")
    world.tokens.clear()
    user = await world.user()
    assert await names(user) == DEALS
    assert (await user.post("/api/v1/data/deals", json={"name": "After"})).status_code == 201
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).status_code == 200
    with CENTRAL.bind(world.platform.central_engine):
        assert not await DeletedTenant.exists()
        assert await world.platform.registry.seals.broken() == []
    assert objects_of(tmp_path / "backups", "/deleted") == []


@ON_MARIADB
async def test_another_tenant_gets_its_names_at_once_and_both_live(world: World) -> None:
    await fill(world, 3)
    operator = world.operator()
    acme = await deleted(world, settled=False)  # its database is still there
    made = await operator.post("/setup/tenants", json=NEW_ACME)
    assert made.status_code == 201, made.text
    assert made.json()["dbName"] != acme.db_name
    await settle(world, "tenant.keep")
    other = await world.tenant("acme")
    assert await world.platform.servers.get(other.database_server).database_exists(other.db_name)
    refused = await operator.post(f"{path_of(acme)}/restore", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "slug-taken")
    refused = await operator.post(f"{path_of(acme)}/restore", json={"slug": "acme-old"})
    assert (refused.status_code, refused.json()["code"]) == (409, "domain-taken")
    bad = await operator.post(f"{path_of(acme)}/restore", json={"slug": "No Slug", "primaryDomain": "old"})
    assert bad.status_code == 422
    await restore(world, acme, slug="acme-old", primaryDomain="acme-old")
    back = await world.tenant("acme-old")
    assert (back.id, back.primary_domain) == (acme.id, "acme-old.localhost")
    assert (await world.tenant("acme")).id == other.id
    assert (await world.client("acme-old.localhost").get("/api/v1/tenant")).status_code == 200
    assert (await operator.delete(f"{path_of(other)}?erase=true")).status_code == 200
    assert (await world.client("acme-old.localhost").get("/api/v1/tenant")).status_code == 200


async def test_a_name_that_is_taken_while_it_comes_back_is_not_taken_away(world: World) -> None:
    acme = await deleted(world)
    begun = await world.operator().post(f"{path_of(acme)}/restore", json={})
    assert begun.status_code == 202
    assert (await world.operator().post("/setup/tenants", json=NEW_ACME)).status_code == 201
    ended = await until_done(world, begun.json()["job"])
    assert ended["state"] == "failed"
    assert "acme" in ended["error"]
    with CENTRAL.bind(world.platform.central_engine):
        assert not await Domain.exists().where(Domain.tenant == acme.id)
    await restore(world, acme, slug="acme2", primaryDomain="acme2")  # with other names, after that failed


async def test_restoring_twice_at_once(world: World) -> None:
    acme = await deleted(world)
    both = await asyncio.gather(
        *(world.operator().post(f"{path_of(acme)}/restore", json={}) for _ in range(2))
    )
    codes = sorted(one.status_code for one in both)
    assert codes in ([202, 202], [202, 409])
    assert len({one.json()["job"] for one in both if one.status_code == 202}) == 1
    await settle(world, "tenant.undelete")
    assert (await world.tenant("acme")).id == acme.id


async def test_a_suspended_one_comes_back_suspended_and_an_archived_one_served(world: World) -> None:
    operator, acme = world.operator(), await world.tenant("acme")
    assert (await operator.post(f"{path_of(acme)}/suspend")).status_code == 200
    await deleted(world)
    await restore(world, acme)
    assert (await world.tenant("acme")).status == "suspended"
    assert (await operator.post(f"{path_of(acme)}/resume")).status_code == 200
    archived = await operator.post(f"{path_of(acme)}/archive")
    assert (await until_done(world, archived.json()["job"]))["state"] == "done"
    await deleted(world)
    await restore(world, acme)
    assert (await world.tenant("acme")).status == "active"


async def test_when_its_time_is_over_its_archives_are_destroyed(world: World, tmp_path: Path) -> None:
    acme = await deleted(world)
    platform = world.platform
    with CENTRAL.bind(platform.central_engine):
        await erase_expired(platform)
        assert not (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
        past: dict[Any, Any] = {DeletedTenant.restorable_until: utc_now() - timedelta(seconds=1)}
        await DeletedTenant.update(past).where(DeletedTenant.tenant == acme.id)
        await erase_expired(platform)
        await erase_expired(platform)
    jobs = (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
    assert len(jobs) == 1
    await until_done(world, jobs[0]["id"])
    with CENTRAL.bind(platform.central_engine):
        assert not await Tenant.exists().where(Tenant.id == acme.id)
        assert not await Backup.exists().where(Backup.tenant_id == acme.id)
    assert objects_of(tmp_path, str(acme.id)) == []
    assert_problem(await world.operator().post(f"{path_of(acme)}/restore", json={}), "tenant-not-found")


async def test_one_that_came_back_in_time_is_not_erased(world: World) -> None:
    acme = await deleted(world)
    with CENTRAL.bind(world.platform.central_engine):
        past: dict[Any, Any] = {DeletedTenant.restorable_until: utc_now() - timedelta(seconds=1)}
        await DeletedTenant.update(past).where(DeletedTenant.tenant == acme.id)
        begun = await world.operator().post(f"{path_of(acme)}/restore", json={})
        await erase_expired(world.platform)
    await until_done(world, begun.json()["job"])
    assert (await world.tenant("acme")).status == "active"
    (erasing,) = (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
    assert (await world.operator().post(f"/setup/jobs/{erasing['id']}/retry")).status_code == 200
    await world.run_jobs()
    assert (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"] == []
    assert (await world.tenant("acme")).status == "active"
    assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def time_is_over(world: World) -> None:
    """As if the time of all deleted tenants were over, and that were noticed."""
    with CENTRAL.bind(world.platform.central_engine):
        past: dict[Any, Any] = {DeletedTenant.restorable_until: utc_now() - timedelta(seconds=1)}
        await DeletedTenant.update(past).where(DeletedTenant.has_database.is_not_null())
        await erase_expired(world.platform)


async def test_one_without_a_proven_archive_is_not_erased_before_it_has_one(
    world: World, tmp_path: Path
) -> None:
    acme = await deleted(world, settled=False)
    await time_is_over(world)
    assert (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"] == []
    assert await world.platform.servers.get(acme.database_server).database_exists(acme.db_name)
    await settle(world, "tenant.keep")
    await time_is_over(world)
    await settle(world, "tenant.erase")
    assert objects_of(tmp_path, str(acme.id)) == []


async def test_one_that_was_deleted_again_meanwhile_is_not_erased(world: World, tmp_path: Path) -> None:
    acme = await deleted(world)
    await time_is_over(world)
    (erasing,) = (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
    with CENTRAL.bind(world.platform.central_engine):
        await Job.update({Job.due_at: utc_now() + timedelta(days=1)}).where(Job.id == erasing["id"])
    begun = (await world.operator().post(f"{path_of(acme)}/restore", json={})).json()
    with CENTRAL.bind(world.platform.central_engine):
        await JobRunner(JobStore(), world.platform.job_runner.kinds.values(), size=2).drain()
    assert (await job(world, begun["job"]))["state"] == "done"
    await deleted(world, settled=False)
    await settle(world, "tenant.keep")
    assert (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"] == []
    assert objects_of(tmp_path / "backups", str(acme.id)) != []
    await restore(world, acme)


@pytest.mark.parametrize("settled", [True, False])
async def test_a_deleted_tenant_is_erased(world: World, tmp_path: Path, settled: bool) -> None:
    await backed_up(world)
    acme = await deleted(world, settled=settled)  # also one whose archive is not proven yet
    response = (await world.operator().delete(f"{path_of(acme)}?erase=true")).json()
    assert response["certificate"]["certificate"]["slug"] == "acme"
    await world.run_jobs()
    assert objects_of(tmp_path, str(acme.id)) == []
    assert acme.db_name not in files(world)
    assert_problem(await world.operator().get(path_of(acme)), "tenant-not-found")


async def test_without_days_or_backups_it_is_deleted_for_ever(world_with: Any, tmp_path: Path) -> None:
    store = tmp_path / "backups"
    async with world_with(backup_store=FolderAddress(store), deleted_tenant_days=0) as world:
        await backed_up(world)
        response = await world.operator().delete(f"/setup/tenants/{await world.tenant_id('acme')}")
        assert response.json() == {"success": True}
        assert objects_of(store, "") == []


async def test_it_is_not_deleted_while_another_operation_runs(world: World) -> None:
    acme = await world.tenant("acme")
    moving = await world.operator().post(f"{path_of(acme)}/archive")
    assert moving.status_code == 202
    assert_problem(await world.operator().delete(path_of(acme)), "operation-running")
    assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def test_names_are_only_for_deleted_tenants(world: World) -> None:
    path = f"{path_of(await world.tenant('acme'))}/restore"
    for body in ({"slug": "other"}, {"primaryDomain": "other"}):
        assert (await world.operator().post(path, json=body)).status_code == 422
    acme = await deleted(world)
    kept = {"kept": str(acme.id)}
    assert (await world.operator().post(f"{path_of(acme)}/restore", json=kept)).status_code == 422


async def test_after_the_loss_of_the_central_database_it_is_still_deleted(world: World) -> None:
    acme = await deleted(world)
    platform = world.platform
    assert (await world.operator().post("/setup/tenants", json=NEW_ACME)).status_code == 201
    with CENTRAL.bind(platform.central_engine):
        former = await DeletedTenant.select(DeletedTenant.restorable_until).first()
        for table in (DeletedTenant, Backup):
            await table.delete(force=True)
        await Tenant.delete().where(Tenant.id == acme.id)
        (adopted,) = await AdoptBackups(platform.backups.parts).adopt(lambda _: None)
        assert (adopted.tenant_id, adopted.is_new, adopted.problems) == (acme.id, True, ())
        assert await DeletedTenant.select(DeletedTenant.restorable_until).first() == former
    shown = (await world.operator().get(path_of(acme))).json()
    assert shown["status"] == "deleted"
    assert shown["dbName"] != (await world.tenant("acme")).db_name
    await restore(world, acme, slug="acme2", primaryDomain="acme2")
    assert (await world.tenant("acme2")).id == acme.id
