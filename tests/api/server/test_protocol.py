"""Over a real socket: what is no HTTP gets a problem too, and no binding outlives its request."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from api.server.protocol import MOST_HEAD_BYTES, ProblemProtocol
from tests.api.conftest import OPERATOR_TOKEN, World
from tests.support.waiting import until


@asynccontextmanager
async def listening(world: World, port: int = 0) -> AsyncIterator[int]:
    """The port of the app behind uvicorn, as ``freehold serve`` has it: by default one that is free."""
    config = uvicorn.Config(
        world.app,
        port=port,
        http=ProblemProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def say(port: int, *pieces: bytes) -> tuple[int, dict[str, str], Any]:
    """Sends bytes and gives the first answer: status, headers, JSON."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
    body = await reader.readexactly(int(headers["content-length"]))
    writer.close()
    return int(head[0].split()[1]), headers, json.loads(body)


@pytest.mark.parametrize(
    "words",
    [
        b"nonsense\r\n\r\n",
        b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"FOO /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: five\r\n\r\n",
        b"GET ftp://demo.localhost/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http:/demo.localhost/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"CONNECT demo.localhost:80 HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET demo@/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_a_problem(world: World, words: bytes) -> None:
    async with listening(world) as port:
        status, headers, problem = await say(port, words)
    assert status == problem["status"] == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["requestId"]
    assert problem["code"] == "malformed-request"


@pytest.mark.parametrize(
    "piece", [b"X-Filler: " + b"x" * 4000 + b"\r\n", b"x" * 4000], ids=["many headers", "one endless header"]
)
async def test_headers_without_end_are_refused(world: World, piece: bytes) -> None:
    start = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: "
    async with listening(world) as port:
        status, _, problem = await say(port, start, *([piece] * (MOST_HEAD_BYTES // len(piece) + 2)))
    assert (status, problem["code"]) == (431, "head-too-large")


async def test_two_hosts_and_no_host_are_refused(world: World) -> None:
    async with listening(world) as port:
        two = await say(port, b"GET /health HTTP/1.1\r\nHost: acme.localhost\r\nHost: localhost\r\n\r\n")
        none = await say(port, b"GET /health HTTP/1.0\r\n\r\n")
    assert two[0] == none[0] == 400
    assert two[2]["code"] == none[2]["code"] == "invalid-host"


async def test_one_connection_can_serve_several_hosts(world: World) -> None:
    """A proxy sends requests for all tenants over the same connection."""
    async with listening(world) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for host in ("acme", "demo", "acme", "nobody", "demo"):
            writer.write(f"GET /api/v1/tenant HTTP/1.1\r\nHost: {host}.localhost\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            body = json.loads(
                await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            )
            assert body.get("slug", body.get("code")) == {"nobody": "tenant-not-found"}.get(host, host)
        writer.close()


async def test_a_client_that_hangs_up_in_its_body_harms_nobody(world: World) -> None:
    async with listening(world) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\n")
        writer.write(b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        status, _, body = await say(port, b"GET /api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n")
        assert (status, body["slug"]) == (200, "acme")
        await until(lambda: world.platform.engines.stats().leased == 0)


async def test_slow_senders_hold_no_tenant_s_database(world_with: Any) -> None:
    """With room for one open database, a body that never ends does not shut out the other tenant."""
    async with world_with(max_open_tenants=1) as world, listening(world) as port:
        _, slow = await asyncio.open_connection("127.0.0.1", port)
        slow.write(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\n")
        slow.write(b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        await slow.drain()
        await asyncio.sleep(0.05)
        assert world.platform.engines.stats().leased == 0
        status, _, body = await say(port, b"GET /api/v1/tenant HTTP/1.1\r\nHost: demo.localhost\r\n\r\n")
        assert (status, body["slug"]) == (200, "demo")
        slow.close()


@pytest.mark.parametrize("host", ["acme.localhost", "localhost"])
async def test_an_announced_body_that_is_too_large_is_refused_before_it_comes(
    world: World, host: str
) -> None:
    path = "/api/v1/auth/login" if host != "localhost" else "/setup/tenants"
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {OPERATOR_TOKEN}\r\n"
    words = f"{head}Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{{}}"
    async with listening(world) as port:
        status, _, problem = await say(port, words.encode())
    assert status == problem["status"] == 413


async def test_a_body_of_which_nothing_comes_is_waited_for_no_longer_than_any_other(world_with: Any) -> None:
    async with world_with(request_timeout=0.2) as world, listening(world) as port:
        head = (
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\n"
        )
        status, _, problem = await say(port, head + b"Content-Length: 10\r\n\r\n")
    assert status == problem["status"] == 408
