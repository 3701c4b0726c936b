"""Connections of clients over real sockets: how many, and for how long."""

import asyncio
import resource
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.server.client_connections import ClientConnections, share_of_descriptors
from central.secrets.keys import generate_key
from central.settings.environment import EnvironmentReader
from central.settings.settings import Settings
from tests.api.conftest import World, settings_in
from tests.api.server.clients import HEALTH, answer, connected, is_closed
from tests.api.server.test_protocol import listening, say
from tests.support.processes import COMMAND, free_port, freehold, serving
from tests.support.waiting import until, until_sync


@pytest.fixture
def settings(folder: Path) -> Settings:
    """On SQLite alone: connections of clients know no database."""
    return settings_in(folder)


# draining


async def test_a_connection_that_drains_serves_one_more_request_and_says_that_it_is_the_last(
    world_with: Any,
) -> None:
    async with (
        world_with() as world,
        listening(world) as port,
        connected(port) as (idle_reader, idle),
        connected(port) as (reader, writer),
        connected(port) as (unused_reader, unused),
    ):
        for one, its in ((idle, idle_reader), (writer, reader)):
            one.write(HEALTH)
            assert "connection" not in (await answer(its))[1]
        writer.write(HEALTH[:20])  # a request is on its way
        await until(lambda: world.platform.clients.open == 3)
        world.platform.clients.drain()
        writer.write(HEALTH[20:])
        for one in (idle, unused):
            one.write(HEALTH)
        for its in (reader, idle_reader, unused_reader):
            status, headers, _ = await answer(its)
            assert (status, headers["connection"]) == (200, "close")
            assert await is_closed(its) == b""
        assert world.platform.clients.timeouts == {"head": 0, "idle": 0, "stalled": 0}


# time


async def test_a_head_that_does_not_arrive_is_given_up(world_with: Any) -> None:
    async with world_with(head_timeout=0.2) as world, listening(world) as port:
        async with connected(port) as (reader, writer):
            writer.write(b"GET /health HTTP/1.1\r\nHost: local")
            status, headers, problem = await answer(reader)
            assert (status, problem["code"]) == (408, "request-too-slow")
            assert headers["connection"] == "close"
            assert await is_closed(reader) == b""
        async with connected(port) as (reader, _):
            assert await is_closed(reader) == b""  # nothing was asked, so nothing is said
        assert world.platform.clients.timeouts["head"] == 2


async def test_a_head_that_comes_drop_by_drop_is_given_up(world_with: Any) -> None:
    async with (
        world_with(head_timeout=0.3) as world,
        listening(world) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(HEALTH)
        assert (await answer(reader))[0] == 200
        received = asyncio.ensure_future(answer(reader))
        writer.write(b"GET /health HTTP/1.1\r\n")
        while not received.done():
            writer.write(b"X-A: b\r\n")
            await asyncio.sleep(0.02)
        assert (await received)[2]["code"] == "request-too-slow"


async def test_an_idle_connection_is_closed_and_empty_lines_do_not_keep_it(world_with: Any) -> None:
    async with world_with(keep_alive_timeout=0.3) as world, listening(world) as port:
        async with connected(port) as (reader, writer):
            writer.write(HEALTH)
            assert (await answer(reader))[0] == 200
            closed = asyncio.ensure_future(is_closed(reader))
            while not closed.done():
                writer.write(b"\r\n")
                await asyncio.sleep(0.02)
            assert await closed == b""
        assert world.platform.clients.timeouts["idle"] == 1


async def test_a_connection_in_use_is_not_idle(world_with: Any) -> None:
    async with (
        world_with(keep_alive_timeout=2, head_timeout=2) as world,
        listening(world) as port,
        connected(port) as (reader, writer),
    ):
        for _ in range(15):
            writer.write(HEALTH)
            assert (await answer(reader))[0] == 200
            await asyncio.sleep(0.2)


async def test_a_client_that_does_not_read_is_given_up(world_with: Any) -> None:
    async with world_with(request_timeout=1.0, head_timeout=0.4) as world, listening(world) as port:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", port))
        ask = b"GET /schema HTTP/1.1\r\nHost: acme.localhost\r\n\r\n"
        sending = asyncio.ensure_future(loop.sock_sendall(client, ask * 200))
        await until(lambda: world.platform.clients.timeouts["stalled"])
        await asyncio.gather(sending, return_exceptions=True)
        client.close()


async def test_the_rest_of_a_body_that_was_refused_is_not_read_for_ever(world: World) -> None:
    async with listening(world) as port, connected(port) as (reader, writer):
        writer.write(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await answer(reader))[0] == 404
        closed = asyncio.ensure_future(is_closed(reader))
        piece = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        sent = 0
        while not closed.done():
            writer.write(piece)
            sent += len(piece)
            await asyncio.sleep(0)
            assert sent < 64 * 1024 * 1024
        assert await closed == b""


async def test_a_client_that_sends_all_of_its_body_first_reads_why_it_was_refused(world: World) -> None:
    body = b'{"email": "' + b"x" * 16 * 1024 * 1024 + b'"}'
    async with listening(world) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for path, status in (("/api/v1/auth/login", 413), ("/api/v1/data/accounts/import", 401)):
            headers = {"Host": "acme.localhost", "Content-Type": "application/json"}
            response = await client.post(path, content=body, headers=headers)
            assert response.status_code == response.json()["status"] == status


async def test_the_rest_of_a_small_body_that_was_refused_keeps_the_connection(world: World) -> None:
    async with listening(world) as port, connected(port) as (reader, writer):
        writer.write(b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n")
        assert (await answer(reader))[0] == 404
        writer.write(b"abc" + HEALTH)
        assert (await answer(reader))[0] == 200


async def test_what_follows_a_request_and_is_no_http_does_not_overtake_its_response(world: World) -> None:
    async with listening(world) as port, connected(port) as (reader, writer):
        writer.write(HEALTH + b"nonsense\r\n\r\n")
        assert (await answer(reader))[0] == 200
        rest = await is_closed(reader)
        assert rest == b"" or rest.startswith(b"HTTP/1.1 400 ")


# how many


async def test_connections_above_the_bound_are_refused_while_others_are_served(world_with: Any) -> None:
    async with world_with(max_connections=8) as world, listening(world) as port:
        async with connected(port) as (reader, writer):
            writer.write(HEALTH)
            assert (await answer(reader))[0] == 200
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(7)]
            async with connected(port) as (refused, _):
                status, headers, problem = await answer(refused)
                assert (status, problem["code"]) == (503, "too-many-connections")
                assert (headers["retry-after"], headers["connection"]) == ("1", "close")
                assert await is_closed(refused) == b""
            writer.write(HEALTH)
            assert (await answer(reader))[0] == 200
            for _, one in silent:
                one.close()
        clients = world.platform.clients
        assert clients.refused == {"total": 1, "address": 0}
        await until(lambda: not clients.open)


async def test_one_address_has_a_bound_of_its_own(world_with: Any) -> None:
    async with world_with(max_connections_per_address=3) as world, listening(world) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with connected(port) as (reader, _):
            assert (await answer(reader))[0] == 503
        assert world.platform.clients.refused == {"total": 0, "address": 1}
        for _, one in held:
            one.close()
        await until(lambda: not world.platform.clients.open)
        assert (await say(port, HEALTH))[0] == 200


async def test_a_connection_without_a_request_gives_way_to_a_new_one(world_with: Any) -> None:
    async with (
        world_with(max_connections=1) as world,
        listening(world) as port,
        connected(port) as (silent, _),
    ):
        await asyncio.sleep(0)

        async def is_served() -> bool:
            async with connected(port) as (reader, writer):
                writer.write(HEALTH)
                return (await answer(reader))[0] == 200

        await until(is_served)  # as soon as the first has been silent for long enough
        assert await is_closed(silent) == b""


async def test_what_is_counted_of_connections_is_in_the_metrics(world_with: Any) -> None:
    async with (
        world_with(max_connections=2) as world,
        listening(world) as port,
        connected(port) as (reader, writer),
    ):
        other = await asyncio.open_connection("127.0.0.1", port)
        async with connected(port) as (refused, _):
            assert (await answer(refused))[0] == 503
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        lines = (await reader.readexactly(length)).decode().splitlines()
        other[1].close()
    assert "freehold_client_connections 2" in lines
    assert "freehold_client_connections_limit 2" in lines
    assert 'freehold_client_connections_refused_total{bound="total"} 1' in lines
    assert 'freehold_client_connections_timeouts_total{waited_for="head"} 0' in lines


class _Connection:
    def check(self, now: float) -> None:
        """Is never waited for."""

    def give_way(self) -> None:
        raise AssertionError("nothing gives way here")


def test_a_trusted_proxy_is_not_one_client(tmp_path: Path) -> None:
    read = EnvironmentReader({"TRUSTED_PROXIES": "10.0.0.0/8"})
    proxies = read.networks("TRUSTED_PROXIES")
    clients = ClientConnections(settings_in(tmp_path, trusted_proxies=proxies, max_connections_per_address=2))
    assert all(clients.admit(_Connection(), "10.1.2.3", 0.0) for _ in range(50))
    assert [clients.admit(_Connection(), "203.0.113.7", 0.0) for _ in range(3)] == [True, True, False]


def test_addresses_of_one_ipv6_network_count_as_one(tmp_path: Path) -> None:
    clients = ClientConnections(settings_in(tmp_path, max_connections_per_address=2))
    peers = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8::3", "2001:db8:0:1::1"]
    assert [clients.admit(_Connection(), one, 0.0) for one in peers] == [True, True, False, True]
    mapped = ["::ffff:203.0.113.7", "203.0.113.7", "::ffff:203.0.113.7"]
    assert [clients.admit(_Connection(), one, 0.0) for one in mapped] == [True, True, False]


def test_half_of_the_descriptors_are_for_clients(tmp_path: Path) -> None:
    assert ClientConnections(settings_in(tmp_path), descriptors=1024).most == 512
    assert ClientConnections(settings_in(tmp_path, max_connections=7), descriptors=1024).most == 7
    assert share_of_descriptors(resource.RLIM_INFINITY) > 4096


def test_a_process_with_1024_descriptors_stays_usable_under_4000_connections(tmp_path: Path) -> None:
    """The connections are opened in a process of their own, which has descriptors for them."""
    port = free_port()
    environ = {"ENCRYPTION_KEY": generate_key(), "PORT": str(port), "FREEHOLD_LOCAL": "1"}
    freehold(["setup", "--no-env-file"], folder=tmp_path, environ=environ)
    limited = ["sh", "-c", 'ulimit -n 1024; exec "$@"', "sh", *COMMAND, "serve"]
    with serving(folder=tmp_path, port=port, environ=environ, command=limited):
        kept = socket.create_connection(("127.0.0.1", port))
        assert _health(kept) == 200
        with subprocess.Popen(
            [sys.executable, "-c", _FLOOD, str(port)],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        ) as flood:
            assert flood.stdout is not None
            assert flood.stdout.readline() == "4000\n"
            assert _health(kept) == 200  # who is served goes on
            # and a newcomer is served as soon as others have been silent
            until_sync(lambda: _fresh_health(port) == 200)
            flood.kill()
        kept.close()


_FLOOD = """
import resource, socket, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
held = []
for number in range(4000):
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", int(sys.argv[1])))
    held.append(one)
print(len(held), flush=True)
sys.stdin.read()
"""


def _health(connection: socket.socket) -> int:
    connection.settimeout(60)
    connection.sendall(HEALTH)
    received = b""
    while not received.endswith(b"}"):
        received += connection.recv(4096)
    return int(received.split()[1])


def _fresh_health(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/health", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code
    except OSError:
        return 0
