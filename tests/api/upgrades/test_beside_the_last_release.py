"""A process of the last release and one of the next serve one installation while its tenants are upgraded."""

import http.client
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.api.server.test_two_processes import TOKEN, call
from tests.support.processes import free_port, freehold, serving
from tests.support.releases import last_release, next_release
from tests.support.waiting import until_sync

SLUGS = ("acme", "demo")


@dataclass
class Load(threading.Thread):
    """Lists and creates accounts of a tenant in one process, one request after the other."""

    port: int
    slug: str
    token: str
    created: list[str] = field(default_factory=list)
    seen: Counter[tuple[int, str]] = field(default_factory=Counter)
    ends: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            while not self.ends.wait(0.02):
                self._request(connection, "GET", None)
                self._request(connection, "POST", {"name": "Globex"})

    def _request(self, connection: http.client.HTTPConnection, method: str, body: object) -> None:
        headers = {"Host": f"{self.slug}.localhost", "Authorization": f"Bearer {self.token}"}
        headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body)
        connection.request(method, "/api/v1/data/accounts", data, headers)
        response = connection.getresponse()
        found = json.loads(response.read())
        if response.status == 503:
            assert response.headers["Retry-After"]
        self.seen[response.status, found.get("code", "")] += 1
        if response.status == 201:
            self.created.append(found["data"]["id"])

    @property
    def served(self) -> int:
        return self.seen[200, ""] + self.seen[201, ""]


@contextmanager
def at_work(*loads: Load) -> Iterator[None]:
    for one in loads:
        one.start()
    try:
        yield
    finally:
        for one in loads:
            one.ends.set()
        for one in loads:
            one.join()


def more(loads: list[Load]) -> None:
    """Wait until each has been served again, some times."""
    before = [one.served for one in loads]
    until_sync(lambda: all(one.served > n + 5 for one, n in zip(loads, before, strict=True)))


def create(port: int, slug: str) -> str:
    """Create a tenant. Returns an access token of its administrator."""
    body = {"name": slug.title(), "slug": slug, "primaryDomain": slug}
    status, created = call(port, "POST", "localhost", "/setup/tenants", body)
    assert status == 201, created
    login = {name: created["admin"][name] for name in ("email", "password")}
    return str(call(port, "POST", f"{slug}.localhost", "/api/v1/auth/login", login)[1]["accessToken"])


def upgraded(port: int) -> dict[str, Any]:
    """Upgrade all tenants in waves, as the process on this port does, and return how that ended."""
    body = {"canary": ["acme"], "waves": ["100%"], "soakSeconds": 0}
    status, begun = call(port, "POST", "localhost", "/setup/upgrades", body)
    assert status == 202, begun
    path = f"/setup/upgrades/{begun['job']}"
    until_sync(lambda: call(port, "GET", "localhost", path)[1]["state"] != "running")
    found: dict[str, Any] = call(port, "GET", "localhost", path)[1]
    return found


def test_during_an_upgrade_there_is_nothing_but_503_in_the_next_release(tmp_path: Path) -> None:
    last, newer, folder = last_release(tmp_path), next_release(tmp_path), tmp_path / "installed"
    folder.mkdir()
    first, second = free_port(), free_port()
    common = {"OPERATOR_TOKEN": TOKEN, "CACHE_SECONDS": "1"}
    older_environ = common | {"PORT": str(first), "PYTHONPATH": str(last)}
    newer_environ = common | {"PORT": str(second), "PYTHONPATH": str(newer)}
    freehold(["setup"], folder=folder, environ=older_environ)
    with ExitStack() as stack:
        stack.enter_context(serving(folder=folder, port=first, environ=older_environ))
        tokens = {slug: create(first, slug) for slug in SLUGS}
        freehold(["migrate", "--central-only"], folder=folder, environ=newer_environ)
        stack.enter_context(serving(folder=folder, port=second, environ=newer_environ))
        before = [Load(first, slug, tokens[slug]) for slug in SLUGS]
        after = [Load(second, slug, tokens[slug]) for slug in SLUGS]
        with at_work(*before, *after):
            more(before)
            until_sync(lambda: all(one.seen[503, "tenant-upgrading"] for one in after))
            assert [one.served for one in after] == [0, 0]
            found = upgraded(second)
            assert (found["state"], found["tenants"]["done"], found["failures"]) == ("done", 2, [])
            more(after)
            more(before)
    assert [set(one.seen) for one in before] == [{(200, ""), (201, "")}] * 2
    assert [set(one.seen) for one in after] == [{(200, ""), (201, ""), (503, "tenant-upgrading")}] * 2
    for slug in SLUGS:
        created = [id_ for one in (*before, *after) if one.slug == slug for id_ in one.created]
        with closing(sqlite3.connect(next(folder.rglob("tenants")) / f"tenant_{slug}.sqlite")) as database:
            kept = {id_ for (id_,) in database.execute("SELECT id FROM accounts WHERE name = 'Globex'")}
            assert database.execute("SELECT COUNT(*) FROM release_notes").fetchone() == (0,)
        assert kept == set(created)
