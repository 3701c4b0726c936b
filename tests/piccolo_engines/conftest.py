"""A SQLite database with the tables of these tests, bound to their slot."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.tables import DB, TABLES
from tests.tenant_schema.conftest import any_database  # noqa: F401 - a fixture


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
