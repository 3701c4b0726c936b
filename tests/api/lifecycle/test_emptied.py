"""A server is emptied over REST: a job begins the moves, and says what became of each tenant."""

from typing import Any

from central.database import CENTRAL
from central.jobs.tables import Job
from tests.api.conftest import ON_MARIADB, ON_SQLITE, World
from tests.api.lifecycle.test_archived import until_done
from tests.api.lifecycle.test_copies import fill, names
from tests.api.lifecycle.test_moves import DEALS
from tests.api.scenarios import assert_problem


async def servers(world: World) -> list[dict[str, Any]]:
    return list((await world.operator().get("/setup/servers")).json()["data"])


async def empty(world: World, server: str, **body: Any) -> Any:
    return await world.operator().post(f"/setup/servers/{server}/empty", json=body)


@ON_MARIADB
async def test_all_tenants_go_but_one_that_cannot_be_moved(world: World) -> None:
    await fill(world)
    server = (await servers(world))[0]["name"]
    demo = f"/setup/tenants/{await world.tenant_id('demo')}"
    assert (await world.operator().post(f"{demo}/suspend")).status_code == 200
    begun = await empty(world, server, to="sqlite", parallel=1)
    assert begun.status_code == 202, begun.text
    assert (await empty(world, server)).status_code == 422  # nowhere to go; the first one goes on
    assert (await empty(world, server, to="sqlite")).json() == begun.json()
    ended = await until_done(world, begun.json()["job"])
    assert (ended["state"], ended["kind"]) == ("done", "server.empty")
    assert ended["progress"] == {"done": 2, "of": 2, "unit": "tenants"}
    assert ended["result"]["moved"] == {"acme": "sqlite"}
    assert list(ended["result"]["failures"]) == ["demo"]
    found = {one["name"]: (one["tenants"], one["draining"]) for one in await servers(world)}
    assert (found[server], found["sqlite"]) == ((1, True), (1, False))
    assert await names(await world.user()) == DEALS


@ON_MARIADB
async def test_an_interrupted_attempt_is_continued_with_the_moves_that_it_began(world: World) -> None:
    server = (await servers(world))[0]["name"]
    begun = (await empty(world, server, to="sqlite")).json()["job"]
    acme = await world.tenant("acme")
    with CENTRAL.bind(world.platform.central_engine):
        await world.platform.life_cycle.move(acme.id, "sqlite")  # and killed before that was recorded
    ended = await until_done(world, begun)
    assert ended["result"]["moved"] == {"acme": "sqlite", "demo": "sqlite"}
    with CENTRAL.bind(world.platform.central_engine):
        assert await Job.count().where(Job.kind == "tenant.move") == 2


@ON_MARIADB
async def test_a_tenant_that_was_deleted_meanwhile_holds_up_no_other(world: World) -> None:
    server, demo = (await servers(world))[0]["name"], await world.tenant_id("demo")
    begun = (await empty(world, server, to="sqlite", parallel=1)).json()["job"]
    await world.run_jobs()  # the move of the first tenant, while the other one waits
    assert (await world.operator().delete(f"/setup/tenants/{demo}")).status_code == 200
    ended = await until_done(world, begun)
    assert (ended["state"], ended["result"]["moved"]) == ("done", {"acme": "sqlite"})
    assert list(ended["result"]["failures"]) == [str(demo)]


@ON_SQLITE
async def test_what_cannot_be_is_refused(world: World) -> None:
    assert_problem(await empty(world, "db9.internal:3306"), "not-found")
    for body in ({"to": "sqlite"}, {"parallel": 0}, {}):
        assert (await empty(world, "sqlite", **body)).status_code == 422, body
    assert not (await servers(world))[0]["draining"]
    elsewhere = await empty(world, "sqlite", to="db9.internal:3306")
    assert_problem(elsewhere, "unknown-database-server")
    guest = await world.client("localhost").post("/setup/servers/sqlite/empty", json={})
    assert guest.status_code == 401
