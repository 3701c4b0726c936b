"""A real server is killed before and after every step of creating a tenant from an archive, and at random
moments in between. After the restart the new tenant is complete or gone, and the first one is as it was.
"""

import os
import random
import signal
import threading
import time
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from central.provisioning.steps import importing
from tests.crash.test_crash_matrix import (  # noqa: F401 - running and server are fixtures
    _NO_PARTS,
    PASSWORD,
    Server,
    responded,
    running,
    server,
    whens,
)
from tests.support.crashing_server import line_of
from tests.support.thoroughly import some_of, times

IMPORT: Final = [step.name for step in importing(_NO_PARTS)]
SEALED: Final = {"Archive-Passphrase": quote("correct horse battery")}
_ARCHIVES: dict[int, bytes] = {}


def archive_of(server: Server) -> bytes:  # noqa: F811 - a fixture elsewhere
    """An archive of a tenant of this server, with some thousand rows."""
    if id(server) not in _ARCHIVES:
        made = responded(server.make("source"), 201)
        host = "source.localhost"
        sign_in = {"email": "ada@source.example", "password": PASSWORD}
        signed_in = responded(server.request("POST", "/api/v1/auth/login", host, json=sign_in), 200)
        bearer = {"Authorization": f"Bearer {signed_in['accessToken']}"}
        for _ in range(4):
            body = {"op": "create", "records": [{"name": f"Account {number}"} for number in range(1_000)]}
            responded(
                server.request("POST", "/api/v1/data/accounts/bulk", host, headers=bearer, json=body), 200
            )
        path = f"/setup/tenants/{made['tenantId']}/export"
        _ARCHIVES[id(server)] = server.request("GET", path, headers=SEALED).content
    return _ARCHIVES[id(server)]


def load(server: Server, slug: str, data: bytes) -> httpx.Response:  # noqa: F811 - a fixture elsewhere
    headers = {**SEALED, "Content-Type": "application/vnd.freehold.archive"}
    path = f"/setup/tenants/import?slug={slug}&name={slug}&primaryDomain={slug}"
    return server.request("POST", path, headers=headers, content=data)


def has_all(server: Server, slug: str) -> None:  # noqa: F811 - a fixture elsewhere
    """The users and records of the archive are there."""
    host = f"{slug}.localhost"
    sign_in = {"email": "ada@source.example", "password": PASSWORD}
    signed_in = responded(server.request("POST", "/api/v1/auth/login", host, json=sign_in), 200)
    bearer = {"Authorization": f"Bearer {signed_in['accessToken']}"}
    found = server.request("GET", "/api/v1/data/accounts?count=exact&limit=1", host, headers=bearer)
    assert responded(found, 200)["count"]["value"] == 4_000


def is_gone(server: Server, slug: str) -> None:  # noqa: F811 - a fixture elsewhere
    server.assert_gone(slug)
    orphans = "SELECT fingerprint FROM directory_entry WHERE tenant NOT IN (SELECT id FROM tenant)"
    assert server.rows(orphans) == []


@pytest.mark.parametrize("step", some_of(IMPORT, 4))
def test_killed_while_creating_a_tenant_from_an_archive(running: Server, step: str) -> None:  # noqa: F811
    data = archive_of(running)
    for when in whens(running):
        slug = running.new_slug()
        with running.killed_at(line_of(when, "import", step)):
            load(running, slug, data)
        running.start()
        if (when, step) != ("after", IMPORT[-1]):
            is_gone(running, slug)
            responded(load(running, slug, data), 201)
        has_all(running, slug)
    has_all(running, "source")


def test_killed_at_any_moment(running: Server) -> None:  # noqa: F811
    data = archive_of(running)
    for _ in range(times(3, 12)):
        slug, outcome = running.new_slug(), list[Any]()

        def attempt(slug: str = slug, outcome: list[Any] = outcome) -> None:
            try:
                outcome.append(load(running, slug, data).status_code)
            except httpx.TransportError as error:
                outcome.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        time.sleep(random.uniform(0.02, 1.5))
        os.kill(running.pid, signal.SIGKILL)
        assert running.exit_code() == -signal.SIGKILL
        thread.join()
        running.start()
        responses = [one for one in outcome if one == 201]
        status = running.rows("SELECT status FROM tenant WHERE slug = ?", slug)
        if responses or status == [("active",)]:
            has_all(running, slug)
        else:
            is_gone(running, slug)
    has_all(running, "source")
