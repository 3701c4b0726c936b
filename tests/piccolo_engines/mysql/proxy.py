"""A bad line to a server: stalls and cuts connections, in the middle of what comes down."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

__all__ = ["Proxy", "answering"]


class Proxy:
    """Passes bytes on between a client and a server.

    :ivar port: where it listens.
    :ivar going_up: cleared, nothing is passed on to the server.
    :ivar going_down: cleared, nothing is passed on to the client.
    :ivar cut_after: bytes for the client, counted per connection, after which both ends are cut off.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self.port = 0
        self.cut_after: int | None = None
        self.going_up, self.going_down = asyncio.Event(), asyncio.Event()
        self.going_up.set()
        self.going_down.set()

    async def __aenter__(self) -> "Proxy":
        self._ends: list[asyncio.Transport] = []
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        self._tasks: set[asyncio.Task[Any]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for end in self._ends:
            end.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._server)
        ends = [writer.transport, up_writer.transport]
        self._ends += ends
        for source, target, going, cut in (
            (reader, up_writer, self.going_up, False),
            (up_reader, writer, self.going_down, True),
        ):
            task = asyncio.create_task(self._pass_on(source, target, going, ends, can_cut=cut))
            self._tasks.add(task)

    async def _pass_on(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        going: asyncio.Event,
        ends: list[asyncio.Transport],
        *,
        can_cut: bool,
    ) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await going.wait()
                if can_cut and self.cut_after is not None and passed + len(data) >= self.cut_after:
                    target.write(data[: max(0, self.cut_after - passed)])
                    await target.drain()
                    break
                passed += len(data)
                target.write(data)
                await target.drain()
        for end in ends:
            end.close() if can_cut else end.abort()


@contextlib.asynccontextmanager
async def answering(greeting: bytes) -> AsyncIterator[int]:
    """The port of somebody who says this to whoever comes, and no more."""

    class Greeter(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            ends.append(transport)
            transport.write(greeting)

    ends: list[asyncio.Transport] = []
    server = await asyncio.get_running_loop().create_server(Greeter, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for end in ends:
            end.abort()
