"""The service, or its client, is killed at random in the middle of an export over HTTP, and of an archive
that is sent to it. Nothing is left of it: no file, database, user, transaction or place among the exports.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip, clear
from tests.crash.test_crash_matrix import PASSWORD, Server, responded, set_up
from tests.crash.test_killed_imports import SEALED, load
from tests.support.processes import free_port
from tests.support.thoroughly import times
from tests.support.waiting import until_sync

RECORDS = 4_000
CLIENT = """
import http.client, json, sys
given = json.loads(sys.argv[1])
connection = http.client.HTTPConnection("127.0.0.1", given["port"], timeout=60)
if "file" in given:
    with open(given["file"], "rb") as file:
        data = file.read()
    connection.putrequest("POST", given["path"], skip_host=True)
    for name, value in {**given["headers"], "Content-Length": str(len(data))}.items():
        connection.putheader(name, value)
    connection.endheaders(data[: given["bytes"]])
else:
    connection.putrequest("GET", given["path"], skip_host=True)
    for name, value in given["headers"].items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.getresponse().read(given["bytes"])
print("there", flush=True)
sys.stdin.read()
"""
"""Sends or reads some bytes, and then waits to be killed."""


@dataclass
class Streaming(Server):
    """A server with a folder of its own for temporary files."""

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"TMPDIR": str(self.temporary)}

    def left(self) -> list[str]:
        """Files, and transactions of tenants' users, that are there though nothing is done."""
        found = [str(path) for path in self.temporary.rglob("*")]
        if self.database is not None:
            sql = (
                "SELECT trx_id FROM information_schema.innodb_trx JOIN information_schema.processlist "
                "ON id = trx_mysql_thread_id WHERE user LIKE ?"
            )
            found += [f"transaction {row}" for row in self.on_server(sql, f"{self.prefix}%")]
        return found


@pytest.fixture(scope="module", params=["mariadb", "sqlite"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers_found: Found
) -> Iterator[Streaming]:
    folder = tmp_path_factory.mktemp("freehold")
    (folder / "temporary").mkdir()
    if request.param == "sqlite":
        with set_up(Streaming(request.param, folder, free_port())) as server:
            yield server  # type: ignore[misc]
        return
    address, prefix = address_or_skip(servers_found, request.param), f"t{uuid.uuid4().hex[:7]}_"
    asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{prefix}central"'))
    try:
        with set_up(Streaming(request.param, folder, free_port(), address, prefix)) as server:
            yield server  # type: ignore[misc]
    finally:
        asyncio.run(clear(MySQLEngine(address.config), prefix))


@pytest.fixture(scope="module")
def source(server: Streaming) -> tuple[str, bytes]:
    """The id of a tenant whose archive is longer than what connections buffer, and that archive."""
    server.start()
    made = responded(server.make("source"), 201)
    rows = random.Random(4)
    for _ in range(RECORDS // 500):
        texts = [rows.randbytes(1_500).hex() for _ in range(500)]
        records = [{"name": f"Account {number}", "description": text} for number, text in enumerate(texts)]
        bulk = "/api/v1/data/accounts/bulk"
        body = {"op": "create", "records": records}
        responded(server.request("POST", bulk, "source.localhost", headers=bearer(server), json=body), 200)
    tenant_id = str(made["tenantId"])
    return tenant_id, exported(server, tenant_id)


@pytest.fixture
def running(server: Streaming, source: tuple[str, bytes]) -> Streaming:
    assert source
    if not server.pid:
        server.start()
    return server


def bearer(server: Server, slug: str = "source") -> dict[str, str]:
    sign_in = {"email": "ada@source.example", "password": PASSWORD}
    pair = responded(server.request("POST", "/api/v1/auth/login", f"{slug}.localhost", json=sign_in), 200)
    return {"Authorization": f"Bearer {pair['accessToken']}"}


def exported(server: Server, tenant_id: str) -> bytes:
    response = server.request("GET", f"/setup/tenants/{tenant_id}/export", headers=SEALED)
    assert response.status_code == 200, response.text
    return response.content


def assert_whole(server: Streaming, tenant_id: str) -> None:
    """The tenant is read, written and exported, its objects can be changed, and nothing is left behind."""
    until_sync(lambda: server.left() == [])
    path, host, signed_in = "/api/v1/data/accounts", "source.localhost", bearer(server)
    found = server.request("GET", f"{path}?count=exact&limit=1", host, headers=signed_in)
    assert responded(found, 200)["count"]["value"] == RECORDS
    made = responded(server.request("POST", path, host, headers=signed_in, json={"name": "More"}), 201)
    field = {"name": f"f{uuid.uuid4().hex[:8]}", "label": "New", "type": "text"}
    fields = "/api/v1/objects/accounts/fields"  # an export that goes on would be in its way
    responded(server.request("POST", fields, host, headers=signed_in, json=field), 201)
    gone = server.request("DELETE", f"{path}/{made['data']['id']}", host, headers=signed_in)
    assert gone.status_code in (200, 204), gone.text
    until_sync(lambda: takes_an_export(server, tenant_id))


def takes_an_export(server: Streaming, tenant_id: str) -> bool:
    """Whether there is a place for one: a process admits one at a time of a tenant."""
    response = server.request("GET", f"/setup/tenants/{tenant_id}/export", headers=SEALED)
    assert response.status_code in (200, 429), response.text
    return response.status_code == 200


def client(server: Streaming, **given: Any) -> "subprocess.Popen[str]":
    """Another process, which has sent or read so many bytes when this returns."""
    headers = {"Host": f"localhost:{server.port}", "Authorization": f"Bearer {server.token}", **SEALED}
    headers |= given.pop("headers", {})
    text = json.dumps({**given, "headers": headers, "port": server.port})
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    return process


def test_the_service_is_killed_while_it_exports(running: Streaming, source: tuple[str, bytes]) -> None:
    tenant_id, archive = source
    headers = {"Host": f"localhost:{running.port}", "Authorization": f"Bearer {running.token}", **SEALED}
    url = f"http://127.0.0.1:{running.port}/setup/tenants/{tenant_id}/export"
    for _ in range(times(2, 4)):
        enough, received = random.randrange(1, len(archive) // 2), 0
        with (
            suppress(httpx.TransportError),
            httpx.stream("GET", url, headers=headers, timeout=60) as response,
        ):
            for piece in response.iter_raw():
                received += len(piece)
                if received >= enough and running.pid:
                    os.kill(running.pid, signal.SIGKILL)
                    assert running.exit_code() == -signal.SIGKILL
        assert received < len(archive)  # what has arrived is no archive
        running.start()
        assert_whole(running, tenant_id)


def test_who_takes_an_export_is_killed(running: Streaming, source: tuple[str, bytes]) -> None:
    tenant_id, archive = source
    for _ in range(times(2, 4)):
        enough = random.randrange(1, len(archive) // 2)
        with client(running, path=f"/setup/tenants/{tenant_id}/export", bytes=enough) as process:
            process.kill()
        assert_whole(running, tenant_id)


@pytest.mark.parametrize("who", ["service", "client"])
def test_killed_while_an_archive_is_sent(
    running: Streaming, source: tuple[str, bytes], tmp_path: Path, who: str
) -> None:
    tenant_id, archive = source
    (tmp_path / "archive").write_bytes(archive)
    for _ in range(times(2, 4)):
        slug = running.new_slug()
        path = f"/setup/tenants/import?slug={slug}&name={slug}&primaryDomain={slug}"
        given = {"Content-Type": "application/vnd.freehold.archive"}
        enough = random.randrange(1, len(archive))
        with client(
            running, path=path, file=str(tmp_path / "archive"), bytes=enough, headers=given
        ) as process:
            if who == "service":
                os.kill(running.pid, signal.SIGKILL)
                assert running.exit_code() == -signal.SIGKILL
            process.kill()
        if who == "service":
            running.start()
        until_sync(lambda: running.left() == [])
        running.assert_gone(slug)
    assert_whole(running, tenant_id)


def test_the_service_is_killed_while_it_imports(running: Streaming, source: tuple[str, bytes]) -> None:
    """From the first byte to the last step: also the received file is gone."""
    tenant_id, archive = source
    for _ in range(times(2, 4)):
        slug, outcome = running.new_slug(), list[int]()

        def attempt(slug: str = slug, outcome: list[int] = outcome) -> None:
            with suppress(httpx.TransportError):
                outcome.append(load(running, slug, archive).status_code)

        thread = threading.Thread(target=attempt)
        thread.start()
        time.sleep(random.uniform(0.05, 2.5))
        os.kill(running.pid, signal.SIGKILL)
        assert running.exit_code() == -signal.SIGKILL
        thread.join()
        running.start()
        until_sync(lambda: running.left() == [])
        if outcome != [201] and running.rows("SELECT status FROM tenant WHERE slug = ?", slug) != [
            ("active",)
        ]:
            running.assert_gone(slug)
    assert_whole(running, tenant_id)
