"""A migrated central database for each test: made once, then copied."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import piccolo_conf
from central.database import CENTRAL
from central.migrator import Migrator
from central.piccolo_app import APP_CONFIG
from piccolo_engines.sqlite import SQLiteEngine


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


@pytest.fixture
async def central_engine(central_template: Path, tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    """An engine on an empty central database of the test's own; not bound."""
    path = tmp_path / "central.sqlite"
    shutil.copy(central_template, path)
    engine = SQLiteEngine(path, synchronous="OFF")
    yield engine
    await engine.close()


@pytest.fixture
async def central(central_engine: SQLiteEngine) -> AsyncIterator[SQLiteEngine]:
    """The same engine, bound for the length of the test."""
    with CENTRAL.bind(central_engine):
        yield central_engine
