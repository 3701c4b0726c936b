"""Tenants on MariaDB, on MySQL and on SQLite, served by one process: each server with a budget of its own."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
import pytest

from central.connections.engine import BudgetedEngine
from central.settings.settings import Settings
from piccolo_engines.mysql import MySQLEngine
from tests.api.conftest import ON_MARIADB, Warm, World, world_of
from tests.api.records.test_records import ACCOUNTS
from tests.conftest import Found, address_or_skip, ask, clear
from tests.support.servers import ServerAddress
from tests.support.waiting import until

pytestmark = ON_MARIADB
LIMIT = 3
MOST = 2
"""How many of them one tenant gets."""


@dataclass
class Servers:
    """Freehold with acme on MariaDB, nova on MySQL and luna on SQLite, and their administrators signed in."""

    world: World
    mysql: ServerAddress
    clients: dict[str, httpx.AsyncClient]

    def name(self, slug: str) -> str:
        settings = self.world.platform.settings
        return settings.db_hosts[0] if slug == "acme" else settings.db_hosts[1]

    async def metrics(self, slug: str) -> dict[str, int]:
        """What /metrics says of the connections to the server where this tenant is."""
        text = (await self.world.client("localhost").get("/metrics")).text
        found = re.findall(rf'^freehold_connections_(\w+){{server="{self.name(slug)}"}} (\d+)$', text, re.M)
        return {name: int(value) for name, value in found}

    async def engine(self, stack: AsyncExitStack, slug: str) -> BudgetedEngine:
        """Leased until the stack is left."""
        tenant = await self.world.tenant(slug)
        engine = await stack.enter_async_context(self.world.platform.engines.lease(tenant))
        assert isinstance(engine, BudgetedEngine)
        return engine


@pytest.fixture
async def servers(settings: Settings, warm: Warm, servers_found: Found) -> AsyncIterator[Servers]:
    mysql = address_or_skip(servers_found, "mysql")
    if (mysql.user, mysql.password) != (settings.db_root_user, settings.db_root_password):
        pytest.skip("one administrator must be known to both servers")
    hosts = (f"{settings.db_host}:{settings.db_port}", f"{mysql.host}:{mysql.port}")
    budget: dict[str, Any] = {"db_connections": LIMIT, "db_tenant_connections": 2, "db_wait_seconds": 3}
    try:
        async with world_of(replace(settings, db_host=None, db_hosts=hosts, **budget), warm) as world:
            clients = {"acme": await world.user()}
            for slug, where in {"nova": {"dbHost": mysql.host, "dbPort": mysql.port}, "luna": {}}.items():
                clients[slug] = await _made(world, slug, where)
            yield Servers(world, mysql, clients)
    finally:
        await clear(MySQLEngine(mysql.config), settings.db_prefix)


async def _made(world: World, slug: str, where: dict[str, Any]) -> httpx.AsyncClient:
    body = {"name": slug.title(), "slug": slug, "primaryDomain": slug, **where}
    made = await world.operator().post("/setup/tenants", json=body)
    assert made.status_code == 201, made.text
    host = f"{slug}.localhost"
    signed_in = await world.client(host).post("/api/v1/auth/login", json=made.json()["admin"])
    return world.client(host, signed_in.json()["accessToken"])


async def test_each_tenant_is_on_its_own_server_and_sees_its_own_records(servers: Servers) -> None:
    for slug, client in servers.clients.items():
        assert (await client.post(ACCOUNTS, json={"name": f"of {slug}"})).status_code == 201
    for slug, client in servers.clients.items():
        listed = (await client.get(ACCOUNTS)).json()["data"]
        assert [one["name"] for one in listed] == [f"of {slug}"]
    shown = (await servers.world.operator().get("/setup/tenants")).json()["data"]
    placed = {one["slug"]: one["dbServer"] for one in shown}
    assert placed["acme"] == servers.name("acme")
    assert placed["nova"] == servers.name("nova")
    assert placed["luna"] == "sqlite"


async def test_what_a_tenant_may_not_have_of_one_server_keeps_nobody_waiting_on_another(
    servers: Servers,
) -> None:
    async with AsyncExitStack() as stack:
        engine = await servers.engine(stack, "acme")
        for _ in range(MOST):
            stack.callback(engine.give_back, await engine.lease())
        refused = await servers.clients["acme"].get(ACCOUNTS)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        for slug in ("nova", "luna"):
            assert (await servers.clients[slug].get(ACCOUNTS)).status_code == 200


@pytest.mark.parametrize("slug", ["acme", "nova"])
async def test_metrics_say_what_the_server_says(servers: Servers, slug: str) -> None:
    before = await servers.metrics(slug)
    async with AsyncExitStack() as stack:
        engine = await servers.engine(stack, slug)
        sessions = [await engine.lease() for _ in range(MOST)]
        waiting = asyncio.create_task(engine.lease())

        async def somebody_waits() -> bool:
            return (await servers.metrics(slug))["waiting"] == 1

        await until(somebody_waits)
        at_work = await servers.metrics(slug)
        assert (at_work["budget"], at_work["in_use"], at_work["idle"], at_work["waiting"]) == (
            LIMIT,
            MOST,
            0,
            1,
        )
        await until(partial(_are_connected, engine, sessions[0], MOST))
        await asyncio.gather(waiting, return_exceptions=True)
        for session in sessions:
            engine.give_back(session)
        after = await servers.metrics(slug)
        assert (after["in_use"], after["idle"], after["waiting"]) == (0, MOST, 0)
        assert after["timeouts_total"] - before["timeouts_total"] == 1
        assert after["opened_total"] - before["opened_total"] == MOST - before["idle"]
        assert after["evicted_total"] == before["evicted_total"]


async def _are_connected(engine: BudgetedEngine, session: Any, number: int) -> bool:
    """Whether the server shows a tenant so many connections of its user, by one of them."""
    shown = f"SELECT id FROM information_schema.processlist WHERE user = '{engine.config['user']}'"  # noqa: S608 # ours
    return len((await session.send(shown)).rows) == number


READS = {
    "GET one": ("GET", f"{ACCOUNTS}/{{id}}", None),
    "GET a list": ("GET", f"{ACCOUNTS}?filter[industry]=media&sort=-name&limit=50&fields=id,name", None),
    "GET by a path": ("GET", "/api/v1/data/contacts?filter[account.name]=First&sort=account.name", None),
    "GET what is searched": ("GET", f"{ACCOUNTS}?search=first", None),
    "POST a query": ("POST", f"{ACCOUNTS}/query", {"filter": {"or": [{"name": {"eq": "First"}}]}}),
    "GET sums": ("GET", f"{ACCOUNTS}/aggregate?groupBy=industry&select=count", None),
}


@pytest.mark.parametrize("slug", ["acme", "nova"])
async def test_a_warm_read_is_one_command_on_the_wire(servers: Servers, slug: str) -> None:
    """Commands of every kind count, those too that are no statements: a ping would be one."""
    client = servers.clients[slug]
    made = (await client.post(ACCOUNTS, json={"name": "First", "industry": "media"})).json()["data"]

    async def read(method: str, path: str, body: object) -> None:
        answer = await client.request(method, path.format(id=made["id"]), json=body)
        assert answer.status_code == 200, answer.text

    counts = {}
    for name, asked in READS.items():
        for _ in range(8):  # what is asked often is prepared on the server, which is a command as well
            await read(*asked)
        async with AsyncExitStack() as stack:
            engine = await servers.engine(stack, slug)
            before = await _commands(engine)
            for _ in range(5):
                await read(*asked)
            counts[name] = await _commands(engine) - before - 1  # asking is one, too
    assert counts == dict.fromkeys(READS, 5)


async def _commands(engine: BudgetedEngine) -> int:
    """All that the server was sent over the one connection of this tenant."""
    names = "'Questions', 'Com_admin_commands', 'Com_stmt_prepare', 'Com_stmt_close', 'Com_stmt_reset'"
    rows = await ask(engine, f"SHOW SESSION STATUS WHERE Variable_name IN ({names})")
    assert engine.pool_use.idle == 1
    return sum(int(row["Value"]) for row in rows)
