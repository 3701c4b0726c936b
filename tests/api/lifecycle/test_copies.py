"""Copies, sandboxes and templates: a new tenant with everything that another one has at one moment."""

from typing import Any

import httpx
import pytest

from api.jobs.outboxes import mark_outbox
from central.database import CENTRAL
from central.jobs.tables import Job
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.identity import read_identity
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.scenarios import assert_problem

MANY = 10_000


async def copy(world: World, slug: str = "copy", source: str = "acme", **more: Any) -> httpx.Response:
    body = {
        "name": "A copy",
        "slug": slug,
        "primaryDomain": slug,
        "from": {"tenant": await world.tenant_id(source)},
        **more,
    }
    return await world.operator().post("/setup/tenants", json=body)


async def fill(world: World, count: int = 30) -> None:
    user = await world.user()
    fields = [{"name": "name", "label": "Name", "type": "text"}]
    made = await user.post("/api/v1/objects", json={"name": "deals", "label": "Deal", "fields": fields})
    assert made.status_code == 201, made.text
    records = [{"name": f"Deal {number}"} for number in range(count)]
    written = await user.post("/api/v1/data/deals/bulk", json={"op": "create", "records": records})
    assert written.json()["ok"] == count


async def names(user: httpx.AsyncClient) -> set[str]:
    response = await user.get("/api/v1/data/deals?limit=200")
    assert response.status_code == 200, response.text
    return {one["name"] for one in response.json()["data"]}


async def signed_in(world: World, slug: str, person: str = "administrator") -> httpx.AsyncClient:
    body = {"email": f"{person}@acme.example", "password": PASSWORD}
    response = await world.client(f"{slug}.localhost").post("/api/v1/auth/login", json=body)
    assert response.status_code == 200, response.text
    return world.client(f"{slug}.localhost", response.json()["accessToken"])


async def test_a_copy_has_records_definitions_and_users_and_is_a_tenant_of_its_own(world: World) -> None:
    await fill(world)
    response = await copy(world)
    assert response.status_code == 201, response.text
    made = response.json()
    assert (made["status"], made["admin"]["password"]) == ("active", None)
    assert (
        made["admin"]["email"]
        == (await world.operator().get(f"/setup/tenants/{await world.tenant_id('acme')}")).json()[
            "adminEmail"
        ]
    )
    user = await signed_in(world, "copy")
    expected = {f"Deal {number}" for number in range(30)}
    assert await names(user) == expected
    assert (await user.post("/api/v1/data/deals", json={"name": "Of the copy"})).status_code == 201
    assert await names(await world.user()) == expected  # the source has nothing of it
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(await world.tenant("copy")) as engine:
            with DB.bind(engine):
                assert str(await read_identity()) == made["tenantId"]


async def test_a_token_of_the_source_is_worth_nothing_in_the_copy(world: World) -> None:
    await fill(world, 1)
    token = await world.sign_in()
    assert (await copy(world)).status_code == 201
    assert (await world.client("copy.localhost", token).get("/api/v1/data/deals")).status_code == 401


async def fill_outbox(world: World, slug: str) -> None:
    """Have 10,000 due messages in the tenant's outbox, and 10,000 due jobs of it, inserted in bulk."""
    platform, tenant, now = world.platform, await world.tenant(slug), utc_now()
    payload = platform.vault.seal('{"number": 1}', tenant.id)
    of_tenant = {"kind": "test.send", "tenant_id": tenant.id, "tenant_slug": slug, "enqueued_at": now}
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(tenant):
            for _ in range(0, MANY, 1_000):
                due = (OutboxMessage(kind="mail", payload=payload, due_at=now) for _ in range(1_000))
                await OutboxMessage.insert(*due)
        for _ in range(0, MANY, 1_000):
            await Job.insert(*(Job(**of_tenant, due_at=now, leased_until=now) for _ in range(1_000)))
        await mark_outbox(platform.jobs, TenantScope(tenant.id, slug, tenant.name))


@ON_SQLITE
async def test_of_ten_thousand_due_mails_and_jobs_a_sandbox_has_none(world: World) -> None:
    platform = world.platform
    await fill_outbox(world, "acme")
    assert (await copy(world, sandbox=True)).status_code == 201
    copied = await world.tenant("copy")
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(copied):
            assert await OutboxMessage.count() == 0
        async with platform.tenancy.use(await world.tenant("acme")):
            assert await OutboxMessage.count() == MANY
        assert await Job.count().where(Job.kind == "test.send") == MANY
        kinds = await Job.select(Job.kind).where(Job.tenant_id == copied.id, Job.due_at.is_not_null())
    assert kinds == []


async def test_a_sandbox_is_one_in_the_registry_from_the_beginning(world: World) -> None:
    made = (await copy(world, sandbox=True)).json()
    shown = (await world.operator().get(f"/setup/tenants/{made['tenantId']}")).json()
    assert (shown["sandbox"], shown["template"]) == (True, False)
    assert (await world.tenant("copy")).is_sandbox
    assert not (await world.tenant("acme")).is_sandbox


async def test_a_template_is_marked(world: World) -> None:
    path = f"/setup/tenants/{await world.tenant_id('acme')}"
    changed = await world.operator().patch(path, json={"template": True})
    assert (changed.status_code, changed.json()["template"]) == (200, True)
    assert (await world.operator().patch(path, json={"name": "Acme 2"})).json()["template"] is True
    assert (await world.operator().patch(path, json={"template": False})).json()["template"] is False


async def test_a_read_only_tenant_can_be_copied_and_a_missing_one_not(world: World) -> None:
    await fill(world, 3)
    operator, tenant_id = world.operator(), await world.tenant_id("acme")
    assert (await operator.post(f"/setup/tenants/{tenant_id}/read-only")).status_code == 200
    assert (await copy(world)).status_code == 201
    user = await signed_in(world, "copy")
    assert (await user.post("/api/v1/data/deals", json={"name": "Writable"})).status_code == 201
    missing = {"tenant": "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"}
    body = {"name": "x", "slug": "x1", "primaryDomain": "x1", "from": missing}
    assert_problem(await operator.post("/setup/tenants", json=body), "tenant-not-found")


@pytest.mark.parametrize("admin", [{"email": "ada@x.example"}])
async def test_a_copy_takes_no_administrator_of_its_own(world: World, admin: Any) -> None:
    response = await copy(world, admin=admin)
    assert response.status_code == 422
    assert [one["code"] for one in response.json()["errors"]] == ["not-with-from"]
    assert (await copy(world, slug="demo")).status_code == 409
