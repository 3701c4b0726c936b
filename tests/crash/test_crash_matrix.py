"""A real server is killed before and after every step of making a tenant, deleting it, and changing its
database user's password.

After the restart the tenant is active and complete, or gone without residue: no file, database, database
user, row, domain, credential or open run. On SQLite, MariaDB and MySQL, with a database user for each. A
server per module (and per xdist worker) is killed and started again for each case; each case has a tenant of
its own.
"""

import asyncio
import itertools
import os
import re
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from piccolo.querystring import QueryString

from central.provisioning.steps import Parts, creation, deletion, password_change
from piccolo_engines.errors import AccessDenied
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip, clear
from tests.support.crashing_server import line_of
from tests.support.processes import environment, free_port, freehold
from tests.support.servers import KINDS, ServerAddress
from tests.support.thoroughly import THOROUGHLY

PASSWORD = "correct horse battery"
_NO_PARTS: Any = Parts(*([None] * 8))
CREATION = [step.name for step in creation(_NO_PARTS)]
DELETION = [step.name for step in deletion(_NO_PARTS)]
PASSWORD_CHANGE = [step.name for step in password_change(_NO_PARTS)]
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is encrypted: without it each request would read all certificates that there are."""
COMMAND = [sys.executable, "-m", "tests.support.crashing_server"]


def responded(response: httpx.Response, status: int) -> Any:
    """The body of a response that has this status; fails with the body of one that has not."""
    request = response.request
    assert response.status_code == status, f"{request.method} {request.url}: {response.text}"
    return response.json()


@dataclass
class Server:
    """The server process, which can be killed and started again, and what it leaves in its folder."""

    kind: str
    folder: Path
    port: int
    database: ServerAddress | None = None
    prefix: str = "tenant_"
    token: str = ""
    pid: int = 0
    launcher: Any = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def crash_at(self) -> Path:
        return self.folder / "crash-at"

    @property
    def environ(self) -> dict[str, str]:
        own = {"PORT": str(self.port), "DATA_DIR": str(self.folder), "CRASH_AT": str(self.crash_at)}
        return own | (self.database_environ if self.database else {})

    @property
    def database_environ(self) -> dict[str, str]:
        """Central and tenants on the database server."""
        assert self.database is not None
        return {
            "CENTRAL_DATABASE_URL": f"{self.database.url}/{self.prefix}central",
            "DB_HOST": self.database.host,
            "DB_PORT": str(self.database.port),
            "DB_ROOT_USER": self.database.user,
            "DB_ROOT_PASSWORD": self.database.password,
            "DB_PREFIX": self.prefix,
        }

    @contextmanager
    def launched(self) -> Iterator[None]:
        """The launcher is there; no server is."""
        with (self.folder / "servers.log").open("wb") as log:
            self.launcher = subprocess.Popen(
                COMMAND,
                cwd=self.folder,
                env=environment(self.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
            )
        with self.launcher:
            yield
            self.stop()
            self.launcher.stdin.close()

    def start(self) -> None:
        """Start a server that listens; one that does already is stopped first."""
        self.stop()
        self.crash_at.unlink(missing_ok=True)
        self._launch()
        assert self._listens(), (self.folder / "servers.log").read_text()

    def start_and_be_killed(self, line: str) -> None:
        """Start a server that does not get as far as to listen."""
        self.stop()
        self.crash_at.write_text(line)
        self._launch()
        assert not self._listens()
        assert self.exit_code() == -signal.SIGKILL

    def stop(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            assert self.exit_code() == -signal.SIGTERM

    def exit_code(self) -> int:
        """How the server ended, as soon as it has."""
        self.pid = 0
        return int(self.launcher.stdout.readline())

    def _launch(self) -> None:
        self.launcher.stdin.write(b"start\n")
        self.pid = int(self.launcher.stdout.readline())

    def _listens(self) -> bool:
        """Wait until the server listens, or has ended."""
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            if select.select([self.launcher.stdout], [], [], 0.02)[0]:
                return False

    def new_slug(self) -> str:
        return f"t-{next(self.numbers)}"

    def request(self, method: str, path: str, host: str = "localhost", **options: Any) -> httpx.Response:
        """One request; a tenant's host needs no operator."""
        headers = {"Host": f"{host}:{self.port}", "Authorization": f"Bearer {self.token}"}
        headers |= options.pop("headers", {})
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, headers=headers, timeout=60, verify=_NO_TLS, **options)

    def make(self, slug: str) -> httpx.Response:
        admin = {"email": f"ada@{slug}.example", "password": PASSWORD}
        body = {"name": f"Tenant {slug}", "slug": slug, "primaryDomain": slug, "admin": admin}
        return self.request("POST", "/setup/tenants", json=body)

    @contextmanager
    def killed_at(self, line: str) -> Iterator[None]:
        """Inside, one request that the server does not survive."""
        self.crash_at.write_text(line)
        with pytest.raises(httpx.TransportError):
            yield
        assert self.exit_code() == -signal.SIGKILL

    def rows(self, sql: str, *values: str) -> list[Any]:
        """Rows of the central database."""
        if self.database is not None:
            return self.on_server(sql, *values, database=f"{self.prefix}central")
        with closing(sqlite3.connect(next(self.folder.rglob("central.sqlite")))) as connection:
            return connection.execute(sql, values).fetchall()

    def on_server(self, sql: str, *values: str, database: str | None = None) -> list[Any]:
        """Rows that the database server gives its administrator."""
        assert self.database is not None
        engine = MySQLEngine(self.database.config | ({"database": database} if database else {}))
        query = QueryString(sql.replace("?", "{}"), *values)
        return [tuple(row.values()) for row in asyncio.run(engine.run_querystring(query))]

    def lets_in(self, user: str, password: str, database: str) -> bool:
        """Whether the database server takes this login."""
        assert self.database is not None
        login = {"user": user, "password": password, "database": database}
        try:
            asyncio.run(MySQLEngine(self.database.config | login).run_ddl("SELECT 1"))
        except AccessDenied:
            return False
        return True

    def made_on_server(self, slug: str) -> list[str]:
        """The databases, users and grants of the tenant."""
        name = f"{self.prefix}{slug.replace('-', '_')}"
        databases = "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?"
        users = "SELECT user, host FROM mysql.user WHERE user = ?"
        grants = "SELECT db, user FROM mysql.db WHERE db = ? OR user = ?"
        found = [f"database {row}" for row in self.on_server(databases, name)]
        found += [f"user {row}" for row in self.on_server(users, f"{name}_user")]
        escaped = name.replace("_", r"\_")
        return found + [f"grant {row}" for row in self.on_server(grants, escaped, f"{name}_user")]

    def residue(self, slug: str) -> list[str]:
        """All that there is of the tenant, anywhere."""
        found = [path.name for path in self.folder.rglob(f"tenant_{slug.replace('-', '_')}.*")]
        found += self.made_on_server(slug) if self.database else []
        found += [f"tenant {row}" for row in self.rows("SELECT status FROM tenant WHERE slug = ?", slug)]
        domains = "SELECT domain FROM domain WHERE domain LIKE ?"
        found += [f"domain {row}" for row in self.rows(domains, f"{slug}.%")]
        orphans = "SELECT username FROM credential WHERE tenant NOT IN (SELECT id FROM tenant)"
        found += [f"credential {row}" for row in self.rows(orphans)]
        runs = (
            "SELECT kind, state FROM job WHERE tenant_slug = ? AND kind <> 'outbox' "
            "AND state IN ('running', 'waiting', 'failed')"
        )
        return found + [f"run {row}" for row in self.rows(runs, slug)]

    def assert_complete(self, slug: str) -> None:
        """The tenant's administrator can sign in, and its data can be read and written."""
        host = f"{slug}.localhost"
        sign_in = {"email": f"ada@{slug}.example", "password": PASSWORD}
        signed_in = self.request("POST", "/api/v1/auth/login", host, json=sign_in)
        bearer = {"Authorization": f"Bearer {responded(signed_in, 200)['accessToken']}"}
        made = self.request("POST", "/api/v1/data/accounts", host, headers=bearer, json={"name": "First"})
        responded(made, 201)
        read = self.request("GET", "/api/v1/data/accounts", host, headers=bearer)
        assert [account["name"] for account in responded(read, 200)["data"]] == ["First"]
        runs = self.rows("SELECT state FROM job WHERE tenant_slug = ? AND kind <> 'outbox' ORDER BY id", slug)
        assert runs[-1] == ("done",)

    def assert_gone(self, slug: str) -> None:
        """There is no trace of the tenant, and its slug can be had."""
        assert self.residue(slug) == []
        response = self.request("GET", "/api/v1/tenant", f"{slug}.localhost")
        assert responded(response, 404)["code"] == "tenant-not-found"


@pytest.fixture(scope="module", params=["sqlite", "mariadb", "mysql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers_found: Found
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("freehold")
    if request.param == "sqlite":
        with set_up(Server(request.param, folder, free_port())) as server:
            yield server
        return
    address, prefix = address_or_skip(servers_found, request.param), f"t{uuid.uuid4().hex[:7]}_"
    asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{prefix}central"'))
    try:
        with set_up(Server(request.param, folder, free_port(), address, prefix)) as server:
            yield server
    finally:
        asyncio.run(clear(MySQLEngine(address.config), prefix))


@contextmanager
def set_up(server: Server) -> Iterator[Server]:
    """The server, ready to be started."""
    folder = server.folder
    printed = freehold(["setup"], folder=folder, environ=server.environ)
    token = re.search(r"fho_[\w-]+", printed)
    assert token, printed
    server.token = token.group()
    with server.launched():
        yield server


@pytest.fixture
def running(server: Server) -> Server:
    """The server, up again whatever an earlier test did."""
    if not server.pid:
        server.start()
    return server


def whens(server: Server) -> Sequence[str]:
    """Before the step on SQLite and MariaDB, after it on MySQL; thoroughly both on MariaDB."""
    usual = {"sqlite": ["before"], "mariadb": ["before"], "mysql": ["after"]}
    return ["before", "after"] if THOROUGHLY and server.kind == "mariadb" else usual[server.kind]


_USUAL = {"mariadb": 2, "sqlite": 3, "mysql": 3}


def points(steps: Sequence[str]) -> list[tuple[str, str]]:
    """Every second step on MariaDB, every third on SQLite and MySQL; thoroughly each on all."""
    every = dict.fromkeys(("mariadb", "sqlite", "mysql"), 1) if THOROUGHLY else _USUAL
    return [(kind, step) for kind, some in every.items() for step in steps[some - 1 :: some]]


@pytest.mark.parametrize(("server", "step"), points(CREATION), indirect=["server"])
def test_killed_while_making_a_tenant(running: Server, step: str) -> None:
    for when in whens(running):
        kill_while_making(running, when, step)


def kill_while_making(running: Server, when: str, step: str) -> None:
    slug = running.new_slug()
    with running.killed_at(line_of(when, "create", step)):
        running.make(slug)
    running.start()
    if (when, step) == ("after", CREATION[-1]):
        running.assert_complete(slug)
        return
    running.assert_gone(slug)
    responded(running.make(slug), 201)
    running.assert_complete(slug)


@pytest.mark.parametrize(("server", "step"), points(DELETION), indirect=["server"])
def test_killed_while_deleting_a_tenant(running: Server, step: str) -> None:
    for when in whens(running):
        kill_while_deleting(running, when, step)


def kill_while_deleting(running: Server, when: str, step: str) -> None:
    slug = running.new_slug()
    tenant_id = responded(running.make(slug), 201)["tenantId"]
    with running.killed_at(line_of(when, "delete", step)):
        running.request("DELETE", f"/setup/tenants/{tenant_id}")
    running.start()
    if (when, step) == ("before", DELETION[0]):
        running.assert_complete(slug)
    else:
        running.assert_gone(slug)


@pytest.mark.parametrize("server", KINDS, indirect=True)
@pytest.mark.parametrize("step", PASSWORD_CHANGE)
def test_killed_while_changing_a_password(running: Server, step: str) -> None:
    for when in whens(running):
        kill_while_changing_a_password(running, when, step)


def kill_while_changing_a_password(running: Server, when: str, step: str) -> None:
    slug = running.new_slug()
    made = responded(running.make(slug), 201)
    path = f"/setup/tenants/{made['tenantId']}/database-password"
    with running.killed_at(line_of(when, "change-password", step)):
        running.request("POST", path)
    running.start()
    running.assert_complete(slug)
    works = running.lets_in(made["dbUsername"], made["dbPassword"], made["dbName"])
    assert works == ((when, step) == ("before", PASSWORD_CHANGE[0]))
    changed = responded(running.request("POST", path), 200)
    assert running.lets_in(changed["dbUsername"], changed["dbPassword"], made["dbName"])
    responded(running.request("DELETE", f"/setup/tenants/{made['tenantId']}"), 200)
    running.assert_gone(slug)


@pytest.mark.parametrize(
    ("when", "step"), [("before", "migrate"), ("after", "create database"), ("before", "reserve")]
)
def test_killed_again_while_the_restart_undoes_what_the_first_kill_left(
    running: Server, when: str, step: str
) -> None:
    slug = running.new_slug()
    with running.killed_at(line_of("before", "create", "activate")):
        running.make(slug)
    line = line_of(when, "create", step, is_undoing=True)
    running.start_and_be_killed(line)
    assert running.residue(slug) != []
    running.start()
    running.assert_gone(slug)
