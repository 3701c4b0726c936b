"""Indexes of tables of records, as migrations create them."""

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine


async def columns_of(index: str) -> list[str]:
    sql = QueryString("SELECT name FROM pragma_index_info({}) ORDER BY seqno", index)
    return [row["name"] for row in await DB.run_querystring(sql)]


async def test_plain_indexes_end_with_the_id_and_deleted_at(bound: SQLiteEngine) -> None:
    for index in ("accounts_created_at", "opportunities_close_date"):
        assert await columns_of(index) == [index.partition("_")[2], "id", "deleted_at"]
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
