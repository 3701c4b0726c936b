"""Changes of objects under trouble: deadlocks, lost connections, and owners on other nodes of a cluster."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import TransactionEnded
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tenant_schema.objects.changes import runner
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.objects.tables import SchemaChange, SchemaLease
from tenant_schema.tenant_cache import CacheVersion
from tenant_schema.users.audit.write import Subject, record_event
from tests.support.waiting import until
from tests.tenant_schema.objects.changes.conftest import ON_SERVERS
from tests.tenant_schema.objects.changes.worlds import SCOPE, Config, Tenant, tenant_on

pytestmark = ON_SERVERS
FIELD = FieldDraft(name="extra", label="Extra", type="text", indexed=True)


async def made(tenant: Tenant, name: str) -> None:
    await tenant.create(ObjectDraft(name=name, label="Thing", plural_label="Things"))


async def settled(tenant: Tenant, name: str, *fields: str) -> None:
    """Assert that the object has these fields, nothing is under way, and tables and definitions agree."""
    tenant.at = lambda _point: None
    assert {"extra"} & set((await tenant.model(name)).fields) == set(fields)
    states = {row["state"] for row in await SchemaChange.select(SchemaChange.state)}
    assert states <= {"done", "undone"}
    assert await tenant.drift() == []
    assert not await SchemaLease.exists()


def meanwhile(config: Config, work: Callable[[MySQLEngine], Coroutine[Any, Any, None]]) -> None:
    """Do something on a connection of another thread, and wait for it."""

    async def run() -> None:
        engine = MySQLEngine(config)
        try:
            with DB.bind(engine):
                await work(engine)
        finally:
            await engine.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()


async def _kill_others(engine: MySQLEngine) -> None:
    async with engine.transaction():
        (mine,) = await engine.run_querystring(QueryString("SELECT CONNECTION_ID() AS id"))
        for one in await process_list(engine):
            if one.database == engine.config["database"] and one.id != mine["id"]:
                await engine.run_ddl(f"KILL {one.id}")


@pytest.mark.parametrize("point", ["begun", "did 0", "after 0", "did 1", "written", "valid"])
async def test_a_change_whose_connection_is_lost_is_done_all_the_same(
    database: Config, name: str, point: str
) -> None:
    async with tenant_on(database) as tenant:
        await made(tenant, name)
        met: list[str] = []

        def lose(at: str) -> None:
            if at == point and not met:
                met.append(at)
                meanwhile(database, _kill_others)

        tenant.at = lose
        await tenant.add_field(name, FIELD)

        assert met
        await settled(tenant, name, "extra")


@pytest.mark.parametrize("tries", [1, 5])
async def test_a_change_that_is_the_victim_of_a_deadlock_is_done_again(
    database: Config, name: str, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one try the change is undone, in a transaction of its own, and begun anew."""
    monkeypatch.setattr(runner, "_TRIES", tries)
    async with tenant_on(database) as tenant:
        await made(tenant, name)
        other = MySQLEngine(database)
        holds, met = asyncio.Event(), list[str]()

        async def collide() -> None:
            with DB.bind(other):
                async with DB.transaction() as transaction:
                    for _ in range(50):  # the transaction that has changed less is given up
                        await record_event(None, "weight", Subject("test", None, "x"))
                    await CacheVersion.update({CacheVersion.version: CacheVersion.version + 1}).where(
                        CacheVersion.name == "definitions"
                    )
                    holds.set()
                    await _until_somebody_waits(other)
                    sql = "SELECT id FROM field_definitions FOR UPDATE"
                    await DB.run_querystring(QueryString(sql))
                    await transaction.rollback()

        tenant.at = met.append
        task = asyncio.create_task(collide())
        await holds.wait()
        await tenant.add_field(name, FIELD)
        await task

        assert ("undoing" in met) == (tries == 1)
        await settled(tenant, name, "extra")
        await other.close()


async def _until_somebody_waits(engine: MySQLEngine) -> None:
    sql = "SELECT 1 AS found FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    # InnoDB looks anew when nobody has asked for 0.1 s
    await until(lambda: engine.run_querystring(QueryString(sql)), pause=0.15)


async def _own(server: str, *, seconds: float) -> None:
    until = utc_now() + timedelta(seconds=seconds)
    await SchemaLease.insert(SchemaLease(name="objects", server=server, owner=new_id(), leased_until=until))


async def test_a_change_that_another_node_is_making_is_waited_for_and_refused(
    database: Config, name: str
) -> None:
    async with tenant_on(database, wait=0.2) as tenant:
        await made(tenant, name)
        await _own("another node", seconds=30)
        with pytest.raises(ObjectBusy):
            await tenant.add_field(name, FIELD)
        assert await Recovery()() is False
        await SchemaLease.delete(force=True)
        await settled(tenant, name)


async def test_a_node_that_died_is_replaced_when_its_time_is_up(database: Config, name: str) -> None:
    async with tenant_on(database, wait=0.2) as tenant:
        await made(tenant, name)
        await _own("another node", seconds=-1)
        await tenant.add_field(name, FIELD)
        await settled(tenant, name, "extra")


async def test_a_process_that_died_on_this_server_is_replaced_at_once(database: Config, name: str) -> None:
    async with tenant_on(database, wait=0.2) as tenant:
        servers: list[str] = []

        async def look(_engine: MySQLEngine) -> None:
            servers.extend(row["server"] for row in await SchemaLease.select(SchemaLease.server))

        tenant.at = lambda point: meanwhile(database, look) if point == "begun" else None
        await made(tenant, name)
        tenant.at = lambda _point: None
        await _own(servers[0], seconds=30)
        await tenant.add_field(name, FIELD)
        await settled(tenant, name, "extra")


async def test_who_was_replaced_in_the_middle_goes_no_further(database: Config, name: str) -> None:
    async with tenant_on(database, wait=0.2) as tenant:
        await made(tenant, name)

        async def replace(_engine: MySQLEngine) -> None:
            changes: dict[Any, Any] = {SchemaLease.owner: new_id(), SchemaLease.server: "another node"}
            await SchemaLease.update(changes, force=True)

        tenant.at = lambda point: meanwhile(database, replace) if point == "after 0" else None
        with pytest.raises(TransactionEnded):
            await tenant.add_field(name, FIELD)
        tenant.at = lambda _point: None
        assert "extra" not in (await tenant.model(name)).fields

        await SchemaLease.delete(force=True)  # the other one ends, without having gone on with it
        await tenant.service.recover(SCOPE)
        await settled(tenant, name, "extra")
