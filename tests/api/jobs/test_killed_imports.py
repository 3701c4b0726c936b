"""Imports and SIGKILL: no line is imported twice, none is left out, and the import ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import KEY, ON_SQLITE, World, settings_in
from tests.api.records.test_import_jobs import GOOD_LINES, IMPORTS, JOBS, begun, lines, names
from tests.support.importing import POINTS, execute

pytestmark = ON_SQLITE


def kill(folder: Path, point: str, number: int) -> None:
    """Execute the import in a process that is killed at the point."""
    environ = {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
    }
    command = [sys.executable, "-m", "tests.support.importing", point, str(number)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("path", "point"),
    [*((GOOD_LINES, point) for point in POINTS), (IMPORTS, "after its commit"), (IMPORTS, "after the end")],
)
async def test_processes_that_are_killed_while_they_import(world: World, path: str, point: str) -> None:
    client, folder = await world.user(), world.platform.settings.data_dir
    bad = "Initech,nonsense\n" if path == GOOD_LINES else ""
    id_ = await begun(client, lines(15) + bad + lines(20, first=15).partition("\n")[2], path)
    kill(folder, point, 1)
    if "portion" in point or "its" in point:
        kill(folder, point, 2)
    await execute(settings_in(folder))
    job = (await client.get(f"{JOBS}/{id_}")).json()
    failed = int(path == GOOD_LINES)
    assert (job["state"], job["report"]["created"], job["report"]["failed"]) == ("done", 35, failed)
    assert await names(client) == sorted(f"Company {one}" for one in range(35))
    assert (await client.get(f"{JOBS}/{id_}/failed.csv")).text.count("Initech") == failed
