"""Unique indexes over several columns, made and dropped as migrations do."""

from pathlib import Path

import pytest
from piccolo.columns import Integer
from piccolo.table import Table

from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.indexes import create_unique_index, drop_unique_index


@pytest.fixture
async def pair(tmp_path: Path):
    engine = SQLiteEngine(tmp_path / "pairs.sqlite")

    class Pair(Table, db=engine):
        left = Integer()
        right = Integer()

    await Pair.create_table()
    yield Pair
    await engine.close()


async def test_the_columns_are_unique_together(pair: type[Table]) -> None:
    await create_unique_index(pair, "left", "right")

    await pair.insert(pair(left=1, right=1), pair(left=1, right=2), pair(left=2, right=1))
    with pytest.raises(UniqueViolation) as error:
        await pair.insert(pair(left=1, right=2))

    assert error.value.columns == ("left", "right")


async def test_the_index_can_be_dropped_and_dropped_again(pair: type[Table]) -> None:
    await create_unique_index(pair, "left", "right")

    await drop_unique_index(pair, "left", "right")
    await drop_unique_index(pair, "left", "right")

    await pair.insert(pair(left=1, right=1), pair(left=1, right=1))
