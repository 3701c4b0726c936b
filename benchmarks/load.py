"""A small HTTP/1.1 load generator.

It keeps persistent connections, each with one request at a time, for a given time. The requests are prepared
as bytes, so that the generator costs less than any server it measures.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Figures", "drive", "request_bytes"]

Requests = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a round.

    Responses per second, latencies in milliseconds, and the number of responses other than 2xx.
    """

    per_second: float
    p50: float
    p99: float
    refused: int


def request_bytes(
    method: str, path: str, host: str, *, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return one HTTP/1.1 request as bytes."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def drive(port: int, requests: Requests, *, seconds: float, connections: int) -> Figures:
    """Send ``requests(n)`` over ``connections`` connections to 127.0.0.1 for ``seconds``."""
    latencies: list[float] = []
    refused = 0
    counter = iter(range(1_000_000_000))
    end = time.perf_counter() + seconds

    async def one_connection() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < end:
            writer.write(requests(next(counter)))
            status = await _read_response(reader)
            latencies.append(time.perf_counter() - started)
            refused += status >= 300
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(connections)))
    elapsed = time.perf_counter() - begun
    ordered = sorted(latencies)
    return Figures(
        per_second=len(ordered) / elapsed,
        p50=statistics.median(ordered) * 1000,
        p99=ordered[int(len(ordered) * 0.99)] * 1000,
        refused=refused,
    )


async def _read_response(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    if start < 0:
        raise RuntimeError(f"a response without a length: {head!r}")
    length = int(lowered[start + 15 : lowered.index(b"\r\n", start)])
    if length:
        await reader.readexactly(length)
    return int(head[9:12])
