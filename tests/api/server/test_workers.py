"""Several processes under a supervisor: one is killed, all are replaced, and no request fails."""

import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.api.server.test_two_processes import TOKEN, call
from tests.support.launcher import launcher
from tests.support.processes import FREEHOLD, PRELOADED, Process, environment, free_port, freehold
from tests.support.waiting import until_sync

HOST = "acme.localhost"
PATIENCE = 300
"""Seconds that processes may take to start, one after the other, on a machine that does much else."""


class Service:
    """``freehold serve --workers 2`` with a tenant."""

    def __init__(self, process: Process, port: int, log: Path, token: str) -> None:
        self.process, self.port, self.log, self.token = process, port, log, token

    @property
    def pids(self) -> set[int]:
        found = psutil.Process(self.process.pid).children()
        return {one.pid for one in found if one.status() != psutil.STATUS_ZOMBIE}

    def requests(self) -> int:
        """The number of requests that /metrics reports."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics", headers={"Host": "localhost"})
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        counts = [line for line in lines if line.startswith("freehold_requests_total{")]
        return sum(int(line.rpartition(" ")[2]) for line in counts)

    def says(self, words: str) -> int:
        """How often the log has these words."""
        return self.log.read_text().count(words)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    port, log = free_port(), tmp_path / "log"
    environ = {"OPERATOR_TOKEN": TOKEN, "PORT": str(port)}
    freehold(["setup"], folder=tmp_path, environ=environ)
    log.touch()
    process = launcher(*PRELOADED).start(
        FREEHOLD, ["serve", "--workers", "2"], folder=tmp_path, environ=environment(environ), out=log
    )
    try:
        until_sync(lambda: log.read_text().count("Application startup complete") == 2, PATIENCE)
        tenant = {"name": "Acme", "slug": "acme", "primaryDomain": "acme"}
        status, created = call(port, "POST", "localhost", "/setup/tenants", tenant)
        assert status == 201, created
        login = {name: created["admin"][name] for name in ("email", "password")}
        token = call(port, "POST", HOST, "/api/v1/auth/login", login)[1]["accessToken"]
        yield Service(process, port, log, token)
    finally:
        process.terminate()
        process.wait(60)


class Client(threading.Thread):
    """Creates records over one connection, which it keeps as long as the server does."""

    def __init__(self, service: Service, pause: float) -> None:
        super().__init__()
        self._service, self._pause = service, pause
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        self.ends = threading.Event()
        self.created: list[str] = []
        self.failures: list[object] = []

    def run(self) -> None:
        while not self.ends.is_set() and not self.failures:
            self.create()
            time.sleep(random.uniform(0, self._pause))
        self._connection.close()

    def create(self) -> None:
        headers = {"Host": HOST, "Authorization": f"Bearer {self._service.token}"}
        headers["Content-Type"] = "application/json"
        try:
            self._connection.request("POST", "/api/v1/data/accounts", b'{"name": "Globex"}', headers)
            response = self._connection.getresponse()
            body = json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(error)
        else:
            if response.status == 201:
                self.created.append(body["data"]["id"])
            else:
                self.failures.append(body)


@contextmanager
def load(service: Service) -> Iterator[list[Client]]:
    """Clients at work inside the block; none of them may fail."""
    clients = [Client(service, pause) for pause in (0.01, 0.05, 0.5)]
    for one in clients:
        one.start()
    try:
        yield clients
    finally:
        for one in clients:
            one.ends.set()
        for one in clients:
            one.join()
    assert [one.failures for one in clients] == [[], [], []]


def test_a_process_is_killed_then_all_are_replaced_and_no_request_fails(service: Service) -> None:
    assert service.says(f"2 processes for http://localhost:{service.port}")
    counted = [service.requests()]

    def count() -> bool:
        time.sleep(0.1)  # the processors are for the processes
        counted.append(service.requests())
        return True

    before = service.pids
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    until_sync(lambda: len(service.pids) == 2 and min(before) not in service.pids, PATIENCE)
    for _ in range(10):  # the other one goes on meanwhile
        count()
    until_sync(lambda: service.says("Application startup complete") == 3, PATIENCE)

    unused = Client(service, 0)
    unused.create()  # its connection is idle from now on, until processes drain
    before = service.pids
    with load(service) as clients:
        service.process.send_signal(signal.SIGHUP)
        until_sync(lambda: count() and service.says("worker drains") == 1, PATIENCE)
        unused.create()
        until_sync(lambda: count() and len(service.pids) == 2 and not before & service.pids, PATIENCE)
        reached = [len(one.created) for one in clients]
        until_sync(
            lambda: all(len(one.created) > n for one, n in zip(clients, reached, strict=True)), PATIENCE
        )
    assert unused.failures == []
    assert counted == sorted(counted), "no counter has gone backwards"

    created = [record for one in (unused, *clients) for record in one.created]
    total = call(service.port, "GET", HOST, "/api/v1/data/accounts?limit=1&count=exact", token=service.token)
    assert total[1]["count"]["value"] == len(created) == len(set(created))

    workers = [psutil.Process(pid) for pid in service.pids]
    os.kill(service.process.pid, signal.SIGKILL)
    assert psutil.wait_procs(workers, 60)[1] == [], "they end with their supervisor"
