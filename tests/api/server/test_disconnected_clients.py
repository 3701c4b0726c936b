"""An import stops when its client disconnects, or the process is told to stop: a real process."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from central.secrets.keys import generate_key
from tests.api.server.test_two_processes import TOKEN, call
from tests.support.processes import free_port, freehold, serving

HOST, LINES = "acme.localhost", 100_000
PATIENCE = 120


class Served:
    """A process with one tenant, and an administrator's token."""

    def __init__(self, port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.port, self._log, self.process, self.data = port, log, process, log.parent
        body = {"name": "Acme", "slug": "acme", "primaryDomain": "acme"}
        admin = call(port, "POST", "localhost", "/setup/tenants", body)[1]["admin"]
        self.token = call(port, "POST", HOST, "/api/v1/auth/login", admin)[1]["accessToken"]

    def count(self) -> int:
        found = call(self.port, "GET", HOST, "/api/v1/data/accounts?count=exact&limit=1", None, self.token)
        number: int = found[1]["count"]["value"]
        return number

    def send_import_and_leave(self, mode: str) -> None:
        """Send all of an import, and disconnect."""
        with self.importing(mode):
            pass

    @contextmanager
    def importing(self, mode: str) -> Iterator[socket.socket]:
        """The connection of an import whose body has been sent."""
        file = "name\n" + "".join(f"account {number}\n" for number in range(LINES))
        part = 'Content-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n'
        body = f"--b\r\n{part}\r\n{file}\r\n--b--\r\n".encode()
        head = (
            f"POST /api/v1/data/accounts/import?mode={mode} HTTP/1.1\r\nHost: {HOST}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as client:
            client.sendall(head.encode() + body)
            yield client

    def status_of_import(self) -> int:
        """What the log says of it, once it does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self._log.read_text().splitlines():
                entry: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
                if str(entry.get("path", "")).endswith("/import"):
                    return int(entry["status"])
            time.sleep(0.1)
        raise AssertionError("the import has not ended")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    environ = {
        "ENCRYPTION_KEY": generate_key(),
        "DATA_DIR": str(tmp_path),
        "OPERATOR_TOKEN": TOKEN,
        "PORT": str(port),
        "SQLITE_SYNCHRONOUS": "OFF",
        "SHUTDOWN_TIMEOUT": "2",
    }
    freehold(["setup", "--no-env-file"], folder=tmp_path, environ=environ)
    with serving(folder=tmp_path, port=port, environ=environ) as process:
        yield Served(port, tmp_path / f"serve-{port}.log", process)


def test_an_import_of_good_lines_stops_and_keeps_the_portions_that_were_written(served: Served) -> None:
    served.send_import_and_leave("good_lines")
    assert served.status_of_import() == 499
    kept = served.count()
    assert kept < LINES
    assert kept % 500 == 0, "whole portions"
    time.sleep(0.5)
    assert served.count() == kept


def test_an_import_of_all_or_nothing_leaves_nothing(served: Served) -> None:
    served.send_import_and_leave("all_or_nothing")
    assert served.status_of_import() == 499
    assert served.count() == 0


@pytest.mark.parametrize("mode", ["good_lines", "all_or_nothing"])
def test_a_process_that_is_told_to_stop_ends_in_time_during_an_import(served: Served, mode: str) -> None:
    with served.importing(mode):
        while mode == "good_lines" and served.count() == 0:
            time.sleep(0.01)
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(PATIENCE)
    (file,) = served.data.glob("tenants/*.sqlite")
    with closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT COUNT(*) FROM accounts").fetchone()[0]
    assert kept % 500 == 0, "whole portions"
    assert kept < LINES
    assert mode == "good_lines" or kept == 0
