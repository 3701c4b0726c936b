"""Freehold over HTTP compared with the handwritten baseline.

``python -m benchmarks.http [--records 5000] [--seconds 3] [--rounds 5] [--connections 16] [--database
sqlite]``

One worker each, in turn, on copies of one database. Reads one account by id, lists 50 with a filter and sort,
creates one. Prints responses per second, processor time, latencies and the ratio Freehold / baseline (the
median of the rounds), and the memory of both.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.load import Figures, Requests, drive, request_bytes
from benchmarks.stages import Stage, stage_of

__all__ = ["main"]

INDUSTRIES = ("technology", "healthcare", "finance", "retail", "education")
HOST = "bench.localhost"
PASSWORD = "a long enough password"


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int
    token: str | None = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(
    port: int, method: str, path: str, body: object = None, *, host: str, token: str | None = None
) -> Any:
    """Send one JSON request with the standard library. Raises on any error."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers={"Host": host})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None if body is None else json.dumps(body).encode()
    if data:
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, data, timeout=60) as response:  # noqa: S310 - loopback
        return json.loads(response.read() or b"null")


@contextmanager
def running(command: list[str], port: int, environ: dict[str, str]) -> Iterator[int]:
    """Run ``command`` inside the block. Starts once it listens on ``port``."""
    process = subprocess.Popen(command, env=os.environ | environ)
    try:
        wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        time.sleep(0.1)
    raise RuntimeError("nothing came up in 60 seconds")


def freehold_environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder}/central.sqlite",
        "DATA_DIR": str(folder),
        "ENCRYPTION_KEY": os.urandom(32).hex(),
        "OPERATOR_TOKEN": "fho_" + "benchmarkbenchmarkbenchmarkbenchmarkbenchma",
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "warning",
        "FREEHOLD_LOCAL": "1",
    }


def account(number: int) -> dict[str, object]:
    return {
        "name": f"Account {number:06d}",
        "website": f"https://{number}.example.com",
        "phone": "+31 20 123 4567",
        "industry": INDUSTRIES[number % len(INDUSTRIES)],
        "annual_revenue": f"{number * 37 % 100_000}.50",
    }


async def fill(port: int, token: str, records: int) -> None:
    def creation(number: int) -> bytes:
        return create_request(token)(number)

    total = 0
    while total < records:
        figures = await drive(port, creation, seconds=2, connections=16)
        if figures.refused:
            raise RuntimeError(f"{figures.refused} creations were refused while filling the table")
        total += int(figures.per_second * 2)


def create_request(token: str | None) -> Requests:
    return lambda number: request_bytes(
        "POST",
        "/api/v1/data/accounts",
        HOST,
        headers=bearer(token),
        body=json.dumps(account(number)).encode(),
    )


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def routes(ids: list[str], token: str | None) -> dict[str, Requests]:
    headers = bearer(token)
    reads = [
        request_bytes("GET", f"/api/v1/data/accounts/{record_id}", HOST, headers=headers) for record_id in ids
    ]
    query = "filter%5Bindustry%5D=technology&sort=-annual_revenue,name&limit=50"
    listing = request_bytes("GET", f"/api/v1/data/accounts?{query}", HOST, headers=headers)
    return {
        "read one by id": lambda number: reads[number % len(reads)],
        "list 50, filtered and sorted": lambda _number: listing,
        "create one": create_request(token),
    }


def sign_up(port: int, operator: str) -> tuple[str, dict[str, Any]]:
    """Create the tenant.

    Returns its administrator's access token and the response of ``POST /setup/tenants``.
    """
    admin = {"email": "ada@bench.example", "password": PASSWORD}
    tenant = {"name": "Bench", "slug": "bench", "primaryDomain": "bench", "admin": admin}
    created = call(port, "POST", "/setup/tenants", tenant, host="localhost", token=operator)
    return str(call(port, "POST", "/api/v1/auth/login", admin, host=HOST)["accessToken"]), created


@dataclass(frozen=True, slots=True)
class Round:
    """One round on one server: the clients' figures, and the processor time per response in ms."""

    figures: Figures
    cpu: float


async def one_round(server: Server, requests: Requests, options: argparse.Namespace) -> Round:
    before = processor_seconds(server.pid)
    figures = await drive(server.port, requests, seconds=options.seconds, connections=options.connections)
    responses = figures.per_second * options.seconds
    return Round(figures, (processor_seconds(server.pid) - before) / responses * 1000)


def processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def measure(
    ours: Server, floor: Server, ids: list[str], options: argparse.Namespace
) -> dict[str, list[tuple[Round, Round]]]:
    results: dict[str, list[tuple[Round, Round]]] = {}
    our_routes, floor_routes = routes(ids, ours.token), routes(ids, floor.token)
    for name in our_routes:
        for _ in range(options.rounds):
            pair = [
                await one_round(server, table[name], options)
                for server, table in ((ours, our_routes), (floor, floor_routes))
            ]
            results.setdefault(name, []).append((pair[0], pair[1]))
    return results


def show(console: Console, results: dict[str, list[tuple[Round, Round]]]) -> None:
    columns = (
        "route",
        "Freehold /s",
        "floor /s",
        "ratio",
        "CPU ms",
        "floor's",
        "p50 ms",
        "floor's",
        "p99 ms",
        "floor's",
    )
    table = Table(*columns, "refused")
    for name, pairs in results.items():
        ratio = statistics.median(ours.figures.per_second / floor.figures.per_second for ours, floor in pairs)
        sides = [[pair[side] for pair in pairs] for side in (0, 1)]
        refused = sum(one.figures.refused for side in sides for one in side)
        table.add_row(
            name, *(f"{median(side, 'per_second'):,.0f}" for side in sides), f"{ratio:.2f}",
            *(f"{statistics.median(one.cpu for one in side):.2f}" for side in sides),
            *(f"{median(side, which):.1f}" for which in ("p50", "p99") for side in sides), str(refused),
        )  # fmt: skip
    console.print(table)


def median(rounds: list[Round], figure: str) -> float:
    return float(statistics.median(getattr(one.figures, figure) for one in rounds))


def megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


async def run(options: argparse.Namespace, console: Console, stage: Stage) -> None:
    port, floor_port = free_port(), free_port()
    environ = freehold_environment(stage.folder, port) | dict(stage.environ)
    freehold = str(Path(sys.executable).with_name("freehold"))
    await asyncio.to_thread(
        subprocess.run,
        [freehold, "setup", "--no-env-file"],
        env=os.environ | environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with running([freehold, "serve"], port, environ) as pid:
        token, created = sign_up(port, environ["OPERATOR_TOKEN"])
        await fill(port, token, options.records)
        page = call(port, "GET", "/api/v1/data/accounts?limit=200&fields=id", host=HOST, token=token)
        ids = [record["id"] for record in page["data"]]
        floor_environ = {"FLOOR_DATABASE": stage.floor_database(created), "FLOOR_PORT": str(floor_port)}
        with running([sys.executable, "-m", stage.floor], floor_port, floor_environ) as floor_pid:
            floor = Server(floor_port, floor_pid, stage.floor_token)
            results = await measure(Server(port, pid, token), floor, ids, options)
            show(console, results)
            console.print(f"memory: Freehold {megabytes(pid):.0f} MB, floor {megabytes(floor_pid):.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage_of(options.database, Path(folder)) as stage:
        asyncio.run(run(options, Console(), stage))


if __name__ == "__main__":
    main()
