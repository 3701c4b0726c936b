"""DDL behind a long transaction gives up within seconds, and requests behind it go on."""

import asyncio
import contextvars
from collections.abc import AsyncIterator

import pytest
from piccolo.querystring import QueryString

from central.connections.engine import BudgetedEngine
from central.connections.rules import BudgetRules
from central.servers import Login
from central.servers.mysql import MySQLServer
from piccolo_engines.errors import LockTimeout
from piccolo_engines.limits import waiting_for_locks, without_limit
from tests.central.connections.test_on_servers import PASSWORD
from tests.conftest import cleared
from tests.support.servers import ServerAddress


@pytest.fixture
async def engine(any_server: ServerAddress, prefix: str) -> AsyncIterator[BudgetedEngine]:
    """A tenant's, with a table of a single row."""
    admin, name = Login(any_server.user, lambda: any_server.password), f"{prefix}acme"
    async with cleared(any_server, prefix):
        server = MySQLServer(any_server.host, any_server.port, admin, budget=BudgetRules(limit=4))
        await server.create_database(name)
        await server.create_user(f"{name}_user", PASSWORD, name)
        engine = server.engine_for(name, Login(f"{name}_user", lambda: PASSWORD))
        await engine.run_ddl("CREATE TABLE one (id INT PRIMARY KEY)")
        yield engine
        await engine.close()
        await server.close()


async def patience(engine: BudgetedEngine) -> tuple[int, int]:
    query = QueryString("SELECT @@lock_wait_timeout AS a, @@innodb_lock_wait_timeout AS b")
    (row,) = await engine.run_querystring(query)
    return row["a"], row["b"]


async def test_a_change_of_a_table_gives_up_and_requests_behind_it_go_on(engine: BudgetedEngine) -> None:
    usual = await patience(engine)
    async with engine.transaction():
        await engine.run_querystring(
            QueryString("SELECT * FROM one")
        )  # holds the lock of the table's definition

        async def change() -> None:
            with without_limit(), waiting_for_locks(1):
                assert await patience(engine) == (1, 1)
                await engine.run_ddl("ALTER TABLE one ADD COLUMN n INT")

        async def request() -> None:
            await engine.run_querystring(QueryString("SELECT * FROM one"))

        context = asyncio.get_running_loop()
        changing = context.create_task(change(), context=_outside())
        with pytest.raises(LockTimeout):
            await changing
        await asyncio.wait_for(context.create_task(request(), context=_outside()), 10)
    assert await patience(engine) == usual


def _outside() -> "contextvars.Context":
    """A context without the transaction."""
    return contextvars.Context()
