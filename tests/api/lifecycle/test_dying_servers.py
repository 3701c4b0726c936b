"""A real database server is killed with SIGKILL while a tenant is backed up or moved, and started again."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from central.settings.backups import FolderAddress
from central.settings.settings import Settings
from piccolo_engines.mysql.bulk.transactions import MySQLSnapshot
from tests.api.conftest import ON_SQLITE, Warm, World, world_of
from tests.api.lifecycle.test_archived import DEALS
from tests.api.lifecycle.test_copies import fill, names
from tests.api.lifecycle.test_failures import assert_in_words, finished
from tests.api.lifecycle.test_moves import begin, carry_out, files, job
from tests.support.mortal_servers import MortalServer, mortal_server
from tests.support.servers import ServerMissing

pytestmark = ON_SQLITE
"""The central database stays: it is SQLite's."""


@pytest.fixture
def server() -> Iterator[MortalServer]:
    try:
        with mortal_server("mariadb") as made:
            yield made
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def world(settings: Settings, warm: Warm, tmp_path: Path, server: MortalServer) -> AsyncIterator[World]:
    """Freehold with acme on the server, with records."""
    there = {"db_host": server.address.host, "db_port": server.address.port}
    there |= {"db_root_user": server.address.user, "db_root_password": server.address.password}
    changed: Any = {**there, "backup_store": FolderAddress(tmp_path / "backups")}
    async with world_of(replace(settings, **changed), warm) as made:
        await fill(made)
        await carry_out(made, "move", {"dbHost": server.address.host, "dbPort": server.address.port})
        yield made


def dies_at(monkeypatch: pytest.MonkeyPatch, server: MortalServer, page: int) -> None:
    """Kill the server, once, when so many pages of a snapshot have been asked for."""
    read, pages = MySQLSnapshot.read_page, 0

    async def reading(self: MySQLSnapshot, *arguments: Any) -> Any:
        nonlocal pages
        pages += 1
        if pages == page:
            server.kill()
        return await read(self, *arguments)

    monkeypatch.setattr(MySQLSnapshot, "read_page", reading)


@pytest.mark.parametrize("operation", ["backups", "move"])
@pytest.mark.parametrize("page", [3, 45])
async def test_it_is_reported_tried_again_and_finished(
    world: World, server: MortalServer, monkeypatch: pytest.MonkeyPatch, operation: str, page: int
) -> None:
    acme, user = await world.tenant("acme"), await world.user()
    assert (await user.post("/api/v1/data/deals", json={"name": "Just before"})).status_code == 201
    dies_at(monkeypatch, server, page)
    job_id = await begin(world, operation, {"sqlite": True} if operation == "move" else {})
    await world.run_jobs()
    assert server.deaths == 1
    found = await job(world, job_id)
    assert found["state"] == "waiting", found
    assert_in_words(world, found["error"])
    assert (await user.get("/api/v1/data/deals")).status_code == 503
    server.start()
    await finished(world, job_id)
    assert await names(user) == {*DEALS, "Just before"}  # with her session
    assert (await user.post("/api/v1/data/deals", json={"name": "After"})).status_code == 201
    now = await world.tenant("acme")
    assert now.status == "active"
    assert (now.database_server == "sqlite") is (operation == "move")
    if operation == "backups":
        (proven,) = (await world.operator().get(f"/setup/tenants/{acme.id}/backups")).json()["data"]
        assert proven["provenAt"] is not None
    before = {"tenant_acme", "tenant_demo"}  # the one that acme was moved from is kept
    assert files(world) == (before | {now.db_name} if operation == "move" else before)
