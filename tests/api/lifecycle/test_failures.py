"""A database server or a store that dies in the middle, and full disks: reported in words, without secrets,
tried again where that helps, and finished when what failed is back.
"""

import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from central.database import CENTRAL
from central.settings.backups import FolderAddress
from central.settings.settings import Settings
from central.tables import Tenant
from tests.api.conftest import ON_MARIADB, ON_SQLITE, Warm, World, world_of
from tests.api.lifecycle.test_archived import DEALS, backed_up
from tests.api.lifecycle.test_copies import fill, names
from tests.api.lifecycle.test_moves import begin, files, job, kept
from tests.api.tenants.test_archives import SEALED, TYPE
from tests.support.cut_off import CutOff, cut_off
from tests.support.object_store import object_server

MIDDLE = 40_000
"""Bytes of the server after which it dies: between the begin of an operation and its end."""


@asynccontextmanager
async def behind(settings: Settings, warm: Warm, folder: Path) -> AsyncIterator[tuple[World, CutOff]]:
    """Freehold whose tenants' database server can die; the central database stays."""
    assert settings.db_host is not None
    async with cut_off(settings.db_host, settings.db_port) as way:
        there = replace(settings, db_port=way.port, backup_store=FolderAddress(folder / "backups"))
        async with world_of(there, warm) as world:
            with CENTRAL.bind(world.platform.central_engine):
                moved: dict[Any, Any] = {Tenant.database_server: f"{settings.db_host}:{way.port}"}
                await Tenant.update(moved, force=True)
            yield world, way


def assert_in_words(world: World, error: str | None) -> None:
    """The error says what failed, and nothing that nobody should read."""
    settings = world.platform.settings
    assert error, "a reason"
    assert "connection" in error or "server" in error or "respond" in error
    for secret in (settings.db_root_password, "127.0.0.1", "Errno", "tenant_acme_user"):
        assert secret is None or secret not in error


async def finished(world: World, job_id: str) -> None:
    """Execute what is due until the job has ended, which has to be done."""
    for _ in range(12):
        await world.run_jobs()
        if (await job(world, job_id))["state"] not in ("waiting", "running"):
            break
    assert (await job(world, job_id))["state"] == "done", await job(world, job_id)


@ON_MARIADB
@pytest.mark.parametrize("operation", ["backups", "move", "restore", "archive"])
async def test_a_database_server_dies_in_the_middle(
    settings: Settings, warm: Warm, tmp_path: Path, operation: str
) -> None:
    async with behind(settings, warm, tmp_path) as (world, way):
        await fill(world)
        backup = await backed_up(world) if operation == "restore" else ""
        body = {"move": {"sqlite": True}, "restore": {"backup": backup}}.get(operation, {})
        job_id = await begin(world, operation, body)
        way.left = MIDDLE
        await world.run_jobs()
        assert way.is_cut
        found = await job(world, job_id)
        assert found["state"] == "waiting", found
        assert_in_words(world, found["error"])
        await way.open()
        await finished(world, job_id)
        if operation == "archive":
            await finished(world, await begin(world, "restore", {}))
        world.tokens.clear()  # sessions end with archiving
        assert await names(await world.user()) == DEALS


@ON_MARIADB
async def test_a_database_server_dies_while_a_tenant_is_imported(
    settings: Settings, warm: Warm, tmp_path: Path
) -> None:
    async with behind(settings, warm, tmp_path) as (world, way):
        await fill(world)
        operator = world.operator()
        exported = await operator.get(
            f"/setup/tenants/{await world.tenant_id('acme')}/export", headers=SEALED
        )
        path = "/setup/tenants/import?slug=copy&name=Copy&primaryDomain=copy"
        headers = {**SEALED, "Content-Type": TYPE}
        way.left = MIDDLE
        refused = await operator.post(path, headers=headers, content=exported.content)
        assert way.is_cut
        assert (refused.status_code, refused.json()["code"]) == (503, "creation-failed")
        (found,) = (await operator.get("/setup/jobs?kind=tenant.import")).json()["data"]
        assert_in_words(world, found["error"])
        await way.open()
        with CENTRAL.bind(world.platform.central_engine):
            await world.platform.provisioning.reconcile()
            assert not await Tenant.exists().where(Tenant.slug == "copy")
        made = await operator.post(path, headers=headers, content=exported.content)
        assert made.status_code == 201, made.text


@ON_SQLITE
async def test_a_store_dies_in_the_middle_of_a_restore(
    settings: Settings, warm: Warm, tmp_path: Path
) -> None:
    with object_server() as server:
        host, _, port = server.endpoint.removeprefix("http://").partition(":")
        async with cut_off(host, int(port)) as way:
            store = replace(server.address(), endpoint=f"http://127.0.0.1:{way.port}")
            async with world_of(replace(settings, backup_store=store), warm) as world:
                await fill(world)
                backup = await backed_up(world)
                job_id = await begin(world, "restore", {"backup": backup})
                way.left = 4_000
                await world.run_jobs()
                assert way.is_cut
                found = await job(world, job_id)
                assert found["state"] == "waiting", found
                assert_in_words(world, found["error"])
                user = await world.user()
                written = await user.post("/api/v1/data/deals", json={"name": "Served meanwhile"})
                assert written.status_code == 201
                await way.open()
                await finished(world, job_id)
                assert await names(user) == DEALS


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of this size in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a full disk needs a file system of its own, which only root may mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@ON_MARIADB
async def test_a_full_disk_undoes_a_move_and_leaves_nothing(world: World) -> None:
    await fill(world)
    tenants = world.platform.settings.data_dir / "tenants"
    with small_disk(tenants, "300k"):
        job_id = await begin(world, "move", {"sqlite": True})
        for _ in range(4):
            await world.run_jobs()
        found = await job(world, job_id)
        assert (found["state"], (await world.tenant("acme")).status) == ("cancelled", "active")
        assert "storage is full" in found["error"]
        assert (await kept(world), files(world)) == ([], set())
    assert await names(await world.user()) == DEALS
    await finished(world, await begin(world, "move", {"sqlite": True}))
    assert await names(await world.user()) == DEALS


@ON_SQLITE
async def test_a_full_disk_refuses_an_archive_that_is_received(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "small"
    with small_disk(folder, "64k"):
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        response = await world.operator().post(
            "/setup/tenants/import?slug=copy&name=Copy&primaryDomain=copy",
            headers={"Archive-Passphrase": quote("correct horse battery"), "Content-Type": TYPE},
            content=os.urandom(1_000_000),
        )
        assert list(folder.iterdir()) == []
    assert (response.status_code, response.json()["code"]) == (503, "upload-not-stored"), response.text
    assert str(folder) not in response.text
