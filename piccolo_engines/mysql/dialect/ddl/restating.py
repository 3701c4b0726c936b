"""Changing a column, which in MySQL means to restate all of it: what is not said again is lost."""

import re
from collections.abc import Sequence
from dataclasses import replace

from piccolo.columns import Column

from piccolo_engines.errors import StatementError, Unsupported
from piccolo_engines.mysql.catalog import Catalog, ColumnFacts
from piccolo_engines.mysql.dialect.ddl.columns import is_keyed_by_prefix, key_part, sql_value
from piccolo_engines.mysql.literals import quote_name, text_literal
from piccolo_engines.mysql.table_name import TableName

__all__ = [
    "change_default",
    "change_type",
    "column_facts",
    "drop_default",
    "indexed_again",
    "mentions",
    "restate",
]

_LITERAL = re.compile(r"'.*'|-?[0-9.]+(?:e-?[0-9]+)?|true|false", re.DOTALL)
_LONG = ("text", "blob", "json")
_TEXTS = ("char", "text")


async def column_facts(catalog: Catalog, table: TableName, name: str) -> ColumnFacts:
    """:raises StatementError: when there is no such column."""
    facts = (await catalog.columns(table)).get(name)
    if facts is None:
        raise StatementError
    return facts


def mentions(clause: str, column: str) -> bool:
    """Whether a check is about a column."""
    return re.search(rf'"{re.escape(column)}"', clause) is not None


def _is_long(sql_type: str) -> bool:
    return any(word in sql_type.lower() for word in _LONG)


def _in_parentheses(sql: str) -> str:
    return sql if sql.startswith("(") else f"({sql})"


def restate(facts: ColumnFacts, *, nullable: bool | None = None) -> str:
    """``MODIFY COLUMN`` with everything that the column is."""
    may_be_null = facts.nullable if nullable is None else nullable
    parts = ["MODIFY COLUMN", quote_name(facts.name), facts.type]
    if facts.collation is not None:
        parts.append(f"COLLATE {facts.collation}")
    if facts.generated is not None:
        parts.append(facts.generated)
    parts.append("NULL" if may_be_null else "NOT NULL")
    if facts.default is not None:
        parts.append(f"DEFAULT {_in_parentheses(facts.default) if _is_long(facts.type) else facts.default}")
    if facts.auto_increment:
        parts.append("AUTO_INCREMENT")
    if facts.on_update is not None:
        parts.append(f"ON UPDATE {facts.on_update}")
    if facts.invisible:
        parts.append("INVISIBLE")
    if facts.comment:
        parts.append(f"COMMENT {text_literal(facts.comment)}")
    if facts.check is not None:
        parts.append(f"CHECK ({facts.check})")
    return " ".join(parts)


async def change_type(catalog: Catalog, table: TableName, name: str, sql_type: str) -> Sequence[str]:
    """Give a column another type; its default, nullability, collation and the rest stay.

    :raises Unsupported: between text and UUID, whose values have to be rewritten.
    """
    facts = await column_facts(catalog, table, name)
    _refuse_uuid(table, facts, sql_type)
    is_text = any(word in sql_type.lower() for word in _TEXTS)
    changed = replace(
        facts,
        type=sql_type,
        collation=facts.collation if is_text and facts.check is None else None,
        check=None,  # MariaDB's JSON brings its own
    )
    parts = [*await _index_otherwise(catalog, table, facts, sql_type), restate(changed)]
    return [f"ALTER TABLE {table.sql} {', '.join(parts)}"]


async def _index_otherwise(
    catalog: Catalog, table: TableName, facts: ColumnFacts, sql_type: str
) -> Sequence[str]:
    """Make the column's indexes again where it becomes something that they cannot take as it is."""
    before, after = (key_part(facts.name, kind, catalog.server) for kind in (facts.type, sql_type))
    if not is_keyed_by_prefix(sql_type) or before == after:
        return []
    return await indexed_again(catalog, table, replace(facts, type=sql_type), facts.name)


async def indexed_again(
    catalog: Catalog, table: TableName, column: ColumnFacts, old_name: str
) -> Sequence[str]:
    """Make a column's indexes again, for what it is going to be.

    :raises Unsupported: for one that is unique.
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


def _refuse_uuid(table: TableName, facts: ColumnFacts, sql_type: str) -> None:
    before, after = facts.type.lower() == "binary(16)", sql_type.upper() == "BINARY(16)"
    if before != after:
        raise Unsupported(
            f"{table.name}.{facts.name} cannot be changed between UUID and another type in place: "
            "add a column, fill it, drop the old one and rename."
        )


async def change_default(catalog: Catalog, table: TableName, column: Column, value: object) -> Sequence[str]:
    """Give a column another default."""
    name = column._meta.db_column_name
    sql = sql_value(column, value)
    if sql.lower() == "null":
        return await drop_default(catalog, table, name)
    facts = await column_facts(catalog, table, name)
    if _is_long(facts.type) or not _LITERAL.fullmatch(sql):  # which MySQL's SET DEFAULT does not take
        return [f"ALTER TABLE {table.sql} {restate(replace(facts, default=sql))}"]
    return [f"ALTER TABLE {table.sql} ALTER COLUMN {quote_name(name)} SET DEFAULT {sql}"]


async def drop_default(catalog: Catalog, table: TableName, name: str) -> Sequence[str]:
    """Take a column's default away: null for a column that may be null, else none."""
    facts = await column_facts(catalog, table, name)
    change = "SET DEFAULT NULL" if facts.nullable and not _is_long(facts.type) else "DROP DEFAULT"
    return [f"ALTER TABLE {table.sql} ALTER COLUMN {quote_name(name)} {change}"]
