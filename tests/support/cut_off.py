"""A way to a server that can be cut, as if the server had died: connections end, and new ones are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["CutOff", "cut_off"]


@dataclass
class CutOff:
    """The way to a server.

    :ivar port: where it is on 127.0.0.1.
    :ivar left: bytes that pass from the server until it is cut; None for any number.
    :ivar is_of_requests: whether ``left`` counts the bytes to the server instead.
    :ivar stalls: nothing passes any more instead of being cut, and nobody is told.
    """

    host: str
    server_port: int
    port: int = 0
    left: int | None = None
    is_of_requests: bool = False
    stalls: bool = False
    _listener: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def is_cut(self) -> bool:
        return self._listener is None

    async def open(self) -> None:
        """Let connections pass, from now on and without a limit."""
        self.left = None
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """End all connections; new ones are refused."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            answers, there = await asyncio.open_connection(self.host, self.server_port)
            self._writers |= {writer, there}
            await asyncio.gather(self._pass(reader, there, True), self._pass(answers, writer, False))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_request: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.left is not None and is_request is self.is_of_requests:
                    self.left -= len(data)
                if self.left is not None and self.left < 0:
                    if self.stalls:
                        continue
                    self.cut()
                    return
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def cut_off(host: str, port: int) -> AsyncIterator[CutOff]:
    """Open a way to the server at this address."""
    way = CutOff(host, port)
    await way.open()
    try:
        yield way
    finally:
        way.cut()
        await asyncio.sleep(0)  # the transports close their sockets now
