"""One process against two: ``python -m benchmarks.workers [--rounds 5] [--seconds 3]``.

``freehold serve --workers 1`` and ``--workers 2`` serve the same tenant on SQLite, in turn, to the same
clients: a list of 25 records. The clients and whatever else runs use the processors as well, so that two
processes on two processors do not serve twice as much. The processor time of a request shows what sharing the
work costs.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console

from benchmarks.figures import Figure, report
from benchmarks.fleet import EMAIL, PASSWORD, create_first, environment
from benchmarks.http import call, free_port, running
from benchmarks.load import drive, request_bytes

__all__ = ["main"]

_HOST: Final = "fleet-0.localhost"
_LIST: Final = "/api/v1/data/accounts?limit=25"
_RECORDS: Final = 25


def measure(folder: Path, rounds: int, seconds: float, connections: int) -> Sequence[Figure]:
    environ = {**environment(folder), "LOG_LEVEL": "error"}
    asyncio.run(create_first(environ))
    rates: dict[int, list[float]] = {1: [], 2: []}
    costs: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        ports, pids = {}, {}
        for workers in rates:
            ports[workers] = free_port()
            command = [str(Path(sys.executable).with_name("freehold")), "serve"]
            command += ["--port", str(ports[workers]), "--workers", str(workers)]
            pids[workers] = stack.enter_context(running(command, ports[workers], environ))
        wait_until_all_serve(ports)
        request = _request(ports[1])
        for round_number in range(-1, rounds):  # the first one warms up
            for workers, port in ports.items():
                begun = processor_seconds(pids[workers])
                figures = asyncio.run(
                    drive(port, lambda _: request, seconds=seconds, connections=connections)
                )
                assert not figures.refused
                if round_number >= 0:
                    served = figures.per_second * seconds
                    rates[workers].append(figures.per_second)
                    costs[workers].append((processor_seconds(pids[workers]) - begun) / served * 1e6)
    one, two = (statistics.median(rates[workers]) for workers in rates)
    return (
        Figure("lists a second, one process", one),
        Figure("lists a second, two processes", two),
        Figure("lists a second, two processes against one", two / one),
        Figure("processor time of a list, one process", statistics.median(costs[1]), "µs"),
        Figure("processor time of a list, two processes", statistics.median(costs[2]), "µs"),
    )


def wait_until_all_serve(ports: Mapping[int, int]) -> None:
    """Wait until the metrics are those of as many processes as there are to be, each with the same limit."""
    one = _limit(ports[1])
    while any(_limit(port) < workers * one for workers, port in ports.items()):
        time.sleep(0.1)


def _limit(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as response:
        lines = response.read().decode().splitlines()
    name = "freehold_client_connections_limit "
    return next(int(line.removeprefix(name)) for line in lines if line.startswith(name))


def processor_seconds(pid: int) -> float:
    """The processor time of a process and those that it has started."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _request(port: int) -> bytes:
    """Create the records, and return the request that lists them."""
    body = {"email": EMAIL, "password": PASSWORD}
    token = call(port, "POST", "/api/v1/auth/login", body, host=_HOST)["accessToken"]
    for number in range(_RECORDS):
        call(port, "POST", "/api/v1/data/accounts", {"name": f"Account {number}"}, host=_HOST, token=token)
    return request_bytes("GET", _LIST, _HOST, headers={"Authorization": f"Bearer {token}"})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.rounds, options.seconds, options.connections)
        report(Console(), figures)


if __name__ == "__main__":
    main()
