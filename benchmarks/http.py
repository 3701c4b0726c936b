"""Freehold over HTTP compared with the handwritten baseline and with the peer.

``python -m benchmarks.http [--records 10000] [--seconds 3] [--rounds 5] [--connections 16] [--database
sqlite] [--peer] [--indexed]``

One worker each, in turn, warmed up, on one core; the clients run on another. Reads one account by id, lists
50 with a filter and sort, creates one. Prints responses per second, processor time, latencies and the ratio
Freehold / other (the median of the rounds), and the memory of all. A list without an index for its filter and
order takes the database five times as long as the services; with ``--indexed``, all of them have one.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, report
from benchmarks.load import Figures, Requests, drive, request_bytes
from benchmarks.peer import copy_accounts, peer_command, peer_environ, peer_token
from benchmarks.stages import Stage, stage_of

__all__ = ["FLOOR", "OURS", "PEER", "PEER_BOUNDS", "figures_of", "main", "parser", "run"]

OURS, FLOOR, PEER = "Freehold", "floor", "peer"
READ, LIST, CREATE = "read one by id", "list 50, filtered and sorted", "create one"
PEER_BOUNDS: Final = {READ: 1.3, LIST: 1.3, CREATE: 1.0}
LISTING = "filter%5Bindustry%5D=technology&sort=-annual_revenue,name&limit=50"
INDEX = ("industry", "-annual_revenue", "name")
"""Of the fields that the list filters and sorts by."""

INDUSTRIES = ("technology", "healthcare", "finance", "retail", "education")
HOST = "bench.localhost"
PASSWORD = "a long enough password"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server that is measured."""

    name: str
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
    listing = request_bytes("GET", f"/api/v1/data/accounts?{LISTING}", HOST, headers=headers)
    return {
        READ: lambda number: reads[number % len(reads)],
        LIST: lambda _number: listing,
        CREATE: create_request(token),
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
    """One round on one server: the clients' figures, and the processor time per response in µs."""

    figures: Figures
    cpu: float


Results = dict[str, dict[str, list[Round]]]
"""The rounds by route and contestant."""


async def one_round(server: Contestant, requests: Requests, options: argparse.Namespace) -> Round:
    before = processor_seconds(server.pid)
    figures = await drive(server.port, requests, seconds=options.seconds, connections=options.connections)
    responses = figures.per_second * options.seconds
    return Round(figures, (processor_seconds(server.pid) - before) / responses * 1e6)


def processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def pin(contestants: Sequence[Contestant]) -> None:
    """Run all servers on one core, and the clients on another, where there are two."""
    cores = sorted(psutil.Process().cpu_affinity())
    if len(cores) < 2:
        return
    for one in contestants:
        for process in (psutil.Process(one.pid), *psutil.Process(one.pid).children(recursive=True)):
            process.cpu_affinity(cores[:1])
            for thread in process.threads():
                os.sched_setaffinity(thread.id, cores[:1])
    psutil.Process().cpu_affinity(cores[1:])


async def measure(contestants: Sequence[Contestant], ids: list[str], options: argparse.Namespace) -> Results:
    """Measure all contestants in turn, after warming them up."""
    tables = [routes(ids, one.token) for one in contestants]
    results: Results = {}
    for route in tables[0]:
        for server, table in zip(contestants, tables, strict=True):
            await warm_up(server, table[route], options)
        for _ in range(options.rounds):
            for server, table in zip(contestants, tables, strict=True):
                found = await one_round(server, table[route], options)
                results.setdefault(route, {}).setdefault(server.name, []).append(found)
    return results


async def warm_up(server: Contestant, requests: Requests, options: argparse.Namespace) -> None:
    """Send so many requests that compilers which optimize what runs often have done so."""
    sent = 0.0
    while sent < options.warm_up:
        figures = await drive(server.port, requests, seconds=1, connections=options.connections)
        sent += figures.per_second


def ratio(results: Results, route: str, other: str) -> float:
    """Return responses per second, ours to those of another: the median of the rounds."""
    pairs = zip(results[route][OURS], results[route][other], strict=True)
    return statistics.median(ours.figures.per_second / its.figures.per_second for ours, its in pairs)


def show(console: Console, results: Results) -> None:
    table = Table("route", "server", "/s", "CPU µs", "p50 ms", "p99 ms", "Freehold / it", "refused")
    for route, servers in results.items():
        for name, rounds in servers.items():
            table.add_row(
                route if name == OURS else "",
                name,
                f"{median(rounds, 'per_second'):,.0f}",
                f"{statistics.median(one.cpu for one in rounds):,.0f}",
                f"{median(rounds, 'p50'):.1f}",
                f"{median(rounds, 'p99'):.1f}",
                "" if name == OURS else f"{ratio(results, route, name):.2f}",
                str(sum(one.figures.refused for one in rounds)),
            )
    console.print(table)


def median(rounds: list[Round], figure: str) -> float:
    return float(statistics.median(getattr(one.figures, figure) for one in rounds))


def figures_of(results: Results, database: str, other: str, bounds: Mapping[str, float]) -> Iterator[Figure]:
    """Yield the ratios to another server, and those of the slowest hundredth."""
    for route, bound in bounds.items():
        name = f"{database}, {route}, to the {other}"
        yield Figure(f"{name}: requests per second", ratio(results, route, other), at_least=bound or None)
        slow = median(results[route][OURS], "p99") / median(results[route][other], "p99")
        yield Figure(f"{name}: p99", slow, at_most=1.0 if other == PEER else None)


def megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def require_equal(ours: Contestant, floor: Contestant, record_id: str) -> None:
    """Check that the baseline sends the same bytes; cursors and what was created differ.

    :raises RuntimeError: it does not.
    """
    for path in (f"/{record_id}", f"?{LISTING}"):
        bodies = [
            call(one.port, "GET", f"/api/v1/data/accounts{path}", host=HOST, token=one.token)["data"]
            for one in (ours, floor)
        ]
        if json.dumps(bodies[0]) != json.dumps(bodies[1]):
            raise RuntimeError(f"the baseline responds differently to {path}")


@contextmanager
def contestants_on(stage: Stage, options: argparse.Namespace) -> Iterator[tuple[list[Contestant], list[str]]]:
    """Serve Freehold, the baseline and, if wanted, the peer, on one tenant's records. Yield them and ids."""
    port, floor_port = free_port(), free_port()
    environ = freehold_environment(stage.folder, port) | dict(stage.environ)
    freehold = str(Path(sys.executable).with_name("freehold"))
    subprocess.run(
        [freehold, "setup", "--no-env-file"], env=os.environ | environ, check=True, stdout=subprocess.DEVNULL
    )
    with ExitStack() as stack:
        pid = stack.enter_context(running([freehold, "serve"], port, environ))
        token, created = sign_up(port, environ["OPERATOR_TOKEN"])
        asyncio.run(fill(port, token, options.records))
        if options.indexed:
            call(port, "PATCH", "/api/v1/objects/accounts", {"indexes": [INDEX]}, host=HOST, token=token)
        page = call(port, "GET", "/api/v1/data/accounts?limit=200&fields=id", host=HOST, token=token)
        ids = [record["id"] for record in page["data"]]
        found = [Contestant(OURS, port, pid, token)]
        database = stage.floor_database(created)
        floor_environ = {"FLOOR_DATABASE": database, "FLOOR_PORT": str(floor_port)}
        floor_pid = stack.enter_context(
            running([sys.executable, "-m", stage.floor], floor_port, floor_environ)
        )
        found.append(Contestant(FLOOR, floor_port, floor_pid, stage.floor_token))
        require_equal(found[0], found[1], ids[0])
        if options.peer:
            asyncio.run(copy_accounts(database, options.indexed))
            peer_port = free_port()
            peer_pid = stack.enter_context(
                running(peer_command(), peer_port, peer_environ(database, peer_port))
            )
            found.append(Contestant(PEER, peer_port, peer_pid, peer_token(token)))
        yield found, ids


def run(options: argparse.Namespace, console: Console) -> Results:
    """Measure, and print what was measured."""
    with (
        tempfile.TemporaryDirectory() as folder,
        stage_of(options.database, Path(folder)) as stage,
        contestants_on(stage, options) as (contestants, ids),
    ):
        pin(contestants)
        results = asyncio.run(measure(contestants, ids, options))
        show(console, results)
        memory = ", ".join(f"{one.name} {megabytes(one.pid):.0f} MB" for one in contestants)
        console.print(f"memory: {memory}")
        return results


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--records", type=int, default=10_000)
    found.add_argument("--seconds", type=float, default=3)
    found.add_argument("--rounds", type=int, default=5)
    found.add_argument("--connections", type=int, default=16)
    found.add_argument("--warm-up", type=int, default=5_000, help="requests of each kind before the rounds")
    found.add_argument("--database", choices=("sqlite", "mariadb", "mysql"), default="sqlite")
    found.add_argument("--peer", action="store_true", help="measure the peer too, on a database server")
    found.add_argument("--indexed", action="store_true", help="with an index for the list, for all servers")
    return found


def main() -> None:
    options = parser().parse_args()
    if options.peer and options.database == "sqlite":
        raise SystemExit("The peer needs a database server: --database mariadb.")
    console = Console()
    results = run(options, console)
    bounds = PEER_BOUNDS if options.peer else dict.fromkeys(PEER_BOUNDS, 0.0)
    report(console, figures_of(results, options.database, PEER if options.peer else FLOOR, bounds))


if __name__ == "__main__":
    main()
