"""A real server is killed before and after every step of restoring a backup in place, of switching back to
what a tenant had, and of moves between servers; while it erases a tenant; and at random in the middle
of streams.

Each moment is tried on one of the kinds of databases, in turn. After the restart the operation is finished;
the tenant has all that it should have, and no database, user, row, file or part of an upload is left that the
registry does not know. Another tenant is as it was.
"""

import asyncio
import os
import random
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from central.lifecycle.replacement import moving, restoring, switching_back
from central.provisioning.steps import deletion
from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip, clear
from tests.crash import test_life_cycle as life_cycle
from tests.crash.test_crash_matrix import _NO_PARTS as NO_PROVISIONING
from tests.crash.test_crash_matrix import Server, responded, set_up
from tests.crash.test_killed_imports import archive_of, has_all, load
from tests.crash.test_life_cycle import WithBackups, killed, names, write
from tests.support.crashing_server import CALLS, line_of
from tests.support.processes import free_port
from tests.support.servers import ServerAddress
from tests.support.thoroughly import THOROUGHLY, times
from tests.support.waiting import until_sync

KINDS = ["mysql", "sqlite", "mariadb"] if THOROUGHLY else ["mysql"]
ON_EACH = pytest.mark.parametrize("server", KINDS, indirect=True)
SERVERS = [kind for kind in KINDS if kind != "sqlite"]
ON_SERVERS = pytest.mark.parametrize("server", SERVERS, indirect=True)
RESTORE = [step.name for step in restoring(life_cycle._NO_PARTS)]
BACK = [step.name for step in switching_back(life_cycle._NO_PARTS)]
MOVE = [step.name for step in moving(life_cycle._NO_PARTS)]
ERASE = [
    *(
        line_of(when, "delete", step.name)
        for step in deletion(NO_PROVISIONING)
        for when in ("before", "after")
    ),
    *(f"after call {name}" for name in CALLS),
]


def moments(operation: str, steps: list[str]) -> list[str]:
    """Before and after each step."""
    return [line_of(when, operation, step) for step in steps for when in ("before", "after")]


def in_turn(server: Server, lines: list[str], kinds: list[str] = KINDS) -> list[str]:
    """The lines that it is this kind of database's turn to try; usually one of these."""
    mine = lines[kinds.index(server.kind) :: len(kinds)]
    return mine if THOROUGHLY else mine[len(mine) // 2 :][:1]


@dataclass
class OfAll(WithBackups):
    """A server that knows a second database server, and stores backups in a folder."""

    other: ServerAddress | None = None

    @property
    def environ(self) -> dict[str, str]:
        others = {"DB_HOSTS": f"{self.other.host}:{self.other.port}"} if self.other else {}
        return super().environ | others

    def there(self, slug: str) -> set[str]:
        found = super().there(slug) | {path.stem for path in self.folder.glob(f"tenants/*{slug}*.sqlite")}
        if self.other is None:
            return found
        elsewhere = OfAll(self.kind, self.folder / "none", self.port, self.other, self.prefix)
        return found | elsewhere.there(slug)

    def stored(self, tenant_id: str) -> set[str]:
        """The names of what the store has of the tenant, parts of uploads among it."""
        return {path.name for path in (self.folder / "backups").glob(f"tenants/{tenant_id}/*")}

    def scratch(self) -> set[str]:
        """The databases in which backups are proved."""
        return {one for one in self.there("proof") if "_user" not in one}

    def backed_up(self, tenant_id: str) -> str:
        """Take and prove a backup; returns its id."""
        path = f"/setup/tenants/{tenant_id}/backups"
        responded(self.request("POST", path), 202)
        found: list[Any] = []

        def proven() -> bool:
            found[:] = responded(self.request("GET", path), 200)["data"]
            return bool(found and found[0]["provenAt"])

        until_sync(proven)
        return str(found[0]["id"])

    def known_objects(self, tenant_id: str) -> set[str]:
        """The names of the objects that the registry knows of."""
        backups = responded(self.request("GET", f"/setup/tenants/{tenant_id}/backups"), 200)["data"]
        key = {"key"} if backups else set()
        return key | {f"{one['id']}.{end}" for one in backups for end in ("freehold", "proof")}


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers_found: Found
) -> Iterator[OfAll]:
    folder = tmp_path_factory.mktemp("freehold")
    if request.param == "sqlite":
        with set_up(OfAll(request.param, folder, free_port())) as server:
            yield server  # type: ignore[misc]
        return
    kinds = [request.param, *({"mariadb", "mysql"} - {request.param})]
    address, other = (address_or_skip(servers_found, kind) for kind in kinds)
    prefix = f"t{uuid.uuid4().hex[:7]}_"
    asyncio.run(MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{prefix}central"'))
    try:
        with set_up(OfAll(request.param, folder, free_port(), address, prefix, other=other)) as server:
            yield server  # type: ignore[misc]
    finally:
        for one in (address, other):
            asyncio.run(clear(MySQLEngine(one.config), prefix))


@pytest.fixture
def running(server: OfAll) -> OfAll:
    if not server.pid:
        server.start()
    return server


def made(server: OfAll) -> tuple[str, str]:
    """A tenant with a record, beside another tenant; returns its slug and id."""
    if not server.rows("SELECT id FROM tenant WHERE slug = ?", "witness"):
        responded(server.make("witness"), 201)
        write(server, "witness", "Seen")
    return life_cycle.made(server)


def assert_has(server: OfAll, slug: str, tenant_id: str, found: list[str]) -> None:
    """The tenant has these records, can be written, and nothing else is there; the other one is whole."""
    assert names(server, slug) == found
    write(server, slug, "Written")
    assert server.there(slug) == server.known(slug)
    assert server.stored(tenant_id) == server.known_objects(tenant_id)
    assert server.scratch() == set()
    assert names(server, "witness") == ["Seen"]


def back_to_kept(server: OfAll, tenant_id: str, slug: str) -> None:
    """Switch back to what the tenant had last."""
    path = f"/setup/tenants/{tenant_id}"
    kept = responded(server.request("GET", f"{path}/kept-databases"), 200)["data"][0]["id"]
    responded(server.request("POST", f"{path}/restore", json={"kept": kept}), 202)
    assert server.settled(slug, "tenant.switch-back") == "done"


@ON_EACH
def test_killed_while_restoring_in_place(running: OfAll) -> None:
    for line in in_turn(running, moments("restore", RESTORE)):
        killed_while_restoring_in_place(running, line)


def killed_while_restoring_in_place(running: OfAll, line: str) -> None:
    slug, tenant_id = made(running)
    backup = running.backed_up(tenant_id)
    write(running, slug, "Later")
    killed(running, line, f"/setup/tenants/{tenant_id}/restore", {"backup": backup})
    assert running.settled(slug, "tenant.restore") == "done"
    assert_has(running, slug, tenant_id, ["Kept"])
    back_to_kept(running, tenant_id, slug)
    assert_has(running, slug, tenant_id, ["Kept", "Later"])


@ON_EACH
def test_killed_while_switching_back(running: OfAll) -> None:
    for line in in_turn(running, moments("switch-back", BACK)):
        killed_while_switching_back(running, line)


def killed_while_switching_back(running: OfAll, line: str) -> None:
    slug, tenant_id = made(running)
    path = f"/setup/tenants/{tenant_id}"
    backup = running.backed_up(tenant_id)
    write(running, slug, "Later")
    responded(running.request("POST", f"{path}/restore", json={"backup": backup}), 202)
    assert running.settled(slug, "tenant.restore") == "done"
    kept = responded(running.request("GET", f"{path}/kept-databases"), 200)["data"][0]["id"]
    killed(running, line, f"{path}/restore", {"kept": kept})
    assert running.settled(slug, "tenant.switch-back") == "done"
    assert_has(running, slug, tenant_id, ["Kept", "Later"])


def address(server: Server, other: ServerAddress | None = None) -> dict[str, Any]:
    found = other or server.database
    assert found is not None
    return {"dbHost": found.host, "dbPort": found.port}


@ON_SERVERS
def test_killed_while_moving_between_servers(running: OfAll) -> None:
    """To the other server, and from SQLite to a server: every second time."""
    for line in in_turn(running, moments("move", MOVE), SERVERS):
        killed_while_moving_between_servers(running, line)


def killed_while_moving_between_servers(running: OfAll, line: str) -> None:
    slug, tenant_id = made(running)
    path = f"/setup/tenants/{tenant_id}/move"
    to = address(running, running.other)
    if number_of(line) % 2:
        responded(running.request("POST", path, json={"sqlite": True}), 202)
        assert running.settled(slug, "tenant.move") == "done"
        to = address(running)
    killed(running, line, path, to)
    assert running.settled(slug, "tenant.move") == "done"
    where = running.rows("SELECT database_server FROM tenant WHERE slug = ?", slug)
    assert where == [(f"{to['dbHost']}:{to['dbPort']}",)]
    assert_has(running, slug, tenant_id, ["Kept"])


def number_of(line: str) -> int:
    """The number of the step."""
    return MOVE.index(line.split(" ", 2)[2])


@ON_EACH
def test_killed_while_erasing(running: OfAll) -> None:
    for line in in_turn(running, ERASE):
        killed_while_erasing(running, line)


def killed_while_erasing(running: OfAll, line: str) -> None:
    slug, tenant_id = made(running)
    running.backed_up(tenant_id)
    assert running.stored(tenant_id)
    running.crash_at.write_text(line)
    with running.killed_at(line):
        running.request("DELETE", f"/setup/tenants/{tenant_id}?erase=true")
    running.start()
    until_sync(lambda: running.state(slug, "tenant.erase") == "done")
    assert running.there(slug) == running.stored(tenant_id) == set()
    assert running.rows("SELECT id FROM tenant WHERE slug = ?", slug) == []
    orphans = "SELECT tenant_id FROM {} WHERE tenant_id NOT IN (SELECT id FROM tenant)"
    for table in ("backup", "backup_plan", "tenant_key", "kept_database"):
        assert running.rows(orphans.replace("{}", table)) == []
    assert names(running, "witness") == ["Seen"]


@pytest.mark.parametrize("server", ["mysql", "sqlite"] if THOROUGHLY else ["mysql"], indirect=True)
def test_killed_at_random_in_the_middle_of_streams(running: OfAll) -> None:
    """While the tenant's 4,000 records are read into the store, loaded to be proved, and copied by moves."""
    slug, path = "streams", "/setup/tenants"
    tenant_id = str(responded(load(running, slug, archive_of(running)), 201)["tenantId"])
    for number in range(times(2, 12)):
        is_move = running.database is not None and number % 2 == 0
        call, kind = ("move", "tenant.move") if is_move else ("backups", "backup.take")
        body = None
        if is_move:
            body = {"sqlite": True} if number % 4 < 2 else address(running)
        responded(running.request("POST", f"{path}/{tenant_id}/{call}", json=body), 202)
        time.sleep(random.uniform(0.01, 2.0))
        os.kill(running.pid, signal.SIGKILL)
        assert running.exit_code() == -signal.SIGKILL
        running.start()
        assert running.settled(slug, kind) == "done"
        if not is_move:
            assert running.settled(slug, "backup.prove") == "done"
        has_all(running, slug)
        assert running.there(slug) == running.known(slug)
        assert running.stored(tenant_id) == running.known_objects(tenant_id)
        assert running.scratch() == set()
    has_all(running, "source")
