"""A tenant's database has the tenant's id in it: another one in its place is refused, not served."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from central.database import CENTRAL
from central.tables import AuditEvent, Tenant
from piccolo_conf import DB
from tenant_schema.identity import TenantIdentity, read_identity, write_identity
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.scenarios import assert_problem

OTHER = UUID("0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11")


def assert_refused(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    problem = assert_problem(response, "database-mismatch")
    assert "tenant_" not in problem["detail"]
    assert str(OTHER) not in response.text


async def close(world: World) -> None:
    """Close the engines of both tenants: the next request opens them."""
    for slug in ("acme", "demo"):
        path = f"/setup/tenants/{await world.tenant_id(slug)}/disconnect?force=true"
        assert (await world.operator().post(path)).status_code == 200


async def change_identity(world: World, to: UUID | None) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(await world.tenant("acme")):
            if to is None:
                await TenantIdentity.delete(force=True)
            else:
                await write_identity(to)
    await close(world)


async def mismatches(world: World) -> list[dict[str, Any]]:
    is_one = AuditEvent.action == "tenant.database-mismatch"
    with CENTRAL.bind(world.platform.central_engine):
        return await AuditEvent.select().where(is_one).order_by(AuditEvent.id)


async def swap(world: World) -> None:
    await close(world)
    folder = world.platform.settings.data_dir / "tenants"
    one, other, spare = (folder / f"{name}.sqlite" for name in ("tenant_acme", "tenant_demo", "spare"))
    one.rename(spare)
    other.rename(one)
    spare.rename(other)


@ON_SQLITE
async def test_two_files_that_were_exchanged(world: World) -> None:
    users = {slug: await world.user(slug=slug) for slug in ("acme", "demo")}
    await swap(world)
    for _ in range(3):
        for user in users.values():
            assert_refused(await user.get("/api/v1/data/accounts"))
            assert_refused(await user.post("/api/v1/data/accounts", json={"name": "First"}))
    found = await mismatches(world)
    assert sorted(row["tenant_slug"] for row in found) == ["acme", "demo"]  # once, not for each request
    metrics = (await world.operator().get("/metrics")).text
    assert "freehold_database_mismatches_total 12" in metrics
    await swap(world)
    for user in users.values():
        assert (await user.get("/api/v1/data/accounts")).status_code == 200


@ON_SQLITE
async def test_a_wrong_row_of_the_registry(world: World) -> None:
    user, acme, demo = await world.user(), await world.tenant("acme"), await world.tenant("demo")
    await close(world)
    with CENTRAL.bind(world.platform.central_engine):
        await Tenant.update({Tenant.db_name: demo.db_name}).where(Tenant.id == acme.id)
    world.platform.resolver.forget()
    assert_refused(await user.get("/api/v1/data/accounts"))


@pytest.mark.parametrize("found", [OTHER, None])
async def test_a_restored_database_of_somebody_else_or_of_nobody(world: World, found: UUID | None) -> None:
    user, tenant = await world.user(), await world.tenant("acme")
    await change_identity(world, found)
    assert_refused(await user.get("/api/v1/data/accounts"))
    assert (await world.client("demo.localhost").get("/api/v1/tenant")).status_code == 200
    events = await mismatches(world)
    assert [row["tenant_id"] for row in events] == [tenant.id]
    assert (str(OTHER) in str(events[0]["detail"])) == (found is not None)


async def test_each_new_tenant_has_its_own_id_however_it_was_created(world_with: Any) -> None:
    async with world_with(tenant_pool=1) as world:
        platform = world.platform
        for slug in ("one", "two", "three"):
            if slug == "two":
                with CENTRAL.bind(platform.central_engine):
                    await platform.pool.fill()
            admin = {"email": f"ada@{slug}.example", "password": PASSWORD}
            body = {"name": slug, "slug": slug, "primaryDomain": slug, "admin": admin}
            assert (await world.operator().post("/setup/tenants", json=body)).status_code == 201
        found = set()
        for slug in ("one", "two", "three", "acme", "demo"):
            tenant = await world.tenant(slug)
            with CENTRAL.bind(platform.central_engine):
                async with platform.tenancy.use(tenant) as engine:
                    with DB.bind(engine):
                        assert await read_identity() == tenant.id
            found.add(tenant.id)
        assert len(found) == 5
