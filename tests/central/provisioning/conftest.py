"""A world without tenants on a bound central database, with database users and without."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from piccolo_engines.sqlite import SQLiteEngine
from tests.central.provisioning.world import World


@pytest.fixture(params=[False, True], ids=["without-users", "with-users"])
async def world(
    request: pytest.FixtureRequest, central: SQLiteEngine, tmp_path: Path
) -> AsyncIterator[World]:
    world = World(tmp_path, has_users=request.param)
    yield world
    await world.close()
