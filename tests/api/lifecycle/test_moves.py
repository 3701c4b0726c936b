"""Moving a tenant to another server and back: nothing is lost, nothing is written meanwhile, reads go on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from api.operations.tenant_contents import ArchivedContents
from central.database import CENTRAL
from central.jobs.tables import Job
from central.registry import TenantRef
from central.registry.tables import KeptDatabase
from central.tables import AuditEvent
from piccolo_conf import DB
from piccolo_engines.errors import ConnectionLost
from tenant_schema.identity import read_identity
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tests.api.conftest import ON_MARIADB, ON_SQLITE, World
from tests.api.lifecycle.test_copies import fill, names
from tests.api.scenarios import assert_problem

DEALS = {f"Deal {number}" for number in range(30)}


async def begin(world: World, path: str, body: dict[str, Any]) -> str:
    """Enqueue an operation on acme; returns the id of its job."""
    tenant_id = await world.tenant_id("acme")
    response = await world.operator().post(f"/setup/tenants/{tenant_id}/{path}", json=body)
    assert response.status_code == 202, response.text
    return str(response.json()["job"])


async def job(world: World, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.operator().get(f"/setup/jobs/{job_id}")).json()
    return found


async def carry_out(world: World, path: str, body: dict[str, Any]) -> None:
    job_id = await begin(world, path, body)
    await world.run_jobs()
    assert (await job(world, job_id))["state"] == "done", await job(world, job_id)


async def kept(world: World) -> list[dict[str, Any]]:
    response = await world.operator().get(f"/setup/tenants/{await world.tenant_id('acme')}/kept-databases")
    found: list[dict[str, Any]] = response.json()["data"]
    return found


def back(world: World) -> dict[str, Any]:
    settings = world.platform.settings
    return {"dbHost": settings.db_host, "dbPort": settings.db_port}


def files(world: World) -> set[str]:
    return {path.stem for path in (world.platform.settings.data_dir / "tenants").glob("*.sqlite")}


def with_contents(world: World, change: Callable[[ArchivedContents], Any]) -> Any:
    """The kinds of jobs of a platform that copies in another way."""
    from central.lifecycle.replacement import LifeCycleParts
    from central.lifecycle.service import LifeCycle

    life_cycle = world.platform.life_cycle
    parts = life_cycle._parts
    contents = parts.contents
    assert isinstance(contents, ArchivedContents)
    changed = LifeCycleParts(parts, world.platform.vault, change(contents), world.platform.backups)
    return LifeCycle(changed, world.platform.jobs).kinds


@ON_MARIADB
async def test_there_and_back(world: World) -> None:
    await fill(world)
    user, before = await world.user(), await world.tenant("acme")
    await carry_out(world, "move", {"sqlite": True})
    moved = await world.tenant("acme")
    assert (moved.database_server, moved.status) == ("sqlite", "active")
    assert moved.db_name != before.db_name
    assert await names(user) == DEALS  # with the session that she had
    assert (await user.post("/api/v1/data/deals", json={"name": "On SQLite"})).status_code == 201
    assert [(one["dbName"], one["dbServer"]) for one in await kept(world)] == [
        (before.db_name, before.database_server)
    ]
    await carry_out(world, "move", back(world))
    assert await names(user) >= {"On SQLite"}
    with CENTRAL.bind(world.platform.central_engine):
        tenant = await world.tenant("acme")
        async with world.platform.tenancy.use(tenant) as engine:
            with DB.bind(engine):
                assert await read_identity() == tenant.id
    assert tenant.database_server == before.database_server
    assert len(await kept(world)) == 2


@ON_MARIADB
async def test_switching_back_to_what_it_had(world: World) -> None:
    await fill(world)
    before = await world.tenant("acme")
    await carry_out(world, "move", {"sqlite": True})
    (one,) = await kept(world)
    await carry_out(world, "restore", {"kept": one["id"]})
    assert (await world.tenant("acme")).db_name == before.db_name
    user = await world.user()
    assert await names(user) == DEALS
    assert (await user.post("/api/v1/data/deals", json={"name": "Writable again"})).status_code == 201
    (other,) = await kept(world)
    assert other["dbServer"] == "sqlite"
    path = f"/setup/tenants/{before.id}/kept-databases/{other['id']}"
    assert (await world.operator().delete(path)).json() == {"success": True}
    assert (await kept(world), files(world)) == ([], set())
    assert_problem(await world.operator().delete(path), "kept-database-not-found")


@ON_MARIADB
async def test_who_has_signed_out_since_is_not_signed_in_again_by_switching_back(world: World) -> None:
    await fill(world)
    user, other = await world.user(), await world.user("viewer")
    await carry_out(world, "move", {"sqlite": True})
    assert (await user.post("/api/v1/auth/logout")).status_code < 300
    (one,) = await kept(world)
    await carry_out(world, "restore", {"kept": one["id"]})
    assert (await user.get("/api/v1/me")).status_code == 401
    assert (await other.get("/api/v1/me")).status_code == 200


@ON_MARIADB
async def test_reads_go_on_while_it_is_copied_and_writes_are_refused(world: World) -> None:
    await fill(world)
    user, seen = await world.user(), []

    def watching(contents: ArchivedContents) -> Any:
        class Watched(ArchivedContents):
            async def copy(self, *arguments: Any) -> Any:
                seen.append(await names(user))
                refused = await user.post("/api/v1/data/deals", json={"name": "Lost"})
                seen.append((refused.status_code, refused.json()["code"], "retry-after" in refused.headers))
                return await super().copy(*arguments)

        return Watched(**{name: getattr(contents, name) for name in contents.__slots__})

    job_id = await begin(world, "move", {"sqlite": True})
    await world.run_jobs(*with_contents(world, watching))
    assert (await job(world, job_id))["state"] == "done"
    assert seen == [DEALS, (503, "tenant-read-only", True)]


@ON_MARIADB
async def test_a_copy_that_fails_is_tried_again_and_then_undone_without_residue(world: World) -> None:
    await fill(world)
    user, before = await world.user(), await world.tenant("acme")
    attempts = []

    def failing(contents: ArchivedContents) -> Any:
        class Failing(ArchivedContents):
            async def copy(self, *arguments: Any) -> Any:
                await super().copy(*arguments)
                attempts.append(1)
                raise ConnectionLost

        return Failing(**{name: getattr(contents, name) for name in contents.__slots__})

    job_id = await begin(world, "move", {"sqlite": True})
    for _ in range(4):
        assert (await job(world, job_id))["state"] == "waiting"
        await world.run_jobs(*with_contents(world, failing))
    found = await job(world, job_id)
    assert (found["state"], len(attempts)) == ("cancelled", 4)
    assert "fill beside" in found["error"]
    assert await world.tenant("acme") == replace(before, status=before.status)
    assert (await kept(world), files(world)) == ([], set())
    assert (await user.post("/api/v1/data/deals", json={"name": "As before"})).status_code == 201
    await carry_out(world, "move", {"sqlite": True})  # another one is admitted


@ON_MARIADB
async def test_mails_that_were_due_are_kept_and_sent_once(world: World) -> None:
    platform, acme = world.platform, await world.tenant("acme")
    sent: list[UUID] = []

    async def send(_tenant: TenantRef, message_id: UUID, _payload: Any) -> None:
        sent.append(message_id)

    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(acme):
            scope = TenantScope(acme.id, acme.slug, acme.name)
            put = [await platform.outbox.put(scope, "mail", {"number": one}) for one in range(3)]
    platform.message_handlers["mail"] = send  # type: ignore[index]
    await carry_out(world, "move", {"sqlite": True})
    await world.run_jobs()
    await carry_out(world, "restore", {"kept": (await kept(world))[0]["id"]})
    await world.run_jobs()
    assert sorted(sent) == sorted(put)
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(await world.tenant("acme")):
            left = await OutboxMessage.select()
    assert [row["id"] for row in left if row["failed_at"] is None] == []


@ON_SQLITE
async def test_what_is_refused(world: World) -> None:
    operator, tenant_id = world.operator(), await world.tenant_id("acme")
    path = f"/setup/tenants/{tenant_id}"

    async def refused(body: dict[str, Any], code: str, status: int, where: str = "move") -> None:
        response = await operator.post(f"{path}/{where}", json=body)
        assert (response.status_code, response.json()["code"]) == (status, code), response.text

    await refused({}, "validation", 422)
    await refused({"sqlite": True, "dbHost": "x"}, "validation", 422)
    await refused({"sqlite": True}, "already-there", 409)
    await refused({"dbHost": "nobody.example"}, "unknown-database-server", 422)
    await refused({"kept": tenant_id}, "kept-database-not-found", 404, "restore")
    for client in (world.client("localhost"), await world.user()):
        assert (await client.post(f"{path}/move", json={"sqlite": True})).status_code in (401, 404)
    assert (await operator.post(f"{path}/suspend")).status_code == 200
    await refused({"sqlite": True}, "wrong-status", 409)


@ON_MARIADB
async def test_one_operation_at_a_time_and_no_deletion_meanwhile(world: World) -> None:
    operator, tenant_id = world.operator(), await world.tenant_id("acme")
    path = f"/setup/tenants/{tenant_id}"
    await begin(world, "move", {"sqlite": True})
    for method, where, body in (
        ("POST", "/move", {"sqlite": True}),
        ("POST", "/read-only", None),
        ("DELETE", "", None),
    ):
        response = await operator.request(method, path + where, json=body)
        assert (response.status_code, response.json()["code"]) == (409, "operation-running"), response.text
    await world.run_jobs()
    assert (await operator.delete(path)).json() == {"success": True}
    with CENTRAL.bind(world.platform.central_engine):
        await world.platform.life_cycle.drop_expired()
        assert await KeptDatabase.count() == 0
    assert files(world) == set()


@ON_MARIADB
async def test_it_is_in_the_audit_trail(world: World) -> None:
    await carry_out(world, "move", {"sqlite": True})
    with CENTRAL.bind(world.platform.central_engine):
        rows = await AuditEvent.select().where(AuditEvent.action == "tenant.move")
        kinds = {row["kind"] for row in await Job.select()}
    assert len(rows) == 1
    assert "tenant.move" in kinds


@ON_MARIADB
async def test_a_successor_gets_another_database_than_the_one_that_is_kept(world: World) -> None:
    """Its slug leads to a name that a database has which the former tenant had before it was moved."""
    acme = await world.tenant("acme")
    await carry_out(world, "move", {"sqlite": True})
    assert (await world.operator().delete(f"/setup/tenants/{acme.id}")).status_code == 200
    server = world.platform.servers.get(acme.database_server)
    assert await server.database_exists(acme.db_name)
    new = {"name": "Another", "slug": "acme", "primaryDomain": "acme"}
    new |= {"dbHost": world.platform.settings.db_host, "dbPort": world.platform.settings.db_port}
    made = await world.operator().post("/setup/tenants", json=new)
    assert made.status_code == 201, made.text
    assert made.json()["dbName"] != acme.db_name
    with CENTRAL.bind(world.platform.central_engine):
        await world.platform.life_cycle.drop_expired()
    assert not await server.database_exists(acme.db_name)
    assert (await world.client().get("/api/v1/tenant")).status_code == 200
