"""Chunked bodies with trailers, and request targets in absolute form, over real sockets."""

import asyncio
import json
import tracemalloc
from pathlib import Path

import pytest

from api.server.protocol import MOST_TARGET_BYTES, MOST_TRAILER_BYTES
from central.settings.settings import Settings
from tests.api.conftest import World, settings_in
from tests.api.server.clients import answer, connected
from tests.api.server.test_protocol import listening, say

ME = b"GET /api/v1/auth/me HTTP/1.1\r\nHost: acme.localhost\r\n"


@pytest.fixture
def settings(folder: Path) -> Settings:
    """On SQLite alone: connections of clients know no database."""
    return settings_in(folder)


# trailers


def chunked(
    trailers: bytes, head: bytes = b"POST /api/v1/auth/logout HTTP/1.1\r\nHost: acme.localhost\r\n"
) -> bytes:
    return head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + b"\r\n"


async def test_a_token_in_a_trailer_does_not_sign_in(world: World) -> None:
    token = (await world.sign_in()).encode()
    async with listening(world) as port:
        for trailers in (
            b"Authorization: Bearer " + token + b"\r\n",
            b"Trailer: x\r\nauthorization: bearer " + token + b"\r\nX-Tenant-Id: demo\r\n",
        ):
            for head in (ME, ME.replace(b"GET", b"POST").replace(b"/me", b"/logout")):
                status, _, problem = await say(port, chunked(trailers, head))
                assert (status, problem["code"]) == (401, "not-authenticated")
        status, _, body = await say(port, ME + b"Authorization: Bearer " + token + b"\r\n\r\n")
        assert status == 200, body


async def test_a_trailer_names_neither_a_host_nor_a_request_id(world: World) -> None:
    async with listening(world) as port:
        trailers = b"Host: demo.localhost\r\nX-Request-ID: of-a-trailer\r\n"
        head = b"GET /api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n"
        status, headers, body = await say(port, chunked(trailers, head))
    assert (status, body["slug"]) == (200, "acme")
    assert headers["x-request-id"] != "of-a-trailer"


async def test_after_trailers_the_connection_goes_on(world: World) -> None:
    async with listening(world) as port, connected(port) as (reader, writer):
        for _ in range(3):
            head = b"GET /api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n"
            writer.write(chunked(b"X-Checksum: 1\r\n", head))
            assert (await answer(reader))[0] == 200


@pytest.mark.parametrize(
    "piece",
    [b"X-Filler: " + b"x" * 4000 + b"\r\n", b"x" * 4000],
    ids=["many trailers", "one endless trailer"],
)
async def test_trailers_without_end_are_refused_and_take_no_memory(world: World, piece: bytes) -> None:
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\n"
    start = head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: "
    async with listening(world) as port, connected(port) as (reader, writer):
        tracemalloc.start()
        try:
            writer.write(start)
            await writer.drain()
            for _ in range(2 * MOST_TRAILER_BYTES // len(piece)):
                writer.write(piece)
                await asyncio.sleep(0)
            status, _, problem = await answer(reader)
            held = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert (status, problem["code"]) == (431, "head-too-large")
    assert held < 16 * MOST_TRAILER_BYTES


async def test_chunk_extensions_without_end_are_refused(world: World) -> None:
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\n"
    start = head + b"Transfer-Encoding: chunked\r\n\r\n2;"
    async with listening(world) as port:
        pieces = [b"x" * 4000] * (MOST_TRAILER_BYTES // 4000 + 2)
        status, _, problem = await say(port, start, *pieces)
    assert (status, problem["code"]) == (431, "head-too-large")


async def test_a_body_in_small_chunks_is_taken_in_whole(world: World) -> None:
    body = json.dumps({"email": "administrator@acme.example", "password": "wrong" * 40}).encode()
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\n"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    async with listening(world) as port:
        status, _, problem = await say(
            port, head + b"Transfer-Encoding: chunked\r\n\r\n", chunks, b"0\r\n\r\n"
        )
    assert (status, problem["code"]) == (401, "invalid-credentials")


# targets


@pytest.mark.parametrize(
    ("target", "slug"),
    [
        (b"http://demo.localhost/api/v1/tenant", "demo"),
        (b"http://demo.localhost:8000/api/v1/tenant", "demo"),
        (b"HTTPS://DEMO.localhost/api/v1/tenant", "demo"),
        (b"/api/v1/tenant", "acme"),
    ],
)
async def test_the_host_of_an_absolute_target_counts_instead_of_the_header(
    world: World, target: bytes, slug: str
) -> None:
    async with listening(world) as port:
        status, _, body = await say(port, b"GET %s HTTP/1.1\r\nHost: acme.localhost\r\n\r\n" % target)
    assert (status, body["slug"]) == (200, slug)


async def test_an_absolute_target_without_a_path_asks_for_the_root(world: World) -> None:
    async with listening(world) as port:
        for target in (b"http://localhost", b"http://localhost?x=1"):
            status, _, problem = await say(port, b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % target)
            assert (status, problem["code"]) == (404, "not-found")
        words = b"GET http://acme.localhost/api/v1/tenant HTTP/1.0\r\n\r\n"
        assert (await say(port, words))[2]["slug"] == "acme"  # HTTP/1.0 needs no Host header


@pytest.mark.parametrize(
    "words",
    [
        b"GET http:///api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http://user@demo.localhost/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http://demo.localhost:99999/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http://demo..localhost/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http://demo_x.localhost/api/v1/tenant HTTP/1.1\r\nHost: acme.localhost\r\n\r\n",
        b"GET http://demo.localhost/api/v1/tenant HTTP/1.1\r\n\r\n",
        b"GET http://demo.localhost/api/v1/tenant HTTP/1.1\r\nHost: a.localhost\r\nHost: a.localhost\r\n\r\n",
    ],
)
async def test_the_host_of_an_absolute_target_follows_the_same_grammar(world: World, words: bytes) -> None:
    async with listening(world) as port:
        status, _, problem = await say(port, words)
    assert (status, problem["code"] in {"invalid-host", "malformed-request"}) == (400, True)


@pytest.mark.parametrize("size", [MOST_TARGET_BYTES, 4 * MOST_TARGET_BYTES, 40 * MOST_TARGET_BYTES])
async def test_a_target_that_is_too_long_is_414(world: World, size: int) -> None:
    async with listening(world) as port:
        words = b"GET /health?x=" + b"y" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        status, headers, problem = await say(port, words)
    assert (status, problem["code"], problem["title"]) == (414, "target-too-long", "Target too long")
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_long_target_within_the_bound_is_read(world: World) -> None:
    async with listening(world) as port:
        words = b"GET /health?x=" + b"y" * (MOST_TARGET_BYTES - 100) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert (await say(port, words))[2]["code"] == "invalid-query"
