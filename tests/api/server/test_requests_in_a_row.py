"""Several requests on one connection: each ends where it says, and all of them leave the loop to others."""

import asyncio
import json
import re
from collections.abc import Sequence

import pytest

from tests.api.conftest import World
from tests.api.server.test_protocol import listening
from tests.support.busy import busy

_ID = re.compile(rb"x-request-id: r(\d+)\r\n")
_UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
_BODY = b'{"email": "GET /health HTTP/1.1"}'
_HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: r2\r\n\r\n"


def login(*headers: bytes, body: bytes = _BODY, number: int = 1, chunked: bool = False) -> bytes:
    """A request to sign in whose body lacks the password: 422 when it was understood."""
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: demo.localhost\r\nContent-Type: application/json\r\n"
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    return b"%sX-Request-Id: r%d\r\n%s%s\r\n\r\n%s" % (head, number, b"".join(headers), length, sent)


async def responses(port: int, pieces: Sequence[bytes], number: int) -> list[tuple[int, int]]:
    """Request id and status of the first ``number`` responses to what is sent piece by piece."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)

    sending, found = asyncio.create_task(send()), []
    for _ in range(number):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        named, length = _ID.search(head), re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        found.append((int(named[1]) if named else 0, int(head.split()[1])))
    await sending
    writer.close()
    return found


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize("is_split", [False, True], ids=["at once", "body later"])
async def test_a_request_that_offers_an_upgrade_is_served_with_its_body(
    world: World, chunked: bool, is_split: bool
) -> None:
    """As Java's HttpClient sends its first request. Its body is never read as a request of its own."""
    request = login(_UPGRADE, chunked=chunked)
    at = request.index(b"\r\n\r\n") + 4
    pieces = [request[:at], request[at:] + _HEALTH] if is_split else [request + _HEALTH]
    async with listening(world) as port:
        assert await responses(port, pieces, 2) == [(1, 422), (2, 200)]


async def test_a_body_of_an_upgrade_cannot_smuggle_a_request(world: World) -> None:
    body = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: r9\r\n\r\n"
    head, _, sent = login(_UPGRADE, body=body).partition(b"\r\n\r\n")
    async with listening(world) as port:
        assert await responses(port, [head + b"\r\n\r\n", sent, _HEALTH], 2) == [(1, 400), (2, 200)]


async def test_upgrades_in_a_row_are_served_one_after_the_other(world: World) -> None:
    upgrade = b"GET /health HTTP/1.1\r\nHost: localhost\r\n%sX-Request-Id: r%d\r\n\r\n"
    requests = b"".join(upgrade % (_UPGRADE, number) for number in range(1500))
    async with listening(world) as port:
        assert await responses(port, [requests], 1500) == [(number, 200) for number in range(1500)]


async def test_a_trailer_that_closes_the_connection_closes_it(world: World) -> None:
    request = login(chunked=True).removesuffix(b"\r\n") + b"Connection: close\r\n\r\n"
    async with listening(world) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        received = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "validation"


@pytest.mark.parametrize("value", [b"chunked ", b" \tChunked  ", b"CHUNKED"])
async def test_spaces_around_the_transfer_coding_do_not_matter(world: World, value: bytes) -> None:
    request = login(chunked=True).replace(b": chunked", b":" + value)
    async with listening(world) as port:
        assert await responses(port, [request], 1) == [(1, 422)]


async def test_thousands_of_requests_at_once_are_read_in_portions_and_answered_in_order(world: World) -> None:
    several = [
        login(number=number, body=_BODY + b" " * (number * 3 % 5000))
        if number % 50 == 7
        else b"GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: r%d\r\n\r\n" % number
        for number in range(8000)
    ]
    async with listening(world) as port, busy() as longest:
        found = await responses(port, [b"".join(several)], 8000)
    assert [number for number, _ in found] == list(range(8000))
    assert {status for number, status in found if number % 50 == 7} == {422}
    assert longest.longest < 0.05, str(longest)
