"""Reads the shape of tables on MySQL and MariaDB, from information_schema."""

from typing import Any

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.changes.decide.shapes import IndexShape, Reference, TableShape, shape_found
from tenant_schema.objects.model.search_index import WORDS_TABLE, words_table

__all__ = ["read_table", "table_names"]

_SAME = {"NO ACTION": "RESTRICT"}
"""InnoDB checks at once, so that the two are one, and it may call the one the other."""

_HERE = "table_schema = DATABASE() AND table_name = {}"


async def table_names() -> list[str]:
    """Return the names of all tables, except tables of words."""
    rows = await _ask(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
    )
    return sorted(row["name"] for row in rows if WORDS_TABLE.fullmatch(row["name"]) is None)


async def read_table(table: str) -> TableShape | None:
    """Return the shape of the table with its keys; None if there is none."""
    columns = await _ask(
        "SELECT column_name AS name, column_type AS type FROM information_schema.columns "  # noqa: S608 - bound
        f"WHERE {_HERE} ORDER BY ordinal_position",
        table,
    )
    if not columns:
        return None
    indexes, fulltext = await _indexes(table)
    search = await _search(table)
    references = await _references(table)
    types = {row["name"]: row["type"] for row in columns}
    return shape_found(table, types, indexes, references, search, fulltext)


async def _indexes(table: str) -> tuple[list[IndexShape], tuple[str, ...]]:
    """The indexes, and the names of FULLTEXT indexes."""
    rows = await _ask(
        "SELECT index_name AS name, non_unique AS non_unique, column_name AS col, index_type AS kind "  # noqa: S608
        f"FROM information_schema.statistics WHERE {_HERE} AND index_name <> 'PRIMARY' "
        "ORDER BY index_name, seq_in_index",
        table,
    )
    columns: dict[tuple[str, bool, bool], list[str]] = {}
    for row in rows:
        key = (row["name"], not int(row["non_unique"]), row["kind"] == "FULLTEXT")
        columns.setdefault(key, []).append(row["col"])
    indexes = [
        IndexShape(name, tuple(names), unique)
        for (name, unique, is_fulltext), names in columns.items()
        if not is_fulltext
    ]
    return indexes, tuple(name for name, _, is_fulltext in columns if is_fulltext)


async def _search(table: str) -> tuple[str, ...]:
    """The columns of the table of words; of one of them while there are two."""
    rows = await _ask(
        "SELECT table_name AS owner, column_name AS name FROM information_schema.columns "
        "WHERE table_schema = DATABASE() AND table_name LIKE {} ORDER BY table_name, column_name",
        f"{table}_search_%",
    )
    columns: dict[str, list[str]] = {}
    for row in rows:
        columns.setdefault(row["owner"], []).append(row["name"])
    for owner, names in columns.items():
        found = tuple(sorted(set(names) - {"id", "source"}))
        if owner == words_table(table, found):
            return found
    return ()


async def _references(table: str) -> dict[str, Reference]:
    rows = await _ask(
        "SELECT k.column_name AS col, k.referenced_table_name AS target, r.delete_rule AS rule "
        "FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r "
        "ON r.constraint_name = k.constraint_name "
        # both sides name the table: MariaDB would open every table of the server for the second otherwise
        "WHERE k.table_schema = DATABASE() AND k.table_name = {} "
        "AND r.constraint_schema = DATABASE() AND r.table_name = {}",
        table,
        table,
    )
    return {row["col"]: Reference(row["target"], _SAME.get(row["rule"], row["rule"])) for row in rows}


async def _ask(sql: str, *values: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await DB.run_querystring(QueryString(sql, *values))
    return rows
