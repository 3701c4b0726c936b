"""Requests to providers: bounded in time, size and number, and to checked addresses alone."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from tenant_schema.users.oidc.addresses import UrlRules
from tenant_schema.users.oidc.errors import InvalidResponse, ProviderUnavailable
from tenant_schema.users.oidc.http_client import ProviderClient

TENANT = uuid4()
LOCAL = UrlRules(allow_private_networks=True, allow_http=True)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    """The address of a server that treats each connection in this way."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


@asynccontextmanager
async def client_of(rules: UrlRules = LOCAL, seconds: float = 10.0) -> AsyncIterator[ProviderClient]:
    client = ProviderClient(rules, seconds=seconds)
    try:
        yield client
    finally:
        client.close()


async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def trickling(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def broken(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize("serve", [never, trickling])
async def test_a_slow_response_is_given_up(serve: Serve) -> None:
    async with serving(serve) as url, client_of(seconds=0.3) as client:
        with pytest.raises(ProviderUnavailable, match=r"within 0\.3 seconds"):
            await client.get(TENANT, url)


async def test_a_large_response_is_given_up() -> None:
    async with serving(endless) as url, client_of() as client:
        with pytest.raises(InvalidResponse, match="too large"):
            await client.get(TENANT, url)


async def test_another_protocol_is_reported_without_what_it_said() -> None:
    async with serving(broken) as url, client_of() as client:
        with pytest.raises(ProviderUnavailable) as raised:
            await client.get(TENANT, url)
    assert "SSH" not in str(raised.value)


async def test_a_tenant_has_few_requests_at_once() -> None:
    waiting = asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting.release()
        await never(reader, writer)

    async with serving(serve) as url, client_of() as client:
        tasks = [asyncio.create_task(client.get(TENANT, url)) for _ in range(4)]
        for _ in tasks:
            await waiting.acquire()
        with pytest.raises(ProviderUnavailable, match="Too many"):
            await client.get(TENANT, url)
        other = asyncio.create_task(client.get(uuid4(), url))
        await waiting.acquire()  # another tenant's is sent
        for task in (*tasks, other):
            task.cancel()
        await asyncio.gather(*tasks, other, return_exceptions=True)


async def test_a_name_with_an_address_that_is_not_public_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in ("93.184.216.34", "10.0.0.5")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with client_of(UrlRules()) as client:
        with pytest.raises(ProviderUnavailable, match="not public"):
            await client.get(TENANT, "https://login.example/")
    assert asked == ["login.example"]


async def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved once; a second resolution would give another address (DNS rebinding)."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    real = socket.getaddrinfo

    def resolve(host: str | None, *arguments: object, **options: object) -> object:
        if host in {"login.localhost", b"login.localhost"}:
            host = next(answers)
        return real(host, *arguments, **options)  # type: ignore[arg-type]  # passed on as it is

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 8\r\n\r\n" + b'{"a": 1}')

    async with serving(serve) as url, client_of() as client:
        assert await client.get(TENANT, url.replace("localhost", "login.localhost")) == {"a": 1}
    assert next(answers) == "127.0.0.2"


@pytest.mark.parametrize("url", ["http://login.example/", "file:///etc/passwd", "https://u@login.example/"])
async def test_urls_that_are_not_accepted_are_not_requested(url: str) -> None:
    async with client_of() as client:
        with pytest.raises(InvalidResponse, match="An address of the provider"):
            await client.get(TENANT, url)
