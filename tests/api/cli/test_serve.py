"""``freehold serve``: says that it serves once it does."""

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import COMMAND, environment, free_port, freehold


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
