"""A SQLite database with the tables of these tests, bound to their slot; and an empty one of each kind.

Nothing here or below needs more than ``piccolo_engines``, ``tests/conftest.py`` and ``tests/support``.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from piccolo.engine.base import Engine

from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tests.conftest import Found, address_or_skip, cleared
from tests.piccolo_engines.tables import DB, TABLES
from tests.support.servers import KINDS


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    """An engine on a new database with all tables."""
    engine = SQLiteEngine(tmp_path / "test.sqlite", synchronous="OFF")
    with DB.bind(engine):
        for table in TABLES:
            await table.create_table()
    yield engine
    await engine.close()


@pytest.fixture
def bound(engine: SQLiteEngine) -> Iterator[SQLiteEngine]:
    """The same engine, bound for the length of the test."""
    with DB.bind(engine):
        yield engine


@pytest.fixture(params=["sqlite", *KINDS])
async def any_database(
    request: pytest.FixtureRequest, servers_found: Found, prefix: str, tmp_path: Path
) -> AsyncIterator[Engine[Any]]:
    """An empty database, bound; the test runs on each kind of server."""
    if request.param == "sqlite":
        engine = SQLiteEngine(tmp_path / "empty.sqlite", synchronous="OFF")
        with DB.bind(engine):
            yield engine
        await engine.close()
        return
    address = address_or_skip(servers_found, request.param)
    async with cleared(address, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}engine" CHARACTER SET utf8mb4')
        mysql = MySQLEngine(address.config | {"database": f"{prefix}engine"}, PoolSettings(max_size=8))
        with DB.bind(mysql):
            yield mysql
        await mysql.close()
