"""A real server is killed before and after every step of moving, archiving, deleting and bringing back.

After the restart the operation is done or undone: the tenant is served with all that it had, or archived and
comes back, and no database, user, row or file is left that nobody knows of.
"""

import asyncio
import signal
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from central.lifecycle.archiving import archiving, returning
from central.lifecycle.deleting import keeping, undeleting
from central.lifecycle.replacement import LifeCycleParts, moving
from central.lifecycle.taking_back import taking_back
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip, clear
from tests.crash.test_crash_matrix import PASSWORD, Server, responded, set_up
from tests.support.crashing_server import line_of
from tests.support.processes import free_port
from tests.support.thoroughly import THOROUGHLY
from tests.support.waiting import until_sync

_NO_PARTS: Any = LifeCycleParts(*([None] * 4))  # type: ignore[arg-type]
MOVE = [step.name for step in moving(_NO_PARTS)]
ARCHIVE = [step.name for step in archiving(_NO_PARTS)]
RETURN = [step.name for step in returning(_NO_PARTS)]
KEEP = [step.name for step in keeping(_NO_PARTS)]
UNDELETE = [step.name for step in undeleting(_NO_PARTS)]
TAKE_BACK = [step.name for step in taking_back(_NO_PARTS)]


EVERYWHERE = ["mariadb", "mysql", "sqlite"]


def whens(server: Server) -> Sequence[str]:
    """Before the step on MariaDB, after it on SQLite and MySQL."""
    return ("before",) if server.kind == "mariadb" else ("after",)


@dataclass
class WithBackups(Server):
    """A server that stores backups in a folder."""

    @property
    def environ(self) -> dict[str, str]:
        return super().environ | {"BACKUP_URL": f"file://{self.folder / 'backups'}"}

    def known(self, slug: str) -> set[str]:
        """The names of the databases that the registry knows of the tenant."""
        tenant = (
            "SELECT db_name FROM tenant WHERE slug = ? "
            "AND status NOT IN ('archived', 'deleted', 'provisioning')"
        )
        kept = (
            "SELECT kept_database.db_name FROM kept_database JOIN tenant ON tenant.id = tenant_id "
            "WHERE tenant.slug = ?"
        )
        return {str(row[0]) for row in [*self.rows(tenant, slug), *self.rows(kept, slug)]}

    def there(self, slug: str) -> set[str]:
        """The names of all databases with the slug in their name, and of users without one of them."""
        found = {path.stem for path in self.folder.glob(f"tenants/*{slug}*.sqlite")}
        if self.database is None:
            return found
        databases = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE ?"
        pattern = f"{self.prefix}%{slug}%"  # others run the same tests on this server
        found |= {str(row[0]) for row in self.on_server(databases, pattern)}
        users = {
            str(row[0]) for row in self.on_server("SELECT user FROM mysql.user WHERE user LIKE ?", pattern)
        }
        return found | {f"user {one}" for one in users if one.removesuffix("_user") not in found}

    def state(self, slug: str, kind: str) -> str:
        rows = self.rows("SELECT state FROM job WHERE tenant_slug = ? AND kind = ? ORDER BY id", slug, kind)
        return str(rows[-1][0]) if rows else ""

    def settled(self, slug: str, kind: str) -> str:
        """Wait until the job has ended; returns its state."""

        until_sync(lambda: self.state(slug, kind) in ("", "done", "cancelled", "failed"))
        return self.state(slug, kind)


@pytest.fixture(scope="module", params=["mariadb", "sqlite"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers_found: Found
) -> Iterator[WithBackups]:
    folder = tmp_path_factory.mktemp("freehold")
    if request.param == "sqlite":
        with set_up(WithBackups(request.param, folder, free_port())) as server:
            yield server  # type: ignore[misc]
        return
    address, prefix = address_or_skip(servers_found, request.param), f"t{uuid.uuid4().hex[:7]}_"
    asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{prefix}central"'))
    try:
        with set_up(WithBackups(request.param, folder, free_port(), address, prefix)) as server:
            yield server  # type: ignore[misc]
    finally:
        asyncio.run(clear(MySQLEngine(address.config), prefix))


@pytest.fixture
def running(server: WithBackups) -> WithBackups:
    if not server.pid:
        server.start()
    return server


def bearer(server: Server, slug: str) -> dict[str, str]:
    sign_in = {"email": f"ada@{slug}.example", "password": PASSWORD}
    pair = responded(server.request("POST", "/api/v1/auth/login", f"{slug}.localhost", json=sign_in), 200)
    return {"Authorization": f"Bearer {pair['accessToken']}"}


def write(server: Server, slug: str, name: str) -> None:
    path, host = "/api/v1/data/accounts", f"{slug}.localhost"
    responded(server.request("POST", path, host, headers=bearer(server, slug), json={"name": name}), 201)


def names(server: Server, slug: str) -> list[str]:
    read = server.request("GET", "/api/v1/data/accounts", f"{slug}.localhost", headers=bearer(server, slug))
    return sorted(one["name"] for one in responded(read, 200)["data"])


def made(server: WithBackups) -> tuple[str, str]:
    """A tenant with a record; returns its slug and id."""
    slug = f"life{next(server.numbers)}x"
    tenant_id = str(responded(server.make(slug), 201)["tenantId"])
    write(server, slug, "Kept")
    return slug, tenant_id


def killed(server: WithBackups, line: str, path: str, body: dict[str, Any], method: str = "POST") -> None:
    """Begin an operation, whose job the server does not survive, and start another server."""
    server.crash_at.write_text(line)
    with suppress(httpx.TransportError):  # it may be killed before it has responded
        server.request(method, path, **({"json": body} if method == "POST" else {}))
    assert server.exit_code() == -signal.SIGKILL
    server.start()


def assert_whole(server: WithBackups, slug: str) -> None:
    """The tenant is served with what it had, can be written, and leaves nothing when it is deleted."""
    assert names(server, slug) == ["Kept"]
    write(server, slug, "After")
    assert names(server, slug) == ["After", "Kept"]
    assert server.there(slug) == server.known(slug)


@pytest.mark.parametrize("server", ["mariadb", "mysql"] if THOROUGHLY else ["mariadb"], indirect=True)
@pytest.mark.parametrize("step", MOVE)
def test_killed_while_moving_to_another_kind_of_database(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        killed(running, line_of(when, "move", step), f"/setup/tenants/{tenant_id}/move", {"sqlite": True})
        assert running.settled(slug, "tenant.move") == "done"
        assert running.rows("SELECT database_server FROM tenant WHERE slug = ?", slug) == [("sqlite",)]
        assert_whole(running, slug)


@pytest.mark.parametrize("server", EVERYWHERE if THOROUGHLY else ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", ARCHIVE)
def test_killed_while_archiving(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        killed(running, line_of(when, "archive", step), f"/setup/tenants/{tenant_id}/archive", {})
        assert running.settled(slug, "tenant.archive") == "done"
        assert running.there(slug) == running.known(slug) == set()
        responded(running.request("POST", f"/setup/tenants/{tenant_id}/restore", json={}), 202)
        assert running.settled(slug, "tenant.return") == "done"
        assert_whole(running, slug)


@pytest.mark.parametrize("server", EVERYWHERE if THOROUGHLY else ["mariadb"], indirect=True)
@pytest.mark.parametrize("step", RETURN)
def test_killed_while_coming_back(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        responded(running.request("POST", f"/setup/tenants/{tenant_id}/archive"), 202)
        assert running.settled(slug, "tenant.archive") == "done"
        killed(running, line_of(when, "return", step), f"/setup/tenants/{tenant_id}/restore", {})
        assert running.settled(slug, "tenant.return") == "done"
        assert_whole(running, slug)


@pytest.mark.parametrize("server", ["mariadb", "sqlite"] if THOROUGHLY else ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", KEEP)
def test_killed_while_keeping_what_was_deleted(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        path = f"/setup/tenants/{tenant_id}"
        killed(running, line_of(when, "keep", step), path, {}, "DELETE")
        assert running.settled(slug, "tenant.keep") == "done"
        assert running.there(slug) == running.known(slug) == set()
        responded(running.request("POST", f"{path}/restore", json={}), 202)
        assert running.settled(slug, "tenant.undelete") == "done"
        assert_whole(running, slug)


@pytest.mark.parametrize("server", ["mariadb", "sqlite"] if THOROUGHLY else ["mariadb"], indirect=True)
@pytest.mark.parametrize("step", UNDELETE)
def test_killed_while_a_deleted_one_comes_back(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        path = f"/setup/tenants/{tenant_id}"
        responded(running.request("DELETE", path), 200)
        assert running.settled(slug, "tenant.keep") == "done"
        killed(running, line_of(when, "undelete", step), f"{path}/restore", {})
        assert running.settled(slug, "tenant.undelete") == "done"
        assert_whole(running, slug)


@pytest.mark.parametrize("server", EVERYWHERE if THOROUGHLY else ["mariadb"], indirect=True)
@pytest.mark.parametrize("step", TAKE_BACK)
def test_killed_while_a_deletion_is_taken_back(running: WithBackups, step: str) -> None:
    for when in whens(running):
        slug, tenant_id = made(running)
        path = f"/setup/tenants/{tenant_id}"
        responded(running.request("DELETE", path), 200)  # its archive is not proven yet
        killed(running, line_of(when, "take-back", step), f"{path}/restore", {})
        assert running.settled(slug, "tenant.take-back") == "done"
        assert running.settled(slug, "tenant.keep") == "cancelled"
        assert_whole(running, slug)
