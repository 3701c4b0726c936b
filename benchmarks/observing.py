"""What observing costs: a warm read without and with the measurements of statements, and with traces.

``python -m benchmarks.observing [--rounds 15] [--requests 200]``

One process, SQLite, the application called directly. The variants take turns; the figures are the medians of
the processor time of one read in microseconds, that of the threads that send traces included. Then one
request of ``GET /metrics``, and the attestation of one tenant.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from api.app import Freehold
from api.composition import Platform, compose
from benchmarks.fleet import CHEAP, EMAIL, PASSWORD, create_first
from central.database import CENTRAL
from central.settings.settings import Settings

__all__ = ["main"]

_COLLECTOR = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
VARIANTS = {"not measured": 0.0, "measured": 0.0, "traces, a tenth": 0.1, "traces, all": 1.0}


class Reader:
    """One variant, which reads a record again and again."""

    def __init__(self, platform: Platform, app: Any) -> None:
        self.platform = platform
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://fleet-0.localhost")

    async def prepare(self, *, is_measured: bool) -> None:
        """Sign in, and create the record."""
        login = {"email": EMAIL, "password": PASSWORD}
        response = await self.client.post("/api/v1/auth/login", json=login)
        self.client.headers["Authorization"] = f"Bearer {response.json()['accessToken']}"
        created = await self.client.post("/api/v1/data/accounts", json={"name": "Globex"})
        self.path = f"/api/v1/data/accounts/{created.json()['data']['id']}"
        if not is_measured:
            for entry in self.platform.engines._entries.values():
                entry.engine.observer = None  # type: ignore[union-attr]  # it is open
        await self.read(300)

    async def read(self, count: int) -> float:
        """Return the microseconds of one read."""
        started = time.process_time()
        for _ in range(count):
            await self.client.get(self.path)
        return (time.process_time() - started) / count * 1e6


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _COLLECTOR], stdout=subprocess.PIPE, text=True)


@asynccontextmanager
async def readers(settings: Settings) -> AsyncIterator[dict[str, Reader]]:
    """The variants, with a collector for those that send traces."""
    collector = _started()
    assert collector.stdout is not None
    url, application = f"http://127.0.0.1:{int(collector.stdout.readline())}/v1/traces", Freehold()
    found = {}
    for name, share in VARIANTS.items():
        of_variant = replace(settings, traces_url=url if share else None, traces_share=share)
        platform = compose(of_variant, hashing=CHEAP)
        found[name] = Reader(platform, application.serving(platform))
        await found[name].prepare(is_measured=name != "not measured")
    try:
        yield found
    finally:
        for reader in found.values():
            await reader.client.aclose()
            await reader.platform.close()
        collector.kill()
        collector.wait()


async def others(reader: Reader, rounds: int) -> dict[str, float]:
    """The microseconds of ``GET /metrics``, and of attesting one tenant."""
    found: dict[str, list[float]] = {"GET /metrics": [], "attest one tenant": []}
    platform = reader.platform
    with CENTRAL.bind(platform.central_engine):
        tenants = await platform.attestation.tenants()
        for _ in range(rounds):
            started = time.process_time()
            await reader.client.get("http://localhost/metrics")
            found["GET /metrics"].append(time.process_time() - started)
            started = time.process_time()
            await platform.attestation.check(tenants[0], tenants)
            found["attest one tenant"].append(time.process_time() - started)
    return {name: statistics.median(times) * 1e6 for name, times in found.items()}


async def measure(rounds: int, requests: int) -> dict[str, float]:
    """Return the medians in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "FREEHOLD_LOCAL": "1",
            "ENCRYPTION_KEY": "0" * 64,
            "DATA_DIR": folder,
            "CENTRAL_DATABASE_URL": f"sqlite:///{Path(folder) / 'central.sqlite'}",
            "LOG_LEVEL": "error",
        }
        await create_first(environ)
        times: dict[str, list[float]] = {name: [] for name in VARIANTS}
        async with readers(Settings.from_env(environ)) as found:
            for _ in range(rounds):
                for name, reader in found.items():
                    times[name].append(await reader.read(requests))
            rest = await others(found["measured"], rounds)
        return {name: statistics.median(values) for name, values in times.items()} | rest


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    figures = asyncio.run(measure(given.rounds, given.requests))
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
