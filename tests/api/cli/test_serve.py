"""``freehold serve``: says that it serves once it does, in one process or several."""

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.processes import COMMAND, environment, free_port, freehold
from tests.support.waiting import until_sync


@pytest.fixture
def port(tmp_path: Path) -> int:
    freehold(["setup"], folder=tmp_path, environ={})
    return free_port()


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.terminate()
        process.communicate(timeout=30)


def start(folder: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "serve", *arguments],
        cwd=folder,
        env=environment({"PORT": str(port), "PYTHONUNBUFFERED": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def line_with(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if words in line)


def status(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as response:
        return int(response.status)


def test_the_address_is_printed_once_it_accepts_connections(
    tmp_path: Path, port: int, serve: list[subprocess.Popen[str]]
) -> None:
    serve.append(start(tmp_path, port))
    printed = line_with(serve[0], "Freehold serves")
    assert f"http://localhost:{port}: the API at /schema" in printed
    assert status(port) == 200


def test_several_processes_serve_one_port(
    tmp_path: Path, port: int, serve: list[subprocess.Popen[str]]
) -> None:
    serve.append(start(tmp_path, port, "--workers", "2"))
    assert f"2 processes for http://localhost:{port}" in line_with(serve[0], "Freehold starts")
    line_with(serve[0], "Application startup complete")
    while True:  # it listens a moment later
        with suppress(urllib.error.URLError):
            assert status(port) == 200
            break


def test_the_metrics_are_those_of_all_processes_and_survive_one(
    tmp_path: Path, port: int, serve: list[subprocess.Popen[str]]
) -> None:
    serve.append(start(tmp_path, port, "--workers", "2"))
    for _ in range(2):
        line_with(serve[0], "Application startup complete")
    workers = [one for one in psutil.Process(serve[0].pid).children() if "spawn_main" in str(one.cmdline())]
    assert len(workers) == 2
    until_sync(lambda: status(port) == 200)
    for _ in range(30):  # any of the processes may serve them
        status(port)
    before = until_sync(lambda: requests_of_all(port) >= 30 and requests_of_all(port))
    workers[0].kill()
    line_with(serve[0], "Application startup complete")  # of the one in its place
    for _ in range(20):
        after = until_sync(lambda: requests_of_all(port))
        assert after >= before
        before = after


def requests_of_all(port: int) -> int:
    """The number of requests that /metrics reports; 0 if a process died meanwhile."""
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response,
    ):
        lines = response.read().decode().splitlines()
        return sum(
            int(line.rpartition(" ")[2]) for line in lines if line.startswith("freehold_requests_total{")
        )
    return 0


def test_a_port_that_is_taken_is_reported_and_nothing_is_said_to_be_served(
    tmp_path: Path, port: int, serve: list[subprocess.Popen[str]]
) -> None:
    serve.append(start(tmp_path, port))
    line_with(serve[0], "Freehold serves")
    refused = start(tmp_path, port)
    printed, _ = refused.communicate(timeout=60)
    assert refused.returncode != 0
    assert f"Port {port} of 127.0.0.1 is not available" in printed
    assert "serves" not in printed
