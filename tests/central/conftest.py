"""A migrated central database for each test: on SQLite made once and copied, on MariaDB emptied."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import piccolo_conf
from central.database import CENTRAL, READ_COMMITTED, CentralEngine
from central.migrations.migrator import Migrator
from central.piccolo_app import APP_CONFIG
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tests.conftest import Found, address_or_skip, clear
from tests.support.servers import ServerAddress


async def _migrate(path: Path) -> None:
    engine = SQLiteEngine(path, synchronous="OFF")
    await Migrator([APP_CONFIG], piccolo_conf.DB).migrate(engine)
    await engine.close()


@pytest.fixture(scope="session")
def central_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty central database, brought up by its migrations."""
    path = tmp_path_factory.mktemp("central") / "template.sqlite"
    asyncio.run(_migrate(path))
    return path


async def _make(address: ServerAddress, name: str) -> None:
    await MySQLEngine(address.config).run_ddl(f'CREATE DATABASE "{name}"')
    engine = MySQLEngine({**address.config, "database": name}, PoolSettings(max_size=1))
    await Migrator([APP_CONFIG], piccolo_conf.DB).migrate(engine)
    await engine.close()


@pytest.fixture(scope="session")
def central_config(servers_found: Found) -> Iterator[dict[str, object]]:
    """Arguments for an engine on a migrated central database on MariaDB."""
    address, name = address_or_skip(servers_found, "mariadb"), f"t{uuid.uuid4().hex[:7]}_central"
    asyncio.run(_make(address, name))
    yield {**address.config, "database": name}
    asyncio.run(clear(MySQLEngine(address.config), name))


ON_SQLITE = pytest.mark.parametrize("unopened", ["sqlite"], indirect=True)
"""For tests that open the file a second time, or close it for good."""


@pytest.fixture(params=["sqlite", "mariadb"])
def unopened(request: pytest.FixtureRequest, tmp_path: Path) -> CentralEngine:
    """The engine, on a database that is there and empty."""
    if request.param == "mariadb":
        config = request.getfixturevalue("central_config")
        return MySQLEngine({**config, "init_command": READ_COMMITTED}, PoolSettings())
    path = tmp_path / "central.sqlite"
    shutil.copy(request.getfixturevalue("central_template"), path)
    return SQLiteEngine(path, synchronous="OFF")


@pytest.fixture
async def central_engine(unopened: CentralEngine) -> AsyncIterator[CentralEngine]:
    """An engine on an empty central database of the test's own; not bound."""
    yield unopened
    if isinstance(unopened, MySQLEngine):
        with CENTRAL.bind(unopened):
            for table in reversed(APP_CONFIG.table_classes):
                await table.delete(force=True)
    await unopened.close()


@pytest.fixture
async def central(central_engine: CentralEngine) -> AsyncIterator[CentralEngine]:
    """The same engine, bound for the length of the test."""
    with CENTRAL.bind(central_engine):
        yield central_engine
