"""Hundreds of interleaved requests to two tenants, with clients that hang up, while others come and go.

No answer ever holds the other tenant's data, and no binding or lease survives a request.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import uvicorn

from central.database import CENTRAL
from piccolo_conf import DB
from piccolo_engines.errors import EngineNotBound
from tests.api.conftest import OPERATOR_TOKEN, World

REQUESTS = 600
IN_FLIGHT = 24
SLUGS = ("acme", "demo")
MANNERS = ("listen", "listen", "listen", "sent", "half", "peek")
"""What a client does with its request: waits for the whole answer, or hangs up before, during or after it."""


@asynccontextmanager
async def listening(app: uvicorn._types.ASGIApplication) -> AsyncIterator[int]:
    """The app on a real socket: hanging up is something only a real client does."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@dataclass
class Fire:
    """What is shot at the service, and what came back wrong."""

    port: int
    tokens: dict[str, str]
    dice: random.Random = field(default_factory=lambda: random.Random(20260101))
    ids: dict[str, list[str]] = field(default_factory=lambda: {slug: [] for slug in SLUGS})
    answered: int = 0
    hung_up: int = 0
    wrong: list[str] = field(default_factory=list)

    async def shoot(self, number: int) -> None:
        slug = self.dice.choice(SLUGS)
        other = SLUGS[1 - SLUGS.index(slug)]
        request, expected = self.dice.choice(self.shots())(slug, other, number)
        answer = await self.send(request, self.dice.choice(MANNERS))
        if answer is None:
            self.hung_up += 1
        else:
            self.check(slug, other, expected, answer)

    def shots(self) -> list[Callable[[str, str, int], tuple[bytes, set[int]]]]:
        return [self.create, self.list, self.list, self.read, self.read_others, self.others_token, self.me]

    def create(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        body = json.dumps({"name": f"of-{slug}-{number}", "description": f"of-{slug} " * 50})
        return self.request("POST", slug, "/api/v1/data/accounts", slug, body), {201}

    def list(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        return self.request("GET", slug, "/api/v1/data/accounts?limit=50&sort=-name", slug), {200}

    def read(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        return self.request("GET", slug, f"/api/v1/data/accounts/{self.known(slug)}", slug), {200, 404}

    def read_others(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        return self.request("GET", slug, f"/api/v1/data/accounts/{self.known(other)}", slug), {404}

    def others_token(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        return self.request("GET", slug, "/api/v1/data/accounts", other), {401}

    def me(self, slug: str, other: str, number: int) -> tuple[bytes, set[int]]:
        return self.request("GET", slug, "/api/v1/auth/me", slug), {200}

    def known(self, slug: str) -> str:
        return self.dice.choice(self.ids[slug] or ["01890000-0000-7000-8000-000000000000"])

    def request(self, method: str, slug: str, path: str, token: str, body: str = "") -> bytes:
        head = [f"{method} {path} HTTP/1.1", f"Host: {slug}.localhost", "Connection: close"]
        head += [f"Authorization: Bearer {self.tokens[token]}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "Content-Type: application/json", "", body]).encode()

    async def send(self, request: bytes, manner: str) -> bytes | None:
        """The whole answer, or None for a client that hung up before it had one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request[: len(request) // 2] if manner == "half" else request)
            await writer.drain()
            if manner == "listen":
                return await reader.read()
            if manner == "peek":
                await reader.read(10)
            await asyncio.sleep(self.dice.random() / 200)
            writer.transport.abort()
            return None
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def check(self, slug: str, other: str, expected: set[int], answer: bytes) -> None:
        self.answered += 1
        status = int(answer[9:12])
        if status not in expected:
            self.wrong.append(f"{slug}: {status} instead of {expected}: {answer[-300:]!r}")
        for trace in (f"of-{other}", f"@{other}.example"):
            if trace.encode() in answer:
                self.wrong.append(f"{slug} was told of {other}: {answer[:2000]!r}")
        if status == 201:
            self.ids[slug].append(json.loads(answer.split(b"\r\n\r\n", 1)[1])["data"]["id"])


async def make_and_delete_tenants(world: World, until: asyncio.Event) -> int:
    """Third tenants come and go; returns how many."""
    made = 0
    async with world.client("localhost", OPERATOR_TOKEN, timeout=60) as operator:
        while not until.is_set() or not made:
            body = {"name": "Third", "slug": f"third-{made}", "primaryDomain": f"third-{made}"}
            answer = await operator.post("/setup/tenants", json=body)
            assert answer.status_code == 201, answer.text
            gone = await operator.delete(f"/setup/tenants/{answer.json()['tenantId']}")
            assert gone.status_code == 200, gone.text
            made += 1
    return made


@pytest.mark.timeout(180)
async def test_nothing_crosses_between_tenants_under_fire(world: World) -> None:
    tokens = {slug: await world.sign_in("administrator", slug) for slug in SLUGS}
    over = asyncio.Event()
    thirds = asyncio.create_task(make_and_delete_tenants(world, over))
    async with listening(world.app) as port:
        fire, places = Fire(port, tokens), asyncio.Semaphore(IN_FLIGHT)

        async def shoot(number: int) -> None:
            async with places:
                await fire.shoot(number)

        await asyncio.gather(*(shoot(number) for number in range(REQUESTS)))
        over.set()
        assert await thirds >= 1
    assert fire.wrong == []
    assert fire.answered > REQUESTS / 3
    assert fire.hung_up > REQUESTS / 5
    assert world.platform.engines.stats().leased == 0
    for slot in (DB, CENTRAL):
        with pytest.raises(EngineNotBound):
            _ = slot.bound
    await assert_each_tenant_holds_its_own(world, fire)


async def assert_each_tenant_holds_its_own(world: World, fire: Fire) -> None:
    """What was answered with 201 is there, whole; nothing of the other's is."""
    for slug in SLUGS:
        names: list[str] = []
        client, cursor = await world.user("administrator", slug), ""
        while cursor is not None:
            query = {"limit": "200", "fields": "name"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/api/v1/data/accounts", params=query)).json()
            names += [record["name"] for record in page["data"]]
            cursor = page["page"]["next"]
        assert len(names) >= len(fire.ids[slug])
        assert all(name.startswith(f"of-{slug}-") for name in names)
