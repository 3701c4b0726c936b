"""An object store with the S3 protocol on this machine (moto), and stores that are out of order."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import httpx

from central.settings.backups import S3Address
from tests.support.processes import free_port
from tests.support.waiting import until_sync

__all__ = ["ObjectServer", "broken_store", "object_server", "silent", "with_error_500"]

BUCKET = "backups"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class ObjectServer:
    """A running server with an empty bucket."""

    endpoint: str

    def address(self, prefix: str = "") -> S3Address:
        return S3Address(BUCKET, prefix, self.endpoint, access_key="test", secret_key="test")

    def url(self, prefix: str = "") -> str:
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}"

    def unfinished_uploads(self) -> int:
        """The uploads of which the server has parts."""
        return httpx.get(f"{self.endpoint}/{BUCKET}?uploads").text.count("<UploadId>")


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """Start one in a process of its own."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"

    def responds() -> bool:
        with suppress(httpx.TransportError):
            return httpx.put(f"{endpoint}/{BUCKET}").status_code == 200
        return False

    try:
        until_sync(responds)
        yield ObjectServer(endpoint)
    finally:
        process.kill()
        process.wait()


async def with_error_500(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond to each request with an error of the server."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await reader.readexactly(int(sizes[0].split(b":")[1]) if sizes else 0)
        writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 6\r\n\r\nsecret")
        await writer.drain()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read everything and never respond."""
    while await reader.read(65_536):
        pass


@asynccontextmanager
async def broken_store(answer: Answer) -> AsyncIterator[S3Address]:
    """A server that responds to nothing as it should."""

    writers, tasks = list[asyncio.StreamWriter](), list[asyncio.Task[None] | None]()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield S3Address(BUCKET, "", f"http://127.0.0.1:{port}", access_key="test", secret_key="test")
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        await asyncio.sleep(0)  # the transports close their sockets now
