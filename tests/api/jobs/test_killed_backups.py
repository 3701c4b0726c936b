"""Backups and SIGKILL: one proven backup in the end, and nothing else of it anywhere."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from central.backups.tables import Backup, TenantKey
from central.database import CENTRAL
from central.settings.backups import FolderAddress
from tests.api.conftest import KEY, ON_SQLITE, World, settings_in
from tests.support.backing_up import POINTS, execute

pytestmark = ON_SQLITE


@pytest.fixture
async def world(world_with: Callable[..., Any], tmp_path: Path) -> AsyncIterator[World]:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as made:
        yield made


def kill(folder: Path, store: Path, point: str) -> None:
    """Execute the jobs in a process that is killed at the point."""
    environ = {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
        "BACKUP_URL": f"file://{store}",
    }
    command = [sys.executable, "-m", "tests.support.backing_up", point, "1"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def files(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.rglob(pattern) if path.is_file())


@pytest.mark.parametrize("point", POINTS)
async def test_processes_that_are_killed_while_they_back_up(world: World, tmp_path: Path, point: str) -> None:
    path, operator = f"/setup/tenants/{await world.tenant_id('acme')}/backups", world.operator()
    assert (await operator.post(path)).status_code == 202
    folder, store = world.platform.settings.data_dir, tmp_path / "backups"
    kill(folder, store, point)
    await execute(replace(settings_in(folder), backup_store=FolderAddress(store)))
    (backup,) = (await operator.get(path)).json()["data"]
    assert backup["provenAt"]
    assert files(store, "*") == [f"{backup['id']}.freehold", f"{backup['id']}.proof", "key"]
    assert [name for name in files(folder, "*") if "_proof_" in name] == []
    with CENTRAL.bind(world.platform.central_engine):
        assert (await Backup.count(), await TenantKey.count()) == (1, 1)
    jobs = (await operator.get("/setup/jobs")).json()["data"]
    ended = [one["state"] for one in jobs if one["kind"] in ("backup.take", "backup.prove")]
    assert ended == ["done", "done"]
