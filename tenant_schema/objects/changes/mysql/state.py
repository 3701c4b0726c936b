"""Whether an operation has been executed, as information_schema of MySQL or MariaDB shows."""

import re

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.changes.decide.operations import (
    AddColumn,
    AddCompositeIndex,
    AddIndex,
    AddReference,
    AddSearch,
    ConvertColumn,
    CreateTable,
    DropColumn,
    DropCompositeIndex,
    DropIndex,
    DropOldSearch,
    DropReference,
    DropSearch,
    DropTable,
    Operation,
    inverse,
)
from tenant_schema.objects.changes.mysql.statements import index_name, reference_name
from tenant_schema.objects.model.search_index import words_table

__all__ = ["is_done", "plain_type"]

_WIDTH = re.compile(r"\b(tinyint|smallint|int|bigint)\(\d+\)")
_HERE = "table_schema = DATABASE() AND table_name = {}"


async def is_done(operation: Operation) -> bool:
    """See :class:`tenant_schema.objects.changes.decide.dialect.Dialect`."""
    table = operation.table
    match operation:
        case CreateTable():
            return await _has_table(table)
        case AddColumn(_, column):
            return await _column_type(table, column.name) is not None
        case ConvertColumn(_, _, after):
            found = await _column_type(table, after.name)
            return found is not None and plain_type(found) == plain_type(after.type)
        case AddIndex(_, column, unique):
            return await _has_index(table, index_name(table, column, unique=unique))
        case AddCompositeIndex(_, index):
            return await _has_index(table, index.name)
        case AddReference(_, column):
            return await _has_reference(table, column.name)
        case AddSearch(_, columns):
            return await _has_table(words_table(table, columns))
    return await _is_undone(operation)


async def _is_undone(operation: Operation) -> bool:
    """An operation that drops something is done if that does not exist."""
    match operation:
        case DropTable(table, _):
            return not await _has_table(table)
        case DropColumn(table, column):
            return await _column_type(table, column.name) is None
        case DropIndex() | DropCompositeIndex() | DropReference() | DropSearch():
            back = inverse(operation)
            return back is not None and not await is_done(back)
        case DropOldSearch(table, index):
            return not await _has_index(table, index)
    return False


def plain_type(sql_type: str) -> str:
    """Return a type in a form that is the same for both servers.

    >>> plain_type("bigint(20)"), plain_type("DECIMAL(15, 2)"), plain_type("INTEGER")
    ('bigint', 'decimal(15,2)', 'int')
    """
    plain = _WIDTH.sub(r"\1", sql_type.lower().replace(" ", ""))
    return {"integer": "int", "boolean": "tinyint", "json": "longtext"}.get(plain, plain)


async def _has_table(table: str) -> bool:
    return await _found(f"SELECT 1 AS found FROM information_schema.tables WHERE {_HERE}", table)  # noqa: S608 - bound


async def _has_index(table: str, index: str) -> bool:
    sql = f"SELECT 1 AS found FROM information_schema.statistics WHERE {_HERE} AND index_name = {{}} LIMIT 1"  # noqa: S608 - bound
    return await _found(sql, table, index)


async def _has_reference(table: str, column: str) -> bool:
    sql = (
        f"SELECT 1 AS found FROM information_schema.table_constraints WHERE {_HERE} "  # noqa: S608 - bound
        "AND constraint_type = 'FOREIGN KEY' AND constraint_name = {} LIMIT 1"
    )
    return await _found(sql, table, reference_name(table, column))


async def _column_type(table: str, column: str) -> str | None:
    sql = f"SELECT column_type AS type FROM information_schema.columns WHERE {_HERE} AND column_name = {{}}"  # noqa: S608 - bound
    rows = await DB.run_querystring(QueryString(sql, table, column))
    return str(rows[0]["type"]) if rows else None


async def _found(sql: str, *values: str) -> bool:
    return bool(await DB.run_querystring(QueryString(sql, *values)))
