"""Changes of one object at the same time, and beside transactions: who waits, and for how long."""

# ruff: noqa: S608 - the names in these statements are the tests' own
import asyncio
import contextvars

import pytest
from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.changes.mysql.dialect import MySQLDialect
from tenant_schema.objects.errors import ObjectBusy
from tests.tenant_schema.objects.changes.conftest import ON_MARIADB, ON_SERVERS, ON_SQLITE
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import Config, Tenant, tenant_on


async def test_one_change_at_a_time_the_next_waits_or_is_told(
    tenant: Tenant, database: Config, name: str
) -> None:
    await made(tenant, name)
    async with tenant_on(database) as other:
        waits = await asyncio.gather(
            tenant.add_field(name, field("one")), other.add_field(name, field("two")), return_exceptions=True
        )
        assert waits == [None, None]
    assert {"one", "two"} <= (await Tenant(tenant.engine).model(name)).fields.keys()
    assert await tenant.drift() == []
    await tenant.drop(name)


@ON_SERVERS
async def test_a_change_that_must_wait_too_long_is_refused(
    tenant: Tenant, database: Config, name: str
) -> None:
    async with tenant_on(database, wait=0) as other:
        with DB.bind(tenant.engine):
            holding = MySQLDialect().exclusive(1)
            await holding.__aenter__()
        with pytest.raises(ObjectBusy):
            await made(other, name)
        with DB.bind(tenant.engine):
            await holding.__aexit__(None, None, None)
        await made(other, name)
        await other.drop(name)


@ON_MARIADB
async def test_a_statement_waits_for_transactions_and_lets_others_by(
    tenant: Tenant, database: Config, name: str
) -> None:
    await tenant.things(name)
    model = await tenant.model(name)
    using, done = asyncio.Event(), asyncio.Event()

    async def use() -> None:
        async with DB.transaction():
            await model.table.count()
            using.set()
            await done.wait()

    async with tenant_on(database) as other:
        holding = asyncio.create_task(use())
        await using.wait()
        change = asyncio.create_task(tenant.add_field(name, field("extra")))
        with DB.bind(tenant.engine):
            await asyncio.sleep(0.3)
            assert not change.done()
            assert await asyncio.wait_for(_count_beside(database, model.table_name), 60) == 3
        done.set()
        await holding
        await change
        assert "extra" in (await other.model(name)).fields
    await tenant.drop(name, name)


async def _count_beside(database: Config, table: str) -> int:
    async with tenant_on(database):
        return int((await DB.run_querystring(QueryString(f'SELECT COUNT(*) AS n FROM "{table}"')))[0]["n"])


@ON_SQLITE
async def test_a_change_that_waits_too_long_for_the_writer_is_refused(tenant: Tenant, name: str) -> None:
    hurried = Tenant(tenant.engine, wait=0.1)
    async with DB.transaction():
        other = contextvars.Context()
        work = asyncio.get_running_loop().create_task(_made_bound(hurried, name), context=other)
        with pytest.raises(ObjectBusy):
            await work
    await made(tenant, name)
    await tenant.drop(name)


async def _made_bound(tenant: Tenant, name: str) -> None:
    with DB.bind(tenant.engine):
        await made(tenant, name)
