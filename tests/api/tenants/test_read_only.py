"""A read-only tenant: everything that can be read with a session is, and nothing changes in its database."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from central.jobs.tables import Job
from central.tables import AuditEvent, TenantStatus
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.scenarios import assert_problem
from tests.support.registries import new_registry


async def make_read_only(world: World, slug: str = "acme") -> str:
    tenant_id = await world.tenant_id(slug)
    response = await world.operator().post(f"/setup/tenants/{tenant_id}/read-only")
    assert response.status_code == 200, response.text
    assert response.json()["status"] == "read-only"
    return tenant_id


async def resume(world: World, tenant_id: str) -> None:
    response = await world.operator().post(f"/setup/tenants/{tenant_id}/resume")
    assert (response.status_code, response.json()["status"]) == (200, "active")


def assert_read_only(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    assert_problem(response, "tenant-read-only")
    assert int(response.headers["retry-after"]) >= 1


READS: list[tuple[str, str, Any]] = [
    ("GET", "/api/v1/data/accounts", None),
    ("GET", "/api/v1/workspace", None),
    ("GET", "/api/v1/tenant", None),
    ("GET", "/api/v1/objects", None),
    ("GET", "/api/v1/audit", None),
    ("GET", "/schema/openapi.json", None),
    ("POST", "/api/v1/data/accounts/query", {}),
]
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/api/v1/data/accounts", {"name": "Second"}),
    ("POST", "/api/v1/objects", {"name": "deals", "label": "Deal", "fields": []}),
    ("PATCH", "/api/v1/me", {"name": "Ada"}),
    ("DELETE", "/api/v1/users/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", None),
    ("PUT", "/api/v1/tenant-settings/logo", None),
    ("POST", "/api/v1/auth/forgot", {"email": "member@acme.example"}),
    ("POST", "/api/v1/auth/password", {"current": PASSWORD, "new": "staple battery horse"}),
    ("POST", "/admin/api/tables/users/", {}),
]


async def test_reads_go_on_and_writes_are_told_so(world: World) -> None:
    user = await world.user()
    assert (await user.post("/api/v1/data/accounts", json={"name": "First"})).status_code == 201
    tenant_id = await make_read_only(world)
    for method, path, body in READS:
        response = await user.request(method, path, json=body)
        assert response.status_code == 200, (path, response.text)
    for method, path, body in WRITES:
        assert_read_only(await user.request(method, path, json=body))
    assert (await user.get("/api/v1/workspace")).json()["readOnly"] is True
    listed = (await user.get("/api/v1/data/accounts")).json()["data"]
    assert [one["name"] for one in listed] == ["First"]
    assert (await world.client("demo.localhost").get("/api/v1/tenant")).status_code == 200
    await resume(world, tenant_id)
    assert (await user.get("/api/v1/workspace")).json()["readOnly"] is False
    assert (await user.post("/api/v1/data/accounts", json={"name": "Second"})).status_code == 201


async def test_a_body_is_not_read_for_it(world: World) -> None:
    user = await world.user()
    await make_read_only(world)

    async def body() -> Any:
        yield b'{"name": '
        raise AssertionError("It was read.")

    assert_read_only(await user.post("/api/v1/data/accounts", content=body()))


async def test_sessions_are_kept_in_use(world: World) -> None:
    client = world.client()
    body = {"email": "member@acme.example", "password": PASSWORD}
    pair = (await client.post("/api/v1/auth/login", json=body)).json()
    await make_read_only(world)
    for _ in range(2):
        response = await client.post("/api/v1/auth/refresh", json={"refreshToken": pair["refreshToken"]})
        assert response.status_code == 200, response.text
        pair = response.json()
    bearer = {"Authorization": f"Bearer {pair['accessToken']}"}
    assert (await client.get("/api/v1/auth/me", headers=bearer)).status_code == 200


async def test_an_api_key_reads_though_its_use_is_not_recorded(world: World) -> None:
    user = await world.user()
    made = await user.post("/api/v1/api-keys", json={"name": "report", "roles": ["administrator"]})
    assert made.status_code == 201, made.text
    await make_read_only(world)
    program = world.client(token=made.json()["token"])
    assert (await program.get("/api/v1/data/accounts")).status_code == 200


async def test_the_fence_holds_for_a_process_that_takes_the_tenant_for_active(world: World) -> None:
    """Its status says ``active``, as an old cache does: the database itself refuses."""
    user, tenant = await world.user(), await world.tenant("acme")
    await make_read_only(world)
    with CENTRAL.bind(world.platform.central_engine):
        registry = world.platform.registry
        await registry.set_status(tenant.id, TenantStatus.ACTIVE, expected=[TenantStatus.READ_ONLY])
    for method, path, body in WRITES[:3]:
        assert_read_only(await user.request(method, path, json=body))
    assert (await user.get("/api/v1/data/accounts")).json()["data"] == []
    with CENTRAL.bind(world.platform.central_engine):
        await registry.set_status(tenant.id, TenantStatus.READ_ONLY, expected=[TenantStatus.ACTIVE])
    await resume(world, str(tenant.id))
    assert (await user.post("/api/v1/data/accounts", json={"name": "First"})).status_code == 201


async def test_writers_under_way_are_complete_or_refused(world: World) -> None:
    """What a client was told is there, and nothing else is."""
    user = await world.user()

    async def write(number: int) -> bool:
        response = await user.post("/api/v1/data/accounts", json={"name": f"n{number}"})
        if response.status_code != 201:
            assert response.status_code == 503, response.text
        return response.status_code == 201

    writing = [asyncio.ensure_future(write(number)) for number in range(20)]
    await asyncio.wait(writing, return_when=asyncio.FIRST_COMPLETED)
    await make_read_only(world)
    before = {one["name"] for one in (await user.get("/api/v1/data/accounts?limit=200")).json()["data"]}
    created = {f"n{number}" for number, done in enumerate(await asyncio.gather(*writing)) if done}
    after = {one["name"] for one in (await user.get("/api/v1/data/accounts?limit=200")).json()["data"]}
    assert created == after == before


async def test_which_statuses_lead_where(world: World) -> None:
    operator, tenant_id = world.operator(), await world.tenant_id("acme")
    path = f"/setup/tenants/{tenant_id}"
    await make_read_only(world)
    await make_read_only(world)  # again: the fence is there afterwards in any case
    assert_problem(await operator.post(f"{path}/suspend"), "wrong-status")
    await resume(world, tenant_id)
    assert_problem(await operator.post(f"{path}/resume"), "wrong-status")
    assert (await operator.post(f"{path}/suspend")).status_code == 200
    refused = await operator.post(f"{path}/read-only")
    assert_problem(refused, "wrong-status")
    assert refused.status_code == 409
    assert (await operator.post(f"{path}/resume")).status_code == 200
    missing = "/setup/tenants/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11/read-only"
    assert_problem(await operator.post(missing), "tenant-not-found")
    await make_read_only(world)
    assert (await operator.delete(path)).json() == {"success": True}


async def test_one_operation_on_a_tenant_at_a_time(world: World) -> None:
    tenant_id = await make_read_only(world)
    path = f"/setup/tenants/{tenant_id}"
    responses = await asyncio.gather(*(world.operator().post(f"{path}/resume") for _ in range(6)))
    statuses = sorted({(one.status_code, one.json().get("code", "")) for one in responses})
    assert (200, "") in statuses
    assert set(statuses) <= {(200, ""), (409, "operation-running"), (409, "wrong-status")}
    assert (await world.operator().get(path)).json()["status"] == "active"
    user = await world.user()
    assert (await user.post("/api/v1/data/accounts", json={"name": "First"})).status_code == 201


async def test_it_is_in_the_audit_trail_and_among_the_jobs(world: World) -> None:
    tenant_id = await make_read_only(world)
    await resume(world, tenant_id)
    with CENTRAL.bind(world.platform.central_engine):
        actions = [row["action"] for row in await AuditEvent.select().order_by(AuditEvent.id)]
        kinds = [row["kind"] for row in await Job.select().order_by(Job.id) if row["state"] == "done"]
    assert actions[-2:] == ["tenant.read-only", "tenant.resume"]
    assert kinds[-2:] == ["tenant.read-only", "tenant.resume"]


@pytest.mark.parametrize("who", ["guest", "member", "administrator"])
async def test_nobody_but_an_operator_does_it(world: World, who: str) -> None:
    token = None if who == "guest" else await world.sign_in(who)
    path = f"/setup/tenants/{await world.tenant_id('acme')}/read-only"
    response = await world.client("localhost", token).post(path)
    assert response.status_code == 401
    assert (await world.client("acme.localhost", token).post(path)).status_code == 404


@ON_SQLITE
async def test_migrations_and_seeds_pass_the_fence_and_it_stands_again(world: World) -> None:
    from api.operations.upgrade import bring_up_to_date

    await make_read_only(world)
    platform, tenant = world.platform, await world.tenant("acme")
    with CENTRAL.bind(platform.central_engine):
        await bring_up_to_date(platform, tenant)
    path = platform.settings.data_dir / "tenants" / f"{tenant.db_name}.sqlite"
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM users")


@ON_SQLITE
async def test_another_process_sees_the_status(world: World) -> None:
    tenant = await world.tenant("acme")
    with CENTRAL.bind(world.platform.central_engine):
        await make_read_only(world)
        assert (await new_registry().get(tenant.id)).status is TenantStatus.READ_ONLY
