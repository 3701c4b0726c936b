"""One writer of three nodes behind HAProxy, as deploy/galera configures it: the writer is killed under load.

Two processes of the service, tenants and central database on the cluster. Clients repeat a 503 after its
Retry-After, with the same Idempotency-Key, as docs/writing.md describes; everything else must be the right
response. Other sessions read what was acknowledged from any node.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from piccolo.querystring import QueryString

from central.secrets.keys import generate_key
from piccolo_engines.errors import ConnectionLost, LockTimeout
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from tests.support.galera import Node, galera_nodes
from tests.support.haproxy import Proxy, haproxy
from tests.support.processes import free_port, freehold, serving
from tests.support.servers import ServerMissing
from tests.support.thoroughly import some_of
from tests.support.waiting import until

TOKEN = "fho_" + "one-writer-of-three-" * 2
PASSWORD = "tests-only"
TENANTS = some_of(("acme", "globex"), 1)
WAITS = {"object-busy", "idempotency-busy"}
"""Also come with Retry-After: for half a minute a change of objects waits for one that died with its node,
and a repeated request for its first attempt.
"""


@pytest.fixture(scope="module")
def nodes() -> Iterator[Sequence[Node]]:
    """Three nodes; skipped with a loud line without Galera, which CI must have."""
    try:
        with galera_nodes(3) as found:
            yield found
    except ServerMissing as missing:
        missing_in_ci(missing)


@pytest.fixture(scope="module")
def proxy(nodes: Sequence[Node], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    try:
        with haproxy(nodes, tmp_path_factory.mktemp("haproxy")) as found:
            yield found
    except ServerMissing as missing:
        missing_in_ci(missing)


def missing_in_ci(missing: ServerMissing) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have it: {missing}")
    pytest.skip(f"NOT TESTED ON THREE NODES: {missing}")


@pytest.fixture
def services(nodes: Sequence[Node], proxy: Proxy, tmp_path: Path) -> Iterator[list[int]]:
    """The ports of two processes of the service."""
    nodes[0].ask(
        "CREATE DATABASE central CHARACTER SET utf8mb4; "
        f"CREATE USER freehold@'%' IDENTIFIED BY '{PASSWORD}'; "
        "GRANT ALL ON *.* TO freehold@'%' WITH GRANT OPTION; "
        f"CREATE USER reports@'%' IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON *.* TO reports@'%'"
    )
    environ = {
        "CENTRAL_DATABASE_URL": f"mysql://freehold:{PASSWORD}@127.0.0.1:{proxy.writer}/central",
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(proxy.writer),
        "DB_ROOT_USER": "freehold",
        "DB_ROOT_PASSWORD": PASSWORD,
        "ENCRYPTION_KEY": generate_key(),
        "OPERATOR_TOKEN": TOKEN,
        "DATA_DIR": str(tmp_path),
        "ATTESTATION_HOURS": "0",
    }
    freehold(["setup", "--no-env-file"], folder=tmp_path, environ=environ)
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        for port in ports:
            own = environ | {"PORT": str(port)}
            stack.enter_context(serving(folder=tmp_path, port=port, environ=own))
        yield ports


@dataclass
class Load:
    """What clients do until they are stopped, and what became of it."""

    unavailable: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def repeat(self, name: str, act: Callable[[int], Awaitable[None]], pause: float) -> None:
        for number in count():
            if self.ends.is_set():
                return
            await act(number)
            self.done[name] += 1
            await asyncio.sleep(pause)

    async def goes_on(self, tasks: Sequence["asyncio.Task[None]"], times: int = 2) -> None:
        """Wait until every client has done its work so many times more."""
        before = self.done.copy()
        names = [one.get_name() for one in tasks]

        def all_have() -> bool:
            for one in tasks:
                if one.done():
                    one.result()
            return all(self.done[name] >= before[name] + times for name in names)

        await until(all_have, 300)


class Caller:
    """Calls one host of one process, and repeats what was not available."""

    def __init__(self, load: Load, port: int, host: str, token: str) -> None:
        headers = {"Host": host, "Authorization": f"Bearer {token}"}
        self._load = load
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)

    async def __call__(self, method: str, path: str, body: object = None, *, expects: int = 200) -> Any:
        """Return the response."""
        key = {"Idempotency-Key": str(uuid4())} if method != "GET" else {}
        while True:
            response = await self._client.request(method, path, json=body, headers=key)
            code = response.json().get("code")
            if response.status_code == 503 or code in WAITS:
                self._load.unavailable[f"{method} {code}"] += 1
                await asyncio.sleep(min(float(response.headers["retry-after"]), 0.2))
                continue
            assert response.status_code == expects, (method, path, response.text)
            return response.json()

    async def close(self) -> None:
        await self._client.aclose()


class World:
    """The tenants' and operators' work on two processes."""

    def __init__(self, load: Load, ports: Sequence[int], proxy: Proxy) -> None:
        self.load, self._ports = load, ports
        self._stack = AsyncExitStack()
        self._readers = {"host": "127.0.0.1", "port": proxy.readers, "user": "reports", "password": PASSWORD}
        self.tenants: list[str] = []

    def caller(self, number: int, host: str, token: str) -> Caller:
        caller = Caller(self.load, self._ports[number % len(self._ports)], host, token)
        self._stack.push_async_callback(caller.close)
        return caller

    async def create_tenant(self, slug: str, number: int = 0) -> Any:
        operator = self.caller(number, "localhost", TOKEN)
        body = {"name": slug, "slug": slug, "primaryDomain": slug}
        return await operator("POST", "/setup/tenants", body, expects=201)

    async def begin(self) -> list["asyncio.Task[None]"]:
        work: dict[str, tuple[Callable[[int], Awaitable[None]], float]] = {}
        for slug in TENANTS:
            created = await self.create_tenant(slug)
            host = f"{slug}.localhost"
            login = {name: created["admin"][name] for name in ("email", "password")}
            signed_in = await self.caller(0, host, TOKEN)("POST", "/api/v1/auth/login", login)
            token = signed_in["accessToken"]
            for number in range(len(self._ports)):
                caller = self.caller(number, host, token)
                work[f"{slug} records {number}"] = (self.records(slug, caller), 0.1)
                work[f"{slug} versions {number}"] = (await self.versions(caller), 0.1)
            work[f"{slug} fields"] = (self.fields(self.caller(1, host, token)), 1.0)
        work["tenants"] = (self.new_tenants(), 1.0)
        return [
            asyncio.create_task(self.load.repeat(name, act, pause), name=name)
            for name, (act, pause) in work.items()
        ]

    def records(self, slug: str, caller: Caller) -> Callable[[int], Awaitable[None]]:
        """Create records; what was acknowledged is read at once, here and from any node."""
        engine = self._reader(f"tenant_{slug}")
        acknowledged = self.load.acknowledged.setdefault(slug, [])

        async def act(number: int) -> None:
            name = f"{slug} {number} {uuid4()}"
            record = (await caller("POST", "/api/v1/data/accounts", {"name": name}, expects=201))["data"]
            acknowledged.append(record["id"])
            assert (await caller("GET", f"/api/v1/data/accounts/{record['id']}"))["data"]["name"] == name
            assert await names_on(engine, name) == [name], "acknowledged, and not on the node"

        return act

    async def versions(self, caller: Caller) -> Callable[[int], Awaitable[None]]:
        """Change one record again and again: each change counts once."""
        record = (await caller("POST", "/api/v1/data/contacts", {"last_name": "0"}, expects=201))["data"]
        path = f"/api/v1/data/contacts/{record['id']}"

        async def act(number: int) -> None:
            read = (await caller("GET", path))["data"]
            assert (read["last_name"], read["version"]) == (str(number), number + 1)
            changed = (await caller("PATCH", path, {"last_name": str(number + 1)}))["data"]
            assert (changed["last_name"], changed["version"]) == (str(number + 1), number + 2)

        return act

    def fields(self, caller: Caller) -> Callable[[int], Awaitable[None]]:
        async def act(number: int) -> None:
            body = {"name": f"f{number}", "type": "text", "label": f"F{number}"}
            await caller("POST", "/api/v1/objects/accounts/fields", body, expects=201)
            read = await caller("GET", f"/api/v1/data/accounts?fields=f{number}&limit=1")
            assert all(f"f{number}" in one for one in read["data"])

        return act

    def new_tenants(self) -> Callable[[int], Awaitable[None]]:
        async def act(number: int) -> None:
            slug = f"new{number}"
            await self.create_tenant(slug, number)
            self.tenants.append(slug)
            for process in range(len(self._ports)):
                tenant = await self.caller(process, f"{slug}.localhost", TOKEN)("GET", "/api/v1/tenant")
                assert tenant["name"] == slug

        return act

    def _reader(self, database: str) -> MySQLEngine:
        """Reads from any node, and there what was acknowledged before."""
        sync = {"init_command": "SET SESSION wsrep_sync_wait = 1"}
        engine = MySQLEngine({**self._readers, "database": database, **sync}, PoolSettings(max_size=2))
        self._stack.push_async_callback(engine.close)
        return engine

    async def close(self) -> None:
        await self._stack.aclose()


async def names_on(engine: MySQLEngine, name: str) -> list[str]:
    """The names of the accounts that are called so, on any node; one that dies is left for another."""
    query = QueryString("SELECT name AS name FROM accounts WHERE name = {}", name)

    async def read() -> list[str] | None:
        try:
            return [row["name"] for row in await engine.run_querystring(query)]
        except (ConnectionLost, LockTimeout):  # the latter when it cannot wait for what was committed
            return None

    for _ in range(200):
        if (found := await read()) is not None:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("no node can be read from")


@asynccontextmanager
async def at_work(
    ports: Sequence[int], proxy: Proxy
) -> AsyncIterator[tuple[World, list["asyncio.Task[None]"]]]:
    """Clients at work inside the block, to whom nothing wrong happens."""
    world = World(Load(), ports, proxy)
    try:
        tasks = await world.begin()
        try:
            yield world, tasks
        finally:
            world.load.ends.set()
            await asyncio.gather(*tasks)
    finally:
        await world.close()


async def test_the_writer_is_killed_and_comes_back_and_nothing_acknowledged_is_lost(
    nodes: Sequence[Node], proxy: Proxy, services: list[int]
) -> None:
    first, *others = nodes
    async with at_work(services, proxy) as (world, tasks):
        await world.load.goes_on(tasks)
        first.kill()
        await world.load.goes_on([one for one in tasks if "fields" not in one.get_name()])
        writer = proxy.writers()
        assert len(writer) == 1
        assert writer < {str(one.address.port) for one in others}, "one of the others, for all"
        await asyncio.to_thread(first.start_again, others, 3)
        await world.load.goes_on(tasks)
        assert proxy.writers() == writer, "it stays, although the first one is back"
        proxy.reload()
        assert proxy.writers(10) == writer, "and after a reload"
        await world.load.goes_on(tasks)
    for database in [f"tenant_{slug}" for slug in (*TENANTS, *world.tenants)] + ["central"]:
        await until(lambda database=database: len({checksums(one, database) for one in nodes}) == 1)
    for slug, acknowledged in world.load.acknowledged.items():
        found = first.ask(f"USE tenant_{slug}; SELECT LOWER(HEX(id)) FROM accounts").split()  # noqa: S608
        assert sorted(found) == sorted(one.replace("-", "") for one in acknowledged), "each once"


def checksums(node: Node, database: str) -> str:
    """What the tables of the database hold on this node."""
    tables = node.ask(f"SHOW TABLES FROM {database}").split()
    return node.ask(f"USE {database}; CHECKSUM TABLE {', '.join(tables)}")
