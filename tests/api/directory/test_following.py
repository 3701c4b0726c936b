"""The directory follows the tenants through their outboxes, also when a process dies in between."""

import pytest

from central.database import CENTRAL
from central.directory.service import Directory
from tests.api.conftest import ON_MARIADB, ON_SQLITE, PASSWORD, World


async def known(world: World, *addresses: str) -> list[str]:
    """Those of the addresses that the directory has, once all messages are delivered."""
    await world.run_jobs()
    with CENTRAL.bind(world.platform.central_engine):
        return [one for one in addresses if await world.platform.directory.tenants_of(one, 5)]


@pytest.fixture
async def world(world_with):
    async with world_with(jobs_per_process=0) as made:
        yield made


async def test_each_change_of_a_user_is_followed(world: World) -> None:
    client = await world.user()
    new, renamed = "new@acme.example", "renamed@acme.example"
    made = await client.post("/api/v1/users", json={"email": new, "roles": ["member"], "password": PASSWORD})
    path = f"/api/v1/users/{made.json()['user']['id']}"
    assert await known(world, new, renamed) == [new]
    await client.patch(path, json={"email": renamed})
    assert await known(world, new, renamed) == [renamed]
    await client.post(f"{path}/deactivate")
    assert await known(world, new, renamed) == []
    await client.post(f"{path}/reactivate")
    assert await known(world, new, renamed) == [renamed]
    assert (await client.delete(path)).status_code == 204
    assert await known(world, new, renamed) == []


@ON_SQLITE
async def test_a_new_tenant_s_administrator_is_in_it(world: World) -> None:
    async with world.operator() as operator:
        body = {"name": "Nova", "slug": "nova", "primaryDomain": "nova", "admin": {"email": "a@nova.example"}}
        assert (await operator.post("/setup/tenants", json=body)).status_code == 201
    assert await known(world, "a@nova.example") == ["a@nova.example"]


@ON_SQLITE
async def test_a_change_that_is_rolled_back_is_not_followed(world: World) -> None:
    client = await world.user()
    body = {"email": "ghost@acme.example", "roles": ["nothing"], "password": PASSWORD}
    assert (await client.post("/api/v1/users", json=body)).status_code >= 400
    assert await known(world, "ghost@acme.example") == []


@ON_SQLITE
async def test_a_delivery_that_dies_half_way_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await world.user()
    body = {"email": "new@acme.example", "roles": ["member"], "password": PASSWORD}
    await client.post("/api/v1/users", json=body)
    write, died = Directory.write, []

    async def dies(self: Directory, *given: object) -> None:
        await write(self, *given)  # type: ignore[arg-type]
        if not died:
            died.append(True)
            raise ConnectionError("the process died")

    monkeypatch.setattr(Directory, "write", dies)
    assert await known(world, "new@acme.example") == ["new@acme.example"]
    found = (await client.get("/api/v1/users", params={"search": "new@"})).json()["data"][0]["id"]
    await client.delete(f"/api/v1/users/{found}")
    assert await known(world, "new@acme.example") == []
    assert died


@ON_SQLITE
async def test_messages_delivered_late_or_twice_change_nothing(world: World) -> None:
    """What counts is the tenant's state when a message is delivered, not when it was written."""
    client = await world.user()
    body = {"email": "new@acme.example", "roles": ["member"], "password": PASSWORD}
    made = (await client.post("/api/v1/users", json=body)).json()
    await client.post(f"/api/v1/users/{made['user']['id']}/deactivate")
    assert await known(world, "new@acme.example") == []
    platform, tenant = world.platform, await world.tenant("acme")
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(tenant):
            for _ in range(2):
                payload = {"addresses": ["new@acme.example", "member@acme.example", "nobody@acme.example"]}
                await platform.directory_updates.deliver(tenant, tenant.id, payload)
    assert await known(world, "new@acme.example", "member@acme.example", "nobody@acme.example") == [
        "member@acme.example"
    ]


@ON_MARIADB
async def test_signing_in_on_a_central_host(world: World) -> None:
    world.platform.central_sign_in.seconds = 60.0
    body = {"email": "member@acme.example", "password": PASSWORD}
    response = await world.client("localhost").post("/sign-in", json=body)
    (found,) = response.json()["tenants"]
    ticket = {"ticket": found["ticketUrl"].partition("#ticket=")[2]}
    assert (await world.client().post("/api/v1/auth/ticket", json=ticket)).status_code == 200
    assert (await world.client().post("/api/v1/auth/ticket", json=ticket)).status_code == 401
