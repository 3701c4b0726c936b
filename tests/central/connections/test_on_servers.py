"""Many tenants on few connections of a real server, by the server's own count."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from piccolo.engine.base import Engine

from central.connections.rules import BudgetRules
from central.provisioning.types import generate_password
from central.registry import TenantRef
from central.servers import Login
from central.servers.mysql import MySQLServer, UserRules
from central.tables import TenantStatus
from central.tenancy.engines import TenantEngines
from piccolo_engines.columns import new_id
from piccolo_engines.errors import ConnectionLost, PoolTimeout
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import ask, cleared
from tests.support.connected import until_one_runs, until_there_are_none
from tests.support.servers import ServerAddress
from tests.support.waiting import until

PASSWORD = generate_password(32)
TENANTS, LIMIT = 24, 6


@pytest.fixture
async def root(any_server: ServerAddress, prefix: str) -> AsyncIterator[MySQLEngine]:
    async with cleared(any_server, prefix) as root:
        yield root


@asynccontextmanager
async def server_at(
    address: ServerAddress, rules: BudgetRules, users: UserRules | None = None
) -> AsyncIterator[MySQLServer]:
    admin = Login(address.user, lambda: address.password)
    server = MySQLServer(address.host, address.port, admin, budget=rules, users=users)
    try:
        yield server
    finally:
        await server.close()


@pytest.fixture
async def server(any_server: ServerAddress, root: MySQLEngine) -> AsyncIterator[MySQLServer]:
    async with server_at(any_server, BudgetRules(limit=LIMIT, share=2, patience=10, idle=0.2)) as server:
        yield server


async def tenants_on(server: MySQLServer, prefix: str, count: int) -> list[TenantRef]:
    """Tenants whose databases say which they are."""
    made = []
    for number in range(count):
        name = f"{prefix}{number}"
        await server.create_database(name)
        await server.create_user(f"{name}_user", PASSWORD, name)
        slug = str(number)
        made.append(
            TenantRef(new_id(), slug, slug, TenantStatus.ACTIVE, server.name, name, f"{slug}.localhost")
        )
    return made


def engines_on(server: MySQLServer, *, user: str | None = None, **options: float) -> TenantEngines:
    """Each tenant's engine logs in as its own user, or all as one."""

    async def opener(tenant: TenantRef) -> Engine[object]:
        login = Login(user or f"{tenant.db_name}_user", lambda: PASSWORD)
        return server.engine_for(tenant.db_name, login)

    return TenantEngines(opener, **options)  # type: ignore[arg-type]


async def one_user_of(server: MySQLServer, root: MySQLEngine, tenants: list[TenantRef], prefix: str) -> str:
    """A user that may read from all of the tenants' databases."""
    one = f"{prefix}one"
    await server.create_user(one, PASSWORD, tenants[0].db_name)
    for tenant in tenants[1:]:
        await root.run_ddl(f'GRANT SELECT ON "{tenant.db_name}".* TO "{one}"@"%"')
    return one


async def test_many_tenants_at_random_never_exceed_the_budget_and_never_meet(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    """The server counts: all log in as one user, whom it lets have as many connections as the budget and
    refuses one more. A list of its processes is no such count: connections come and go while it is made.
    """
    rules = BudgetRules(limit=LIMIT, share=2, patience=60, idle=0.2)
    async with server_at(any_server, rules, UserRules(max_connections=LIMIT)) as server:
        tenants = await tenants_on(server, prefix, TENANTS)
        engines = engines_on(server, user=await one_user_of(server, root, tenants, prefix))

        async def client() -> None:
            for _ in range(12):
                tenant = random.choice(tenants)
                async with engines.lease(tenant) as engine:
                    assert await ask(engine, "SELECT DATABASE() AS name") == [{"name": tenant.db_name}]
                    if random.random() < 0.3:
                        async with engine.transaction():
                            await ask(engine, "SELECT SLEEP(0.005)")
                            assert await ask(engine, "SELECT DATABASE() AS name") == [
                                {"name": tenant.db_name}
                            ]

        await asyncio.gather(*(client() for _ in range(60)))
        assert (server.connections.in_use, server.connections.timeouts) == (0, 0)
        assert server.connections.evicted > 0
        await until(lambda: not server.connections.idle)
        await until_there_are_none(root, prefix)
        await engines.close_all()


async def test_cancelled_queries_leave_nothing_running_and_give_no_wrong_answer(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    """The server counts the connections: it refuses one more than the budget's."""
    rules = BudgetRules(limit=LIMIT, share=2, patience=60, idle=0.2)
    async with server_at(any_server, rules, UserRules(max_connections=LIMIT)) as server:
        await cancel_at_random(server, root, prefix)
        await until_there_are_none(root, prefix)


async def cancel_at_random(server: MySQLServer, root: MySQLEngine, prefix: str) -> None:
    tenants = await tenants_on(server, prefix, 4)
    engines = engines_on(server, user=await one_user_of(server, root, tenants, prefix))

    async def query(number: int) -> None:
        async with engines.lease(random.choice(tenants)) as engine:
            assert await ask(engine, f"SELECT {number} AS n, SLEEP({random.random() / 100}) AS s") == [
                {"n": number, "s": 0}
            ]

    async def client(number: int) -> None:
        for _ in range(10):
            task = asyncio.create_task(query(number))
            await asyncio.sleep(random.random() / 50)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled():
                task.result()

    await asyncio.gather(*(client(number) for number in range(16)))
    assert server.connections.in_use <= LIMIT
    await engines.close_all()


async def test_an_idle_connection_is_used_at_once_and_one_that_was_killed_is_replaced(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    """Also for a change, of which nothing may happen twice."""
    (tenant,) = await tenants_on(server, prefix, 1)
    engines = engines_on(server)
    async with engines.lease(tenant) as engine:
        await ask(engine, "CREATE TABLE n (id INT)")
        for _ in range(3):
            (known,) = await ask(engine, "SELECT CONNECTION_ID() AS id")
            await root.run_ddl(f"KILL {known['id']}")
            await ask(engine, "INSERT INTO n VALUES (1)")
        assert server.connections.opened == 4
        waiting = asyncio.create_task(ask(engine, "SELECT SLEEP(600)"))
        await until_one_runs(root, prefix)
        waiting.cancel()
        assert await ask(engine, "SELECT COUNT(*) AS n FROM n") == [{"n": 3}]
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(lambda: not server.connections.in_use)
    await engines.close_all()


async def test_past_the_budget_a_query_is_refused_in_time(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    admin = Login(any_server.user, lambda: any_server.password)
    rules = BudgetRules(limit=1, patience=0.1)
    server = MySQLServer(any_server.host, any_server.port, admin, budget=rules)
    first, second = await tenants_on(server, prefix, 2)
    engines = engines_on(server)
    async with engines.lease(first) as engine, engines.lease(second) as other:
        async with engine.transaction():
            await ask(engine, "SELECT 1")
            with pytest.raises(PoolTimeout):
                await ask(other, "SELECT 1")
        assert await ask(other, "SELECT 1 AS one") == [{"one": 1}]
    await engines.close_all()
    await server.close()


async def test_discarding_a_tenant_cuts_what_still_runs(
    server: MySQLServer, root: MySQLEngine, prefix: str
) -> None:
    (tenant,) = await tenants_on(server, prefix, 1)
    engines = engines_on(server, drain=0.1)

    async def hang() -> None:
        async with engines.lease(tenant) as engine:
            await ask(engine, "SELECT SLEEP(600)")

    hanging = asyncio.create_task(hang())

    await until_one_runs(root, prefix)
    await engines.discard(tenant.id)
    with pytest.raises(ConnectionLost):
        await hanging
    await server.drop_database(tenant.db_name)
    await server.close()
    await until_there_are_none(root, prefix)


async def test_one_tenant_with_sixty_slow_statements_leaves_room_for_its_neighbours(
    any_server: ServerAddress, root: MySQLEngine, prefix: str
) -> None:
    """The slow ones wait for a lock that is held until every neighbour has its rows."""
    slow = f"SELECT GET_LOCK('{prefix}', 600) AS got, RELEASE_LOCK('{prefix}') AS released"
    async with server_at(any_server, BudgetRules(limit=16, share=4, patience=60)) as server:
        tenants = await tenants_on(server, prefix, 6)
        engines, got = engines_on(server), 0

        async def run(tenant: TenantRef, sql: str) -> int:
            async with engines.lease(tenant) as engine:
                return len(await ask(engine, sql))

        async with root.transaction():
            await ask(root, f"SELECT GET_LOCK('{prefix}', 0) AS got")
            running = [asyncio.create_task(run(tenants[0], slow)) for _ in range(60)]
            await until(lambda: server.connections.in_use >= 8)
            for _ in range(5):
                got += sum(
                    await asyncio.gather(*(run(tenant, "SELECT 1") for tenant in tenants[1:] for _ in "abcd"))
                )
            assert (got, server.connections.in_use) == (100, 8)
            assert not any(task.done() for task in running)
            await ask(root, f"SELECT RELEASE_LOCK('{prefix}') AS released")
        assert sum(await asyncio.gather(*running)) == 60
        assert server.connections.timeouts == 0
        await engines.close_all()
