"""A world without tenants on a bound central database, with database users and without."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from central.database import CentralEngine
from piccolo_engines.mysql import MySQLEngine
from tests.central.provisioning.world import World
from tests.support.thoroughly import THOROUGHLY


@pytest.fixture(params=["without-users", "with-users"] if THOROUGHLY else ["users-on-servers"])
async def world(
    request: pytest.FixtureRequest, central: CentralEngine, tmp_path: Path
) -> AsyncIterator[World]:
    """Without users where central is on SQLite, with users where it is on a server; or all four."""
    has_users = request.param != "without-users" and (THOROUGHLY or isinstance(central, MySQLEngine))
    world = World(tmp_path, has_users=has_users)
    yield world
    await world.close()
