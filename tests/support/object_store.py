"""An object store with the S3 protocol, and stores that are out of order.

It is moto in a process of its own, or the running server that ``TEST_S3_URL`` names, with keys and a bucket
for tests alone: ``http://key:secret@127.0.0.1:8333/bucket``.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx

from central.backups.multipart import _signed
from central.settings.backups import S3Address
from tests.support.processes import free_port
from tests.support.waiting import until_sync

__all__ = ["ObjectServer", "broken_store", "object_server", "silent", "with_error_500"]

BUCKET = "backups"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class ObjectServer:
    """A running server with a bucket."""

    endpoint: str
    key: str = "test"
    secret: str = "test"
    bucket: str = BUCKET

    def address(self, prefix: str = "") -> S3Address:
        return S3Address(self.bucket, prefix, self.endpoint, access_key=self.key, secret_key=self.secret)

    def url(self, prefix: str = "") -> str:
        return f"s3://{self.bucket}/{prefix}?endpoint={self.endpoint}"

    def unfinished_uploads(self) -> int:
        """The uploads of which the server has parts."""
        return self.request("GET", "", "uploads=").text.count("<UploadId>")

    def begin_upload(self, name: str) -> None:
        """Begin an upload in parts, and leave it so."""
        response = self.request("POST", f"/{name}", "uploads=")
        assert response.status_code == 200, response.text

    def request(self, method: str, path: str, query: str = "") -> httpx.Response:
        """Send a signed request for something in the bucket."""
        path, host = quote(f"/{self.bucket}{path}"), self.endpoint.removeprefix("http://")
        headers = _signed(self.address(), method, host, path, query, datetime.now(UTC))
        return httpx.request(method, f"{self.endpoint}{path}?{query}", headers=headers)


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """The server that the environment names, or one that is started in a process of its own."""
    if (url := os.environ.get("TEST_S3_URL")) is not None:
        yield _named(url)
        return
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


def _named(url: str) -> ObjectServer:
    parts = urlsplit(url)
    endpoint = f"http://{parts.hostname}:{parts.port}"
    found = ObjectServer(endpoint, parts.username or "", parts.password or "", parts.path.strip("/"))
    made = found.request("PUT", "")
    assert made.status_code in (200, 409), made.text  # 409: it is there
    return found


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
