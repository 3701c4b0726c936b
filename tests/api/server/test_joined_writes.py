"""A whole response is one write, and sets no timer; a head whose body takes time is not delayed."""

import asyncio
from typing import Any

import pytest
import uvicorn

from api.server.joined_writes import JoinedWrites
from api.server.protocol import ProblemProtocol
from tests.api.conftest import ON_SQLITE, World
from tests.api.server.clients import connected
from tests.support.waiting import until


class Recorder:
    """A transport that notes every write before it is passed on."""

    def __init__(self, transport: asyncio.Transport, writes: list[bytes]) -> None:
        self._transport, self._writes = transport, writes

    def write(self, data: bytes) -> None:
        self._writes.append(data)
        self._transport.write(data)

    def writelines(self, data: tuple[bytes, ...]) -> None:
        self.write(b"".join(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Silent(asyncio.Transport):
    """A transport to nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False

    def write(self, data: Any) -> None:
        assert not self.is_closed

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


@ON_SQLITE
@pytest.mark.parametrize(
    ("request_line", "status"),
    [(b"GET /health", 200), (b"HEAD /health", 200), (b"GET /nothing", 404), (b"OPTIONS /health", 204)],
)
async def test_a_response_is_one_write_and_sets_no_timer(
    world: World, request_line: bytes, status: int
) -> None:
    writes: list[bytes] = []
    timers: list[object] = []

    class Recording(ProblemProtocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(Recorder(transport, writes))  # type: ignore[arg-type]
            self.loop = _Loop(self.loop, timers)  # type: ignore[assignment]

    config = uvicorn.Config(
        world.app, port=0, http=Recording, lifespan="off", log_config=None, access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        async with connected(server.servers[0].sockets[0].getsockname()[1]) as (reader, writer):
            for count in range(1, 4):
                writer.write(request_line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                assert int(head.split()[1]) == status
                await until(lambda expected=count: len(writes) == expected)
                await reader.readexactly(len(writes[-1]) - len(head))
    finally:
        server.should_exit = True
        await serving
    assert not timers


class _Loop:
    def __init__(self, loop: asyncio.AbstractEventLoop, timers: list[object]) -> None:
        self._loop, self._timers = loop, timers

    def call_later(self, *given: Any) -> asyncio.TimerHandle:
        self._timers.append(given)
        return self._loop.call_later(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


async def test_a_head_waits_for_the_next_write_in_the_same_iteration_only() -> None:
    writes: list[bytes] = []
    joined = JoinedWrites(Recorder(Silent(), writes), asyncio.get_running_loop())  # type: ignore[arg-type]
    joined.write(HEAD)
    joined.write(b"body")
    joined.write(b"more")
    assert writes == [HEAD + b"body", b"more"]
    joined.write(HEAD)
    assert len(writes) == 2
    await asyncio.sleep(0)
    assert writes[2:] == [HEAD]


async def test_a_head_is_written_before_the_transport_closes_and_never_after() -> None:
    writes: list[bytes] = []
    transport = Silent()
    joined = JoinedWrites(Recorder(transport, writes), asyncio.get_running_loop())  # type: ignore[arg-type]
    joined.write(HEAD)
    joined.close()
    assert (writes, transport.is_closed) == ([HEAD], True)
    joined.write(HEAD)
    await asyncio.sleep(0)
    assert writes == [HEAD]
