"""Many tenants on one database server: a random load on a small budget, and the cost of a tenant.

``python -m benchmarks.tenants [--database mysql] [--tenants 300] [--budget 40] [--clients 100] [--pause 1]``

Creates the tenants' databases and users, and leases each engine once, to measure memory and connections. Then
clients read and write as random tenants, while the number of the server's connections is recorded. The server
is that of ``TEST_MARIADB_URL`` or ``TEST_MYSQL_URL``, or a private one. Everything that was created is
dropped.
"""

import argparse
import asyncio
import gc
import random
import statistics
import time
import tracemalloc
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from piccolo.querystring import QueryString
from rich.console import Console

from central.connections.rules import BudgetRules, BudgetUse
from central.provisioning.types import generate_password
from central.registry import TenantRef
from central.servers import Login
from central.servers.mysql import MySQLServer
from central.tables import TenantStatus
from central.tenancy.engines import TenantEngines
from piccolo_engines.columns import new_id
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.processes import process_list
from tests.support.servers import ServerAddress, address_of

__all__ = ["main"]

PASSWORD = generate_password(32)


@dataclass
class Load:
    """The clients' results, and the server's number of connections."""

    waits: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)


async def rows(engine: MySQLEngine, sql: str, *values: object) -> list[dict[str, Any]]:
    return await engine.run_querystring(QueryString(sql, *values))


@asynccontextmanager
async def tenants_on(server: MySQLServer, count: int) -> AsyncIterator[list[TenantRef]]:
    """Create so many tenants with a table of a hundred rows each. Drops them afterwards."""
    prefix = f"b{uuid.uuid4().hex[:6]}_"
    tenants = [_tenant(server, f"{prefix}{number}") for number in range(count)]
    gate = asyncio.Semaphore(2)

    async def each(act: Any, tenant: TenantRef) -> None:
        async with gate:
            await act(server, tenant)

    try:
        await asyncio.gather(*(each(_make, tenant) for tenant in tenants))
        yield tenants
    finally:
        await asyncio.gather(*(each(_drop, tenant) for tenant in tenants))


def _tenant(server: MySQLServer, name: str) -> TenantRef:
    return TenantRef(new_id(), name, name, TenantStatus.ACTIVE, server.name, name, f"{name}.localhost")


async def _make(server: MySQLServer, tenant: TenantRef) -> None:
    name = tenant.db_name
    await server.create_database(name)
    await server.create_user(f"{name}_user", PASSWORD, name)
    engine = server.engine_for(name, Login(f"{name}_user", lambda: PASSWORD))
    await engine.run_ddl("CREATE TABLE note (id INT PRIMARY KEY, body VARCHAR(200))")
    values = ", ".join(f"({number}, 'note {number} of {name}')" for number in range(100))
    await engine.run_ddl(f"INSERT INTO note VALUES {values}")  # noqa: S608 - numbers and names
    await engine.close()


async def _drop(server: MySQLServer, tenant: TenantRef) -> None:
    await server.drop_database(tenant.db_name)
    await server.drop_user(f"{tenant.db_name}_user")


def engines_on(server: MySQLServer) -> TenantEngines:
    async def opener(tenant: TenantRef) -> MySQLEngine:
        return server.engine_for(tenant.db_name, Login(f"{tenant.db_name}_user", lambda: PASSWORD))

    return TenantEngines(opener)


async def request(engines: TenantEngines, tenant: TenantRef) -> None:
    """Read once; every tenth time also write, in a transaction."""
    number = random.randrange(100)
    async with engines.lease(tenant) as engine:
        assert isinstance(engine, MySQLEngine)
        found = await rows(engine, "SELECT body FROM note WHERE id = {}", number)
        assert found[0]["body"].startswith(f"note {number} of {tenant.db_name}"), found
        if number % 10 == 0:
            async with engine.transaction():
                await rows(engine, "SELECT body FROM note WHERE id = {} FOR UPDATE", number)
                await rows(engine, "UPDATE note SET body = CONCAT(body, '') WHERE id = {}", number)


async def drive(
    engines: TenantEngines, tenants: list[TenantRef], root: MySQLEngine, options: argparse.Namespace
) -> Load:
    load, end = Load(), time.perf_counter() + options.seconds
    prefix = tenants[0].db_name.partition("_")[0]

    async def client() -> None:
        while (begun := time.perf_counter()) < end:
            try:
                await request(engines, random.choice(tenants))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                load.errors.append(error)
            load.waits.append(time.perf_counter() - begun)
            await asyncio.sleep(random.random() * 2 * options.pause)

    async def watch() -> None:
        while time.perf_counter() < end:
            load.counts.append(sum(one.user.startswith(prefix) for one in await process_list(root)))
            await asyncio.sleep(0.005)

    await asyncio.gather(watch(), *(client() for _ in range(options.clients)))
    return load


def tell(
    console: Console, load: Load, before: BudgetUse, after: BudgetUse, options: argparse.Namespace
) -> None:
    cuts = statistics.quantiles(load.waits, n=1000)
    opened, evicted = after.opened - before.opened, after.evicted - before.evicted
    console.print(
        f"{options.tenants} tenants at random, {options.clients} clients, a budget of {options.budget}: "
        f"{len(load.waits) / options.seconds:,.0f} requests/s, {len(load.errors)} errors\n"
        f"p50 {cuts[499] * 1000:.1f} ms, p99 {cuts[989] * 1000:.1f} ms, "
        f"longest {max(load.waits) * 1000:.0f} ms\n"
        f"connections by the server's own count: {max(load.counts)} at most ({len(load.counts)} looks); "
        f"opened {opened}, evicted {evicted}, timeouts {after.timeouts - before.timeouts}"
    )
    for error in load.errors[:3]:
        console.print(repr(error))


@contextmanager
def allocated() -> Iterator[list[int]]:
    """Count the bytes that the block allocates and keeps.

    The process's size does not shrink when memory is freed.
    """
    found: list[int] = []
    gc.collect()
    tracemalloc.start()
    try:
        yield found
        gc.collect()
        found.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


async def cost(console: Console, server: MySQLServer, tenants: list[TenantRef], options: Any) -> None:
    """Print the cost of a known tenant: its engine, and its part of the process's memory."""
    known = [_tenant(server, f"known_{number}") for number in range(options.known)]
    engines = engines_on(server)
    with allocated() as for_known:
        for tenant in known:
            async with engines.lease(tenant):
                pass
    with allocated() as for_used:
        for tenant in tenants:
            await request(engines, tenant)
    use = server.connections
    console.print(
        f"{options.known} known tenants: {for_known[0] / 1024 / options.known:.1f} KiB each, no connection; "
        f"{len(tenants)} more, used once: {for_used[0] / 1024:,.0f} KiB in all, "
        f"of it {use.idle} idle connections"
    )
    await engines.close_all()


async def run(address: ServerAddress, options: argparse.Namespace, console: Console) -> None:
    rules = BudgetRules(limit=options.budget)
    server = MySQLServer(
        address.host, address.port, Login(address.user, lambda: address.password), budget=rules
    )
    root = MySQLEngine(address.config, PoolSettings(max_size=1))
    async with tenants_on(server, options.tenants) as tenants:
        await cost(console, server, tenants, options)  # before a load leaves free memory in the process
        before, engines = server.connections, engines_on(server)
        tell(console, await drive(engines, tenants, root, options), before, server.connections, options)
        await engines.close_all()
    await root.close()
    await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("mariadb", "mysql"), default="mariadb")
    parser.add_argument("--tenants", type=int, default=300)
    parser.add_argument("--known", type=int, default=1000)
    parser.add_argument("--budget", type=int, default=40)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--pause", type=float, default=0, help="between a client's requests, on average")
    options = parser.parse_args()
    with address_of(options.database) as address:
        asyncio.run(run(address, options, Console()))


if __name__ == "__main__":
    main()
