"""Unique indexes over several columns, made and dropped as migrations do."""

from pathlib import Path

import pytest
from piccolo.columns import Integer
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_conf import DB
from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.indexes import create_unique_index, drop_unique_index, order_by_id, order_by_nothing


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


async def columns_of(index: str) -> list[str]:
    sql = QueryString("SELECT name FROM pragma_index_info({}) ORDER BY seqno", index)
    return [row["name"] for row in await DB.run_querystring(sql)]


async def test_plain_indexes_go_on_with_the_id(bound: SQLiteEngine) -> None:
    """After all migrations, as far as they are not unique."""
    assert await columns_of("contacts_account") == ["account", "id"]
    await order_by_nothing("contacts")
    assert await columns_of("contacts_account") == ["account"]
    await order_by_id("contacts")
    await order_by_id("contacts")
    assert await columns_of("contacts_account") == ["account", "id"]


async def test_records_with_one_value_are_in_order(bound: SQLiteEngine) -> None:
    """No list has to be sorted for what an index has in order."""
    for wanted in (
        "WHERE account = 'x' ORDER BY id",
        "WHERE account = 'x' AND id > 'y' ORDER BY id",
        "ORDER BY last_name, id",
        "ORDER BY last_name DESC, id DESC",
    ):
        listed = f"SELECT * FROM contacts {wanted} LIMIT 26"  # noqa: S608 (from the lines above)
        plan = await DB.run_ddl(f"EXPLAIN QUERY PLAN {listed}")
        assert not [row for row in plan if "B-TREE" in row["detail"]], wanted
