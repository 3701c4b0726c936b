"""Fills columns of sort keys on MySQL and MariaDB, and counts what they lack.

The server computes the keys, for some thousand records at a time, each portion in a transaction of its own.
"""

from typing import Final

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.identifiers import quote
from piccolo_engines.sort_key_sql import key_of_name
from tenant_schema.objects.changes.decide.operations import FillKeys

__all__ = ["fill_keys", "filling_keys", "unkeyed"]

# ruff: noqa: S608 - names are quoted, values are bound

_AT_ONCE: Final = 2_000


async def fill_keys(operation: FillKeys) -> None:
    """Write the missing and outdated keys. It can be repeated after an interruption."""
    last = b""
    wrong = _wrong(operation.source, operation.column)
    while True:
        sql = f'SELECT "id" FROM {quote(operation.table)} WHERE "id" > {{}} AND {wrong} '
        sql += f'ORDER BY "id" LIMIT {_AT_ONCE}'
        rows = await DB.run_querystring(QueryString(sql, last))
        if not rows:
            return
        first, last = rows[0]["id"], rows[-1]["id"]
        await DB.run_querystring(QueryString(filling_keys(operation), first, last))
        await DB.run_ddl("COMMIT")


def filling_keys(operation: FillKeys) -> str:
    """The statement of each portion, for a plan."""
    key, wrong = key_of_name(operation.source), _wrong(operation.source, operation.column)
    return (
        f"UPDATE {quote(operation.table)} SET {quote(operation.column)} = {key} "
        f'WHERE "id" BETWEEN {{}} AND {{}} AND {wrong}'
    )


async def unkeyed(table: str, source: str, column: str) -> int:
    """Return how many records have another key than that of their text."""
    sql = f"SELECT COUNT(*) AS found FROM {quote(table)} WHERE {_wrong(source, column)}"
    return int((await DB.run_querystring(QueryString(sql)))[0]["found"])


def _wrong(source: str, column: str) -> str:
    return f"NOT ({quote(column)} <=> {key_of_name(source)})"
