"""Column types, column definitions in CREATE and ALTER TABLE, and values in DDL."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from piccolo.columns import (
    JSON,
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Char,
    Column,
    Date,
    DoublePrecision,
    Float,
    ForeignKey,
    Integer,
    Interval,
    Numeric,
    Real,
    Serial,
    SmallInt,
    Text,
    Time,
    Timestamp,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.base import Default
from piccolo.querystring import QueryString

from piccolo_engines.columns import SortKey
from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.dialect.patching import (
    Patch,
    engine_type_of,
    for_mysql,
    property_for_mysql,
    speaks_mysql,
)
from piccolo_engines.mysql.literals import literal, quote_name
from piccolo_engines.mysql.results.values import UNLIMITED_SCALE
from piccolo_engines.mysql.server import MYSQL, Server
from piccolo_engines.mysql.table_name import TableName
from piccolo_engines.sort_keys import SORT_KEY_BYTES

__all__ = [
    "MAX_NAME",
    "PATCHES",
    "TYPES",
    "add_foreign_key",
    "column_type",
    "constraints_of",
    "default_clause",
    "definition",
    "derived_name",
    "is_keyed_by_prefix",
    "key_part",
    "sql_value",
    "table_name",
    "within_limit",
]

MAX_NAME = 64
_LONGEST_VARCHAR = 16_000  # a row has 65,535 bytes, a character up to four of them
_LONGEST_KEYED_VARCHAR = 768  # a key has 3,072 bytes
_PREFIX = 255  # characters of a long text that an index takes


def table_name(table: Any) -> TableName:
    """Return the name and schema of a Piccolo table."""
    schema = table._meta.schema
    return TableName(table._meta.tablename, None if schema == "public" else schema)


def derived_name(*parts: str) -> str:
    """Return a name for an index or constraint like PostgreSQL's, within MySQL's limit."""
    return within_limit("_".join(parts))


def within_limit(name: str) -> str:
    """Return the name, or its beginning with a digest if it is too long for MySQL."""
    if len(name) <= MAX_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: MAX_NAME - 9]}_{digest}"


def _varchar(column: Varchar) -> str:
    keyed = column._meta.primary_key or column._meta.unique or column._meta.index
    if column.length is None:
        return "VARCHAR(255)" if keyed else "LONGTEXT"
    return f"VARCHAR({column.length})" if column.length <= _LONGEST_VARCHAR else "LONGTEXT"


def _numeric(column: Numeric) -> str:
    return (
        f"DECIMAL({column.precision}, {column.scale})" if column.digits else f"DECIMAL(65, {UNLIMITED_SCALE})"
    )


def _foreign_key(column: ForeignKey[Any]) -> str:
    return column_type(column._foreign_key_meta.resolved_target_column)


TYPES: Mapping[type[Column], str | Callable[[Any], str]] = {
    Array: "JSON",
    BigInt: "BIGINT",
    BigSerial: "BIGINT",
    Boolean: "BOOLEAN",
    Bytea: "LONGBLOB",
    Char: lambda column: f"CHAR({column.length})" if column.length else "CHAR",
    Date: "DATE",
    DoublePrecision: "DOUBLE",
    Float: "DOUBLE",
    ForeignKey: _foreign_key,
    Integer: "INTEGER",
    Interval: "BIGINT",
    JSON: "JSON",
    Numeric: _numeric,
    Real: "DOUBLE",
    Serial: "INTEGER",
    SmallInt: "SMALLINT",
    SortKey: f"VARBINARY({SORT_KEY_BYTES})",
    Text: "LONGTEXT",
    Time: "TIME(6)",
    Timestamp: "DATETIME(6)",
    Timestamptz: "DATETIME(6)",
    UUID: "BINARY(16)",
    Varchar: _varchar,
}
"""The SQL type of each column class in MySQL and MariaDB. Subclasses use that of their nearest ancestor."""


def column_type(column: Column) -> str:
    """Return the SQL type of a column.

    :raises Unsupported: for a column class without a type of its own or of an ancestor.
    """
    for ancestor in type(column).__mro__:
        known = TYPES.get(ancestor)
        if known is not None:
            return known if isinstance(known, str) else known(column)
    raise Unsupported(
        f"{type(column).__name__} has no type in MySQL: derive it from a column that has one, "
        "or override column_type."
    )


def is_keyed_by_prefix(sql_type: str) -> bool:
    """Whether an index can contain only the beginning of such a column, which then cannot be unique."""
    kind = sql_type.upper()
    if kind.startswith("VARCHAR("):
        return int(kind[8:-1]) > _LONGEST_KEYED_VARCHAR
    return "TEXT" in kind or "BLOB" in kind or kind == "JSON"


def key_part(name: str, sql_type: str | None, server: Server = MYSQL) -> str:
    """Return a column as part of an index. MySQL indexes a JSON column by an expression."""
    if sql_type is not None and sql_type.upper() == "JSON" and not server.mariadb:
        return f"(LEFT(CAST({quote_name(name)} AS CHAR), {_PREFIX}))"
    prefix = f"({_PREFIX})" if sql_type is not None and is_keyed_by_prefix(sql_type) else ""
    return quote_name(name) + prefix


def sql_value(_: Column, value: Any, delimiter: str = "'") -> str:  # noqa: ARG001 - the signature of Column.get_sql_value
    """Return a value as SQL for DDL, where values cannot be bound."""
    if isinstance(value, Default):
        return str(getattr(value, "mysql", None) or "null")
    if value is None:
        return "null"
    if isinstance(
        value, bytes | bytearray | uuid.UUID
    ):  # servers show other literals as bytes, in no character set
        content = value.bytes if isinstance(value, uuid.UUID) else bytes(value)
        return f"(UNHEX('{content.hex()}'))"
    return literal(value, MYSQL)


def default_clause(column: Column, sql_type: str, value: Any) -> str:
    """Return ``DEFAULT …``, or an empty text without a default.

    Long texts, bytes and JSON accept only expressions, hence the parentheses.
    """
    if isinstance(value, QueryString):
        return ""
    sql = sql_value(column, value)
    if sql.lower() == "null":
        return "DEFAULT NULL" if column._meta.null and not column._meta.primary_key else ""
    long = any(word in sql_type.upper() for word in ("TEXT", "BLOB", "JSON"))
    return f"DEFAULT ({sql})" if long else f"DEFAULT {sql}"


def definition(column: Column) -> str:
    """Return the column for CREATE TABLE and ADD COLUMN, without keys other than the primary key."""
    sql_type = column.column_type
    parts = [quote_name(column._meta.db_column_name), sql_type]
    if not column._meta.null or column._meta.primary_key:
        parts.append("NOT NULL")
    if isinstance(column, Serial):
        parts.append("AUTO_INCREMENT")
        parts.append("" if column._meta.primary_key or column._meta.unique else "UNIQUE")
    else:
        parts.append(default_clause(column, sql_type, column.get_default_value()))
    if column._meta.primary_key:
        parts.append("PRIMARY KEY")
    return " ".join(part for part in parts if part)


def add_foreign_key(
    name: str,
    columns: str,
    target: TableName,
    target_column: str,
    on_delete: str | None,
    on_update: str | None,
) -> str:
    """Return ``CONSTRAINT … FOREIGN KEY …``.

    :raises Unsupported: for ``SET DEFAULT``, which InnoDB lacks.
    """
    for rule in (on_delete, on_update):
        if rule == "SET DEFAULT":
            raise Unsupported("MySQL has no ON DELETE or ON UPDATE SET DEFAULT: use SET NULL or RESTRICT.")
    sql = (
        f"CONSTRAINT {quote_name(name)} FOREIGN KEY ({quote_name(columns)}) "
        f"REFERENCES {target.sql} ({quote_name(target_column)})"
    )
    sql += f" ON DELETE {on_delete}" if on_delete else ""
    return sql + (f" ON UPDATE {on_update}" if on_update else "")


def constraints_of(column: Column) -> list[str]:
    """Return the constraints of a column: its uniqueness and its foreign key.

    :raises Unsupported: for a unique column without a length.
    """
    constraints = []
    table = column._meta.table._meta.tablename
    name = column._meta.db_column_name
    if column._meta.unique and not column._meta.primary_key:
        if is_keyed_by_prefix(column.column_type):
            raise Unsupported(
                f"{table}.{name} cannot be unique: MySQL's keys have at most 3,072 bytes. "
                f"Use Varchar(length=…) with at most {_LONGEST_KEYED_VARCHAR} characters."
            )
        constraints.append(
            f"CONSTRAINT {quote_name(derived_name(table, name, 'key'))} UNIQUE ({quote_name(name)})"
        )
    if isinstance(column, ForeignKey):
        constraints.append(_reference(column, table, name))
    return constraints


def _reference(column: ForeignKey[Any], table: str, name: str) -> str:
    meta = column._foreign_key_meta
    return add_foreign_key(
        derived_name(table, name, "fkey"),
        name,
        table_name(meta.resolved_references),
        meta.resolved_target_column._meta.db_column_name,
        meta.on_delete.value,
        meta.on_update.value,
    )


_NULL = QueryString("NULL")


def _serial_default(original: Any) -> Any:
    def default(self: Serial) -> Any:
        table = self._meta._table  # read for every object: `speaks_mysql` takes longer
        is_mysql = speaks_mysql(self) if table is None else engine_type_of(table) == "mysql"
        return _NULL if is_mysql else original(self)

    return default


_OWN_TYPE = (
    Varchar,
    Char,
    BigInt,
    SmallInt,
    Serial,
    BigSerial,
    Interval,
    Numeric,
    ForeignKey,
    JSON,
    JSONB,
    Bytea,
    Array,
)

PATCHES = (
    Patch(Column, "column_type", property_for_mysql(column_type), "types have other names in MySQL"),
    *(
        Patch(owner, "column_type", property_for_mysql(column_type), "raises for an engine it does not know")
        for owner in _OWN_TYPE
    ),
    Patch(
        BigInt,
        "_get_column_type",
        lambda original: (
            lambda self, engine_type: "BIGINT" if engine_type == "mysql" else original(self, engine_type)
        ),
        "raises for an engine it does not know",
    ),
    Patch(
        Serial,
        "default",
        _serial_default,
        "raises for an engine it does not know; NULL draws the next number",
    ),
    Patch(
        Column,
        "ddl",
        property_for_mysql(definition),
        "MySQL ignores inline REFERENCES, has no default on long types, and needs AUTO_INCREMENT",
    ),
    Patch(
        Column, "get_sql_value", for_mysql(sql_value), "literals are written differently, and must be escaped"
    ),
)
