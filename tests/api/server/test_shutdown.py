"""A process that is told to stop ends within its time, whatever runs: real processes."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from central.secrets.keys import generate_key
from tests.support.launcher import Program
from tests.support.processes import FREEHOLD, Process, free_port, freehold, serving

SECONDS = 2
PATIENCE = 40
"""Much more than the process has; without its bound it would never end."""
BUSY_SERVER = Program("busy_server", "tests.support.busy_server:main")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    port = free_port()
    made = {
        "ENCRYPTION_KEY": generate_key(),
        "DATA_DIR": str(tmp_path),
        "OPERATOR_TOKEN": "fho_" + "a-token-for-tests-alone-" * 2,
        "PORT": str(port),
        "SHUTDOWN_TIMEOUT": str(SECONDS),
    }
    freehold(["migrate"], folder=tmp_path, environ=made)
    return made


@contextmanager
def started(
    folder: Path, environ: dict[str, str], program: Program = FREEHOLD
) -> Iterator[tuple[Process, int]]:
    port = int(environ["PORT"])
    with serving(folder=folder, port=port, environ=environ, program=program) as process:
        yield process, port


def sent(port: int, head: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(head.encode())
    return client


@pytest.mark.parametrize("what", ["thread", "statement", "deaf"])
def test_a_process_ends_though_a_request_never_does(
    what: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    with started(tmp_path, environ, BUSY_SERVER) as (process, port), begun(port, what):
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == -signal.SIGTERM


def test_a_process_ends_though_its_event_loop_is_held(tmp_path: Path, environ: dict[str, str]) -> None:
    with started(tmp_path, environ, BUSY_SERVER) as (process, port), begun(port, "loop"):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 1
    log = (tmp_path / f"serve-{port}.log").read_text()
    assert "Timeout (0:00:02)!" in log
    assert "busy_server.py" in log, "the stack says what it waited for"


def begun(port: int, what: str) -> socket.socket:
    """The connection of a request that will never end."""
    client, received = sent(port, f"GET /busy/{what} HTTP/1.1\r\nHost: localhost\r\n\r\n"), b""
    while b"begun" not in received:
        received += client.recv(1_000)
    return client


def test_connections_that_wait_hold_nothing_up(tmp_path: Path, environ: dict[str, str]) -> None:
    """It ends long before its time is up, also on a busy machine."""
    with started(tmp_path, environ | {"SHUTDOWN_TIMEOUT": "200"}) as (process, port):
        used = sent(port, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert used.recv(1_000).startswith(b"HTTP/1.1 200")
        waiting = [
            used,
            sent(port, ""),
            sent(port, "GET /health HTTP/1.1\r\nHost: "),
            sent(port, "POST /setup/tenants HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"),
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == -signal.SIGTERM
        for one in waiting:
            one.close()
    assert "Timeout" not in (tmp_path / f"serve-{port}.log").read_text()
