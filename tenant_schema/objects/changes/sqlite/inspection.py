"""Reads the shape of tables on SQLite, see https://www.sqlite.org/pragma.html#pragfunc"""

from typing import Any

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.changes.decide.shapes import IndexShape, Reference, TableShape, shape_found
from tenant_schema.objects.changes.sqlite.search import TRIGGERS, trigger_name
from tenant_schema.objects.model.search_index import search_ids_table, search_table

__all__ = ["read_table", "table_names"]


async def table_names() -> list[str]:
    """Return the names of all tables, except those of search indexes."""
    rows = await _ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = {row["name"] for row in rows}
    searches = {name for name in names if f"{name}_ids" in names and name.endswith("_search")}
    return sorted(
        name for name in names if not any(name == one or name.startswith(f"{one}_") for one in searches)
    )


async def read_table(table: str) -> TableShape | None:
    """Return the shape of the table with its keys; None if there is none."""
    columns = await _ask("SELECT name, type FROM pragma_table_xinfo({})", table)
    if not columns:
        return None
    indexes = await _indexes(table)
    references = {
        row["column"]: Reference(row["target"], row["on_delete"])
        for row in await _ask(
            'SELECT "from" AS "column", "table" AS target, on_delete FROM pragma_foreign_key_list({})', table
        )
    }
    types = {row["name"]: row["type"] for row in columns}
    return shape_found(table, types, indexes, references, await _search(table))


async def _indexes(table: str) -> list[IndexShape]:
    rows = await _ask(
        'SELECT i.name AS "index", i."unique" AS is_unique, c.name AS "column" '
        "FROM pragma_index_list({}) i, pragma_index_info(i.name) c WHERE i.origin <> 'pk' "
        "ORDER BY i.name, c.seqno",
        table,
    )
    columns: dict[tuple[str, bool], list[str]] = {}
    for row in rows:
        columns.setdefault((row["index"], bool(row["is_unique"])), []).append(row["column"])
    return [IndexShape(name, tuple(names), unique) for (name, unique), names in columns.items()]


async def _search(table: str) -> tuple[str, ...]:
    """The columns of the search index; empty if any part of it is missing."""
    rows = await _ask("SELECT name FROM sqlite_master WHERE tbl_name = {} AND type = 'trigger'", table)
    if {row["name"] for row in rows} < {trigger_name(table, kind) for kind in TRIGGERS}:
        return ()
    if not await _ask("SELECT name FROM pragma_table_info({})", search_ids_table(table)):
        return ()
    return tuple(
        row["name"] for row in await _ask("SELECT name FROM pragma_table_info({})", search_table(table))
    )


async def _ask(sql: str, *values: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await DB.run_querystring(QueryString(sql, *values))
    return rows
