"""/setup/tenants/{id}/backups: operators back tenants up, in a folder and on an object store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from central.backups.data_keys import DataKeys
from central.backups.names import archive_name
from central.database import CENTRAL
from central.settings.backups import FolderAddress
from central.tables import AuditEvent
from tenant_schema.archives.format.keys import with_tenant_key
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem
from tests.support.archiving import contents_of, items_of
from tests.support.object_store import ObjectServer, object_server

NO_BACKUP = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


@pytest.fixture
async def world(world_with: Callable[..., Any], tmp_path: Path) -> AsyncIterator[World]:
    """Freehold with a folder for backups."""
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as made:
        yield made


def refused(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert_problem(response, code)


async def path_of(world: World, slug: str = "acme") -> str:
    return f"/setup/tenants/{await world.tenant_id(slug)}/backups"


async def taken(world: World, slug: str = "acme") -> dict[str, Any]:
    """Take a backup, have it proved, and return it as listed."""
    path, operator = await path_of(world, slug), world.operator()
    response = await operator.post(path)
    assert response.status_code == 202, response.text
    await world.run_jobs()
    job = (await operator.get(f"/setup/jobs/{response.json()['job']}")).json()
    assert (job["kind"], job["state"]) == ("backup.take", "done"), job
    newest: dict[str, Any] = (await operator.get(path)).json()["data"][0]
    return newest


async def test_a_backup_is_taken_proved_and_listed(world: World) -> None:
    backup = await taken(world)
    assert backup["provenAt"] >= backup["takenAt"]
    assert backup["rows"] > 20
    assert backup["bytes"] > 1_000
    assert (len(backup["digest"]), backup["reason"], backup.get("failure")) == (64, "request", None)
    again = await taken(world)
    assert again["id"] != backup["id"]
    assert again["digest"] == backup["digest"]
    listed = (await world.operator().get(await path_of(world))).json()
    assert [one["id"] for one in listed["data"]] == [again["id"], backup["id"]]
    assert listed["plan"]["schedule"] == "0 2 * * *"


async def test_the_archive_has_the_tenant_and_opens_with_its_data_key_alone(world: World) -> None:
    backup, tenant = await taken(world), await world.tenant("acme")
    store = world.platform.backups.parts.required_store
    pieces = [piece async for piece in store.download(archive_name(tenant.id, UUID(backup["id"])))]
    with CENTRAL.bind(world.platform.central_engine):
        key = await DataKeys(world.platform.vault).get(tenant.id)
    items = items_of(b"".join(pieces), with_tenant_key(lambda _tenant, _key: key.secret))
    columns, rows = contents_of(items)["users"]
    assert "administrator@acme.example" in {row[columns.index("email")] for row in rows}
    assert "sessions" not in contents_of(items)


async def test_a_change_of_the_tenant_changes_the_digest(world: World) -> None:
    first = await taken(world)
    administrator = await world.user()
    assert (await administrator.post("/api/v1/data/accounts", json={"name": "New"})).status_code == 201
    second = await taken(world)
    assert second["digest"] != first["digest"]
    assert second["rows"] > first["rows"]


async def test_each_tenant_has_its_own_backups(world: World) -> None:
    acme, demo = await taken(world), await taken(world, "demo")
    assert acme["digest"] != demo["digest"]
    path = await path_of(world, "demo")
    assert [one["id"] for one in (await world.operator().get(path)).json()["data"]] == [demo["id"]]
    refused(await world.operator().post(f"{path}/{acme['id']}/verify"), 404, "backup-not-found")


async def test_a_suspended_and_a_read_only_tenant_are_backed_up(world: World) -> None:
    tenant = f"/setup/tenants/{await world.tenant_id('acme')}"
    for status in ("suspend", "read-only"):
        response = await world.operator().post(f"{tenant}/{status}")
        assert response.status_code == 200, response.text
        assert (await taken(world))["provenAt"]
        assert (await world.operator().post(f"{tenant}/resume")).status_code == 200


@ON_SQLITE
async def test_a_damaged_backup_is_not_proven_any_more(world: World) -> None:
    backup, tenant = await taken(world), await world.tenant("acme")
    store, name = world.platform.backups.parts.required_store, archive_name(tenant.id, UUID(backup["id"]))
    data = bytearray(await store.get(name, 10_000_000))
    data[-20] ^= 1
    await store.put(name, bytes(data))
    response = await world.operator().post(f"{await path_of(world)}/{backup['id']}/verify")
    assert response.status_code == 202
    await world.run_jobs()
    job = (await world.operator().get(f"/setup/jobs/{response.json()['job']}")).json()
    assert job["state"] == "failed"
    (found,) = (await world.operator().get(await path_of(world))).json()["data"]
    assert found["provenAt"] is None
    assert found["failure"] == job["error"] == "The end of the archive is missing or damaged."


@ON_SQLITE
async def test_an_archive_in_the_place_of_another_tenants_is_neither_proven_nor_restored(
    world: World,
) -> None:
    backups = {slug: (await world.tenant(slug), await taken(world, slug)) for slug in ("acme", "demo")}
    store, operator = world.platform.backups.parts.required_store, world.operator()
    places = {slug: archive_name(tenant.id, UUID(one["id"])) for slug, (tenant, one) in backups.items()}
    data = {slug: await store.get(name, 10_000_000) for slug, name in places.items()}
    await store.put(places["acme"], data["demo"])
    await store.put(places["demo"], data["acme"])
    for slug, (tenant, one) in backups.items():
        path = f"/setup/tenants/{tenant.id}"
        requested = await operator.post(f"{path}/restore", json={"backup": one["id"]})
        await world.run_jobs()
        job = (await operator.get(f"/setup/jobs/{requested.json()['job']}")).json()
        refusal = "The archive is not sealed with a data key of this installation."
        assert (job["state"], job["error"]) == ("cancelled", f"fill beside: ContentsRefused: {refusal}")
        await operator.post(f"{path}/backups/{one['id']}/verify")
        await world.run_jobs()
        (found,) = (await operator.get(f"{path}/backups")).json()["data"]
        assert (found["provenAt"], found["failure"]) == (None, refusal)
        assert (await world.tenant(slug)).db_name == tenant.db_name
        me = await (await world.user(slug=slug)).get("/api/v1/me")
        assert me.json()["email"] == f"administrator@{slug}.example"


@ON_SQLITE
async def test_the_plan_of_a_tenant_is_changed(world: World) -> None:
    path, operator = await path_of(world), world.operator()

    async def changed(body: dict[str, Any]) -> dict[str, Any]:
        response = await operator.patch(path, json=body)
        assert response.status_code == 200, response.text
        plan: dict[str, Any] = response.json()
        assert plan == (await operator.get(path)).json()["plan"]
        return plan

    plan = await changed({"schedule": "30 */6 * * *"})
    assert (plan["schedule"], plan["ownSchedule"], plan["ownKeep"]) == ("30 */6 * * *", True, False)
    assert plan["nextDueAt"] is not None
    plan = await changed({"keep": "last=1"})
    assert (plan["schedule"], plan["keep"]) == ("30 */6 * * *", "last=1,daily=0,weekly=0,monthly=0")
    plan = await changed({"schedule": None, "keep": None})
    assert (plan["schedule"], plan["ownSchedule"], plan["ownKeep"]) == ("0 2 * * *", False, False)
    response = await operator.patch(path, json={"schedule": "every night", "keep": "all"})
    refused(response, 422, "validation")
    assert [one["field"] for one in response.json()["errors"]] == ["schedule", "keep"]
    refused(await operator.patch(path, json={"scheduled": "x"}), 422, "validation")


@ON_SQLITE
async def test_only_operators_see_backups(world: World) -> None:
    path = await path_of(world)
    calls = [("GET", path), ("POST", path), ("PATCH", path), ("POST", f"{path}/{NO_BACKUP}/verify")]
    for client in (world.client("localhost"), world.client("localhost", await world.sign_in())):
        for method, url in calls:
            refused(await client.request(method, url, json={}), 401, "not-authenticated")
    for method, url in calls:
        assert (await (await world.user()).request(method, url, json={})).status_code == 404


@ON_SQLITE
async def test_what_is_not_there_is_404(world: World) -> None:
    operator = world.operator()
    for path in (f"/setup/tenants/{NO_BACKUP}/backups", "/setup/tenants/acme/backups"):
        for method in ("GET", "POST", "PATCH"):
            refused(await operator.request(method, path, json={}), 404, "tenant-not-found")
    path = await path_of(world)
    for backup in (NO_BACKUP, "x"):
        refused(await operator.post(f"{path}/{backup}/verify"), 404, "backup-not-found")


@ON_SQLITE
async def test_without_a_store_there_are_no_backups(world_with: Callable[..., Any]) -> None:
    async with world_with() as world:
        path = await path_of(world)
        refused(await world.operator().post(path), 409, "backups-not-configured")
        assert (await world.operator().get(path)).json()["data"] == []


@ON_SQLITE
async def test_what_operators_do_is_recorded(world: World) -> None:
    backup, path = await taken(world), await path_of(world)
    await world.operator().post(f"{path}/{backup['id']}/verify")
    await world.operator().patch(path, json={"keep": "last=2"})
    with CENTRAL.bind(world.platform.central_engine):
        events = await AuditEvent.select().order_by(AuditEvent.id).output(load_json=True)
    found = [(one["action"], one["tenant_slug"]) for one in events if one["action"].startswith("backup.")]
    assert found == [(f"backup.{act}", "acme") for act in ("take", "prove", "plan")]


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as found:
        yield found


@ON_SQLITE
async def test_backups_on_an_object_store(world_with: Callable[..., Any], server: ObjectServer) -> None:
    async with world_with(backup_store=server.address("of/tests")) as world:
        assert (await taken(world))["provenAt"]
    assert server.unfinished_uploads() == 0


@ON_SQLITE
async def test_a_tenant_is_served_while_it_is_backed_up(world: World) -> None:
    await world.operator().post(await path_of(world))
    administrator = await world.user()
    jobs = asyncio.create_task(world.run_jobs())
    number = 0
    while not jobs.done():
        response = await administrator.post("/api/v1/data/accounts", json={"name": f"Account {number}"})
        assert response.status_code == 201, response.text
        number += 1
    await jobs
    (backup,) = (await world.operator().get(await path_of(world))).json()["data"]
    assert backup["provenAt"]
    assert number > 1


@ON_SQLITE
async def test_the_metrics_have_the_ages_of_proven_backups(world: World) -> None:
    await taken(world)
    text = (await world.client("localhost").get("/metrics")).text
    assert 'freehold_backup_age_seconds{tenant="acme"} ' in text
    assert 'freehold_backup_age_seconds{tenant="demo"}' not in text
    assert 'freehold_backup_tenants{proven="yes"} 1\n' in text
    assert 'freehold_backup_tenants{proven="no"} 1\n' in text


@ON_SQLITE
async def test_where_nothing_is_backed_up_there_are_no_ages(world_with: Callable[..., Any]) -> None:
    async with world_with() as world:
        assert "freehold_backup" not in (await world.client("localhost").get("/metrics")).text
