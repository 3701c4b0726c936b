"""What observing and limiting cost: a warm read without and with statements' times, a plan, and traces.

``python -m benchmarks.observing [--rounds 300] [--requests 20]``

One process, SQLite, the application called directly. The variants take turns; the figures are the lower
quartiles of the processor time of one read in microseconds, that of the threads that send traces included.
``plan`` is beside ``no plan``: the tenant has a plan with all limits. Then one request of ``GET /metrics``,
the attestation of one tenant, the metering of one, and the exchange of the counters of 500 tenants.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from api.app import Freehold
from api.composition import Platform, compose
from api.server.logs import configure_logs
from benchmarks.fleet import CHEAP, EMAIL, PASSWORD, create_first
from central.database import CENTRAL
from central.plans.limits import Limits
from central.registry import TenantRef
from central.settings.settings import Settings
from central.tables import TenantStatus
from central.usage.service import TenantUsage
from piccolo_engines.columns import new_id

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
VARIANTS = (
    {"not measured": 0.0, "measured": 0.0},
    {"no plan": 0.0, "plan": 0.0},
    {"traces, a tenth": 0.1, "traces, all": 1.0},
)
"""By name, the share of traces that is recorded. Variants of a group take turns: those that send traces do it
in threads that the others would be charged for.
"""
LIMITS = Limits("wide", *(10**6, 10**6, 10**4, 10**9, 10**15, 10**6, 10**4))
"""All of them, and none that is reached."""


class Reader:
    """One variant, which reads a record again and again."""

    def __init__(self, platform: Platform, app: Any) -> None:
        self.platform, self._app = platform, app
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://fleet-0.localhost")

    async def prepare(self, *, is_measured: bool) -> None:
        """Sign in, and create the record."""
        login = {"email": EMAIL, "password": PASSWORD}
        response = await self.client.post("/api/v1/auth/login", json=login)
        token = f"Bearer {response.json()['accessToken']}"
        self.client.headers["Authorization"] = token
        created = await self.client.post("/api/v1/data/accounts", json={"name": "Globex"})
        path = f"/api/v1/data/accounts/{created.json()['data']['id']}"
        self._scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "client": ("127.0.0.1", 4711),
            "server": ("127.0.0.1", 80),
            "headers": [(b"host", b"fleet-0.localhost"), (b"authorization", token.encode())],
        }
        if not is_measured:
            for entry in self.platform.engines._entries.values():
                entry.engine.observer = None  # type: ignore[union-attr]  # it is open
        await self.read(300)

    async def read(self, count: int) -> float:
        """Return the microseconds of one read."""
        statuses: list[int] = []

        async def send(event: Any) -> None:
            if event["type"] == "http.response.start":
                statuses.append(event["status"])

        started = time.process_time()
        for _ in range(count):
            await self._app({**self._scope, "state": {}}, asyncio.Event().wait, send)
        taken = time.process_time() - started
        assert statuses == [200] * count
        return taken / count * 1e6


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _COLLECTOR], stdout=subprocess.PIPE, text=True)


@asynccontextmanager
async def readers(
    settings: Settings, limited: Settings, variants: Mapping[str, float]
) -> AsyncIterator[dict[str, Reader]]:
    """The variants, with a collector for those that send traces.

    :param limited: of an installation whose tenant has a plan.
    """
    collector = _started()
    assert collector.stdout is not None
    url, application = f"http://127.0.0.1:{int(collector.stdout.readline())}/v1/traces", Freehold()
    found = {}
    for name, share in variants.items():
        of_variant = limited if name == "plan" else settings
        of_variant = replace(of_variant, traces_url=url if share else None, traces_share=share)
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
    """The microseconds of what is not a request of a tenant."""
    platform = reader.platform
    usage = TenantUsage(platform.registry)
    for _ in range(500):
        id_ = new_id()
        tenant = TenantRef(id_, id_.hex, "", TenantStatus.ACTIVE, "sqlite", "", "", limits=LIMITS)
        rate = usage.rate_of(tenant)
        assert rate is not None
        rate.take(time.monotonic())
    with CENTRAL.bind(platform.central_engine):
        tenants = await platform.attestation.tenants()
        works: dict[str, Callable[[], Awaitable[Any]]] = {
            "GET /metrics": lambda: reader.client.get("http://localhost/metrics"),
            "attest one tenant": lambda: platform.attestation.check(tenants[0], tenants),
            "measure one tenant": lambda: platform.metering_jobs.measure(tenants[0]),
            "exchange counters of 500 tenants": usage.exchange,
        }
        found = {}
        for name, work in works.items():
            times = []
            for _ in range(rounds):
                started = time.process_time()
                await work()
                times.append(time.process_time() - started)
            found[name] = statistics.median(times) * 1e6
    return found


async def installed(folder: Path, limits: Limits | None = None) -> Settings:
    """Create an installation with one tenant, which gets a plan if there are limits."""
    environ = {
        "FREEHOLD_LOCAL": "1",
        "ENCRYPTION_KEY": "0" * 64,
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
    }
    tenant, settings = await create_first(environ), Settings.from_env(environ)
    if limits is not None:
        platform = compose(settings, hashing=CHEAP)
        with CENTRAL.bind(platform.central_engine):
            await platform.plans.put(limits)
            await platform.plans.assign(tenant.id, limits.plan)
        await platform.close()
    return settings


async def measure(rounds: int, requests: int) -> dict[str, float]:
    """Return the figures in microseconds."""
    configure_logs("error", "json")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        settings, limited = await installed(Path(folder)), await installed(Path(other), LIMITS)
        figures: dict[str, float] = {}
        for variants in VARIANTS:
            times: dict[str, list[float]] = {name: [] for name in variants}
            async with readers(settings, limited, variants) as found:
                for _ in range(rounds):
                    for name, reader in found.items():
                        times[name].append(await reader.read(requests))
                if "measured" in found:
                    figures |= await others(found["measured"], 15)
            figures |= {name: statistics.quantiles(values)[0] for name, values in times.items()}
        return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--requests", type=int, default=20)
    given = parser.parse_args()
    figures = asyncio.run(measure(given.rounds, given.requests))
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
