"""Changes of a column, which in MySQL restate all of its attributes: omitted ones are lost."""

import re
from collections.abc import Sequence
from dataclasses import replace

from piccolo.columns import Column

from piccolo_engines.errors import StatementError, Unsupported
from piccolo_engines.mysql.catalog import Catalog, ColumnInfo
from piccolo_engines.mysql.dialect.ddl.columns import is_keyed_by_prefix, key_part, sql_value
from piccolo_engines.mysql.literals import quote_name, text_literal
from piccolo_engines.mysql.table_name import TableName

__all__ = [
    "change_default",
    "change_type",
    "column_info",
    "drop_default",
    "indexed_again",
    "mentions",
    "restate",
]

_LITERAL = re.compile(r"'.*'|-?[0-9.]+(?:e-?[0-9]+)?|true|false", re.DOTALL)
_LONG = ("text", "blob", "json")
_TEXTS = ("char", "text")


async def column_info(catalog: Catalog, table: TableName, name: str) -> ColumnInfo:
    """Return a column as it is. :raises StatementError: if there is no such column."""
    info = (await catalog.columns(table)).get(name)
    if info is None:
        raise StatementError
    return info


def mentions(clause: str, column: str) -> bool:
    """Whether a check mentions a column."""
    return re.search(rf'"{re.escape(column)}"', clause) is not None


def _is_long(sql_type: str) -> bool:
    return any(word in sql_type.lower() for word in _LONG)


def _in_parentheses(sql: str) -> str:
    return sql if sql.startswith("(") else f"({sql})"


def restate(info: ColumnInfo, *, nullable: bool | None = None) -> str:
    """Return ``MODIFY COLUMN`` with all attributes of the column."""
    may_be_null = info.nullable if nullable is None else nullable
    parts = ["MODIFY COLUMN", quote_name(info.name), info.type]
    if info.collation is not None:
        parts.append(f"COLLATE {info.collation}")
    if info.generated is not None:
        parts.append(info.generated)
    parts.append("NULL" if may_be_null else "NOT NULL")
    if info.default is not None:
        parts.append(f"DEFAULT {_in_parentheses(info.default) if _is_long(info.type) else info.default}")
    if info.auto_increment:
        parts.append("AUTO_INCREMENT")
    if info.on_update is not None:
        parts.append(f"ON UPDATE {info.on_update}")
    if info.invisible:
        parts.append("INVISIBLE")
    if info.comment:
        parts.append(f"COMMENT {text_literal(info.comment)}")
    if info.check is not None:
        parts.append(f"CHECK ({info.check})")
    return " ".join(parts)


async def change_type(catalog: Catalog, table: TableName, name: str, sql_type: str) -> Sequence[str]:
    """Change a column's type. Its default, nullability, collation and other attributes are kept.

    :raises Unsupported: between text and UUID, whose values would have to be rewritten.
    """
    info = await column_info(catalog, table, name)
    _refuse_uuid(table, info, sql_type)
    is_text = any(word in sql_type.lower() for word in _TEXTS)
    changed = replace(
        info,
        type=sql_type,
        collation=info.collation if is_text and info.check is None else None,
        check=None,  # MariaDB's JSON brings its own
    )
    parts = [*await _index_otherwise(catalog, table, info, sql_type), restate(changed)]
    return [f"ALTER TABLE {table.sql} {', '.join(parts)}"]


async def _index_otherwise(
    catalog: Catalog, table: TableName, info: ColumnInfo, sql_type: str
) -> Sequence[str]:
    """Recreate the column's indexes if its new type needs other index parts."""
    before, after = (key_part(info.name, kind, catalog.server) for kind in (info.type, sql_type))
    if not is_keyed_by_prefix(sql_type) or before == after:
        return []
    return await indexed_again(catalog, table, replace(info, type=sql_type), info.name)


async def indexed_again(
    catalog: Catalog, table: TableName, column: ColumnInfo, old_name: str
) -> Sequence[str]:
    """Recreate a column's indexes for its new definition.

    :raises Unsupported: for a unique one.
    """
    parts = []
    columns = {**await catalog.columns(table), old_name: column}
    for index, (unique, names) in (await catalog.indexes(table)).items():
        if old_name not in names:
            continue
        if unique:
            raise Unsupported(f"{table.name}.{old_name} is unique, and would be too long for that in MySQL.")
        keys = ", ".join(key_part(columns[name].name, columns[name].type, catalog.server) for name in names)
        parts += [f"DROP INDEX {quote_name(index)}", f"ADD INDEX {quote_name(index)} ({keys})"]
    return parts


def _refuse_uuid(table: TableName, info: ColumnInfo, sql_type: str) -> None:
    before, after = info.type.lower() == "binary(16)", sql_type.upper() == "BINARY(16)"
    if before != after:
        raise Unsupported(
            f"{table.name}.{info.name} cannot be changed between UUID and another type in place: "
            "add a column, fill it, drop the old one and rename."
        )


async def change_default(catalog: Catalog, table: TableName, column: Column, value: object) -> Sequence[str]:
    """Change a column's default."""
    name = column._meta.db_column_name
    sql = sql_value(column, value)
    if sql.lower() == "null":
        return await drop_default(catalog, table, name)
    info = await column_info(catalog, table, name)
    if _is_long(info.type) or not _LITERAL.fullmatch(sql):  # which MySQL's SET DEFAULT does not take
        return [f"ALTER TABLE {table.sql} {restate(replace(info, default=sql))}"]
    return [f"ALTER TABLE {table.sql} ALTER COLUMN {quote_name(name)} SET DEFAULT {sql}"]


async def drop_default(catalog: Catalog, table: TableName, name: str) -> Sequence[str]:
    """Drop a column's default. A nullable column then defaults to null."""
    info = await column_info(catalog, table, name)
    change = "SET DEFAULT NULL" if info.nullable and not _is_long(info.type) else "DROP DEFAULT"
    return [f"ALTER TABLE {table.sql} ALTER COLUMN {quote_name(name)} {change}"]
