"""CREATE TABLE, indexes, and queries for existing tables and indexes."""

from collections.abc import Callable, Sequence
from typing import Any

from piccolo.columns import Column, Serial
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Constraint, Unique
from piccolo.query.methods.create import Create
from piccolo.query.methods.create_index import CreateIndex
from piccolo.query.methods.drop_index import DropIndex
from piccolo.query.methods.indexes import Indexes
from piccolo.query.methods.table_exists import TableExists
from piccolo.querystring import QueryString
from piccolo.schema import CreateSchema
from piccolo.table import TableMeta

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.dialect.ddl.columns import (
    constraints_of,
    definition,
    derived_name,
    key_part,
    table_name,
    within_limit,
)
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.migrations.recording import run_ddl
from piccolo_engines.mysql.server import MYSQL, Server
from piccolo_engines.mysql.statements import PlannedDDL, Steps, Work
from piccolo_engines.mysql.table_name import TableName

__all__ = ["PATCHES", "DropIndexSteps", "constraint_sql", "drop_index_sql"]


def constraint_sql(constraint: Constraint) -> str:
    """Return ``CONSTRAINT … UNIQUE (…)`` or ``CONSTRAINT … CHECK (…)``.

    :raises Unsupported: for a unique constraint in which nulls are equal.
    """
    if isinstance(constraint, Unique) and constraint.nulls_distinct is False:
        raise Unsupported("In MySQL's unique constraints nulls are always distinct.")
    return f"CONSTRAINT {quote_name(within_limit(constraint._meta.name))} {constraint.ddl}"


def _tail(query: Create | CreateIndex, column: Column | str) -> Sequence[str]:
    """Columns that a subclass of the query adds to the end of the index of a column."""
    find: Callable[[Column | str], Sequence[str]] | None = getattr(query, "index_tail", None)
    return () if find is None else find(column)


def _index_in_table(query: Create, column: Column, server: Server) -> str:
    table = query.table
    name = column._meta.db_column_name
    index = derived_name(table._meta.tablename, name)
    parts = [key_part(name, column.column_type, server), *map(quote_name, _tail(query, column))]
    return f"INDEX {quote_name(index)} ({', '.join(parts)})"


def _create(self: Create) -> Sequence[str]:
    """Create the table with its keys, indexes and constraints in one statement, which is atomic."""
    table = self.table
    columns = table._meta.non_default_columns if self.only_default_columns else table._meta.columns
    if sum(isinstance(column, Serial) for column in columns) > 1:
        raise Unsupported(f"{table._meta.tablename} has several Serial columns: MySQL takes one per table.")
    parts = [definition(column) for column in columns]
    for column in columns:
        parts += constraints_of(column)
    indexed = [column for column in columns if column._meta.index and not column._meta.primary_key]
    for column in indexed:
        _check_method(column._meta.index_method)
    constraints = [constraint_sql(constraint) for constraint in table._meta.constraints]
    prefix = "CREATE TABLE IF NOT EXISTS" if self.if_not_exists else "CREATE TABLE"

    def sql(server: Server) -> str:
        keys = [] if self.if_not_exists else [_index_in_table(self, column, server) for column in indexed]
        return f"{prefix} {table._meta.get_formatted_tablename()} ({', '.join(parts + keys + constraints)})"

    async def create(catalog: Catalog) -> Sequence[str]:
        return [f"{sql(catalog.server)} DEFAULT CHARSET=utf8mb4 COLLATE={catalog.collation}"]

    return [
        *_create_schema(self),
        PlannedDDL(sql(MYSQL), create, creates=table_name(table)),
        *_missing_indexes(self, indexed),
    ]


def _missing_indexes(self: Create, indexed: Sequence[Column]) -> Sequence[str]:
    """Return the statements for indexes that an existing table may lack."""
    if not self.if_not_exists:
        return []
    return [
        ddl
        for column in indexed
        for ddl in CreateIndex(
            self.table, columns=[column], method=column._meta.index_method, if_not_exists=True
        ).ddl
    ]


def _create_schema(self: Create) -> Sequence[str]:
    schema = self.table._meta.schema
    if not self.auto_create_schema or schema is None or schema == "public":
        return []
    return [CreateSchema(schema_name=schema, if_not_exists=True, db=self.table._meta.db).ddl]


def _check_method(method: IndexMethod) -> None:
    if method not in (IndexMethod.btree, IndexMethod.hash):
        raise Unsupported(f"MySQL has no {method.value} indexes: use IndexMethod.btree.")


def _create_index(self: CreateIndex) -> Sequence[str]:
    _check_method(self.method)
    names = self.column_names
    table = table_name(self.table)
    index = derived_name(self.table._meta.tablename, *names)

    async def create(catalog: Catalog) -> Sequence[str]:
        if self.if_not_exists and index in await catalog.indexes(table):
            return []
        info = await catalog.columns(table)
        own = [key_part(name, info[name].type if name in info else None, catalog.server) for name in names]
        parts = ", ".join([*own, *map(quote_name, _tail(self, self.columns[-1]))])
        method = self.method.value.upper()
        create = self.prefix.removesuffix(" IF NOT EXISTS")  # a subclass may create a UNIQUE INDEX
        return [f"{create} {quote_name(index)} ON {table.sql} ({parts}) USING {method}"]

    shown = ", ".join(quote_name(name) for name in names)
    return [PlannedDDL(f"{self.prefix} {quote_name(index)} ON {table.sql} ({shown})", create)]


async def drop_index_sql(catalog: Catalog, table: TableName, index: str) -> str:
    """Return the statement that drops an index. If a foreign key needs one, a plain index replaces it."""
    indexes = await catalog.indexes(table)
    _, columns = indexes[index]
    needed = [key for key in await catalog.foreign_keys(table) if columns[: len(key.columns)] == key.columns]
    others = [other for name, (_, other) in indexes.items() if name != index]
    drop = f"ALTER TABLE {table.sql} DROP INDEX {quote_name(index)}"
    for key in needed:
        if not any(other[: len(key.columns)] == key.columns for other in others):
            parts = ", ".join(quote_name(column) for column in key.columns)
            return f"{drop}, ADD INDEX {quote_name(key.name)} ({parts})"
    return drop


class DropIndexSteps(Steps):
    """Drops an index. The statement depends on the foreign keys that need it."""

    __slots__ = ("query",)

    def __init__(self, query: DropIndex) -> None:
        name = derived_name(query.table._meta.tablename, *_db_names(query))
        shown = f"DROP INDEX {quote_name(name)} ON {table_name(query.table).sql}"
        super().__init__(shown.replace("{", "{{").replace("}", "}}"), table=query.table)
        self.query = query

    async def run(self, work: Work) -> list[dict[str, Any]]:
        catalog, table = Catalog(work.session), table_name(self.query.table)
        index = derived_name(self.query.table._meta.tablename, *_db_names(self.query))
        if index in await catalog.indexes(table):
            await run_ddl(work.session, await drop_index_sql(catalog, table, index), work.watch)
        elif not self.query.if_exists:
            await run_ddl(work.session, f"DROP INDEX {quote_name(index)} ON {table.sql}", work.watch)
        return []


def _db_names(query: DropIndex) -> list[str]:
    return [column._meta.db_column_name if isinstance(column, Column) else column for column in query.columns]


def _indexes(self: Indexes) -> Sequence[QueryString]:
    table = table_name(self.table)
    return [
        QueryString(
            'SELECT DISTINCT index_name AS "name" FROM information_schema.statistics '
            "WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {}",
            table.schema,
            table.name,
        )
    ]


def _table_exists(self: TableExists[Any]) -> Sequence[QueryString]:
    table = table_name(self.table)
    return [
        QueryString(
            "SELECT EXISTS(SELECT 1 FROM information_schema.tables "
            'WHERE table_schema = COALESCE({}, DATABASE()) AND table_name = {}) AS "exists"',
            table.schema,
            table.name,
        )
    ]


def _formatted(original: Any) -> Any:
    """``public`` is PostgreSQL's default schema."""

    def get_formatted_tablename(self: TableMeta, include_schema: bool = True, quoted: bool = True) -> str:
        if self.schema == "public" and include_schema and self.db.engine_type == "mysql":
            include_schema = False
        name: str = original(self, include_schema=include_schema, quoted=quoted)
        return name

    return get_formatted_tablename


def _added(getter: Any) -> Any:
    return lambda _: property(getter)


PATCHES = (
    Patch(Create, "mysql_ddl", _added(_create), "one statement, real foreign keys, character set", adds=True),
    Patch(
        CreateIndex,
        "mysql_ddl",
        _added(_create_index),
        "long texts are indexed by their beginning",
        adds=True,
    ),
    Patch(
        DropIndex,
        "mysql_querystrings",
        _added(lambda self: [DropIndexSteps(self)]),
        "an index belongs to a table; MySQL has no IF EXISTS for it",
        adds=True,
    ),
    Patch(Indexes, "mysql_querystrings", _added(_indexes), "needs other SQL", adds=True),
    Patch(TableExists, "mysql_querystrings", _added(_table_exists), "needs other SQL", adds=True),
    Patch(TableMeta, "get_formatted_tablename", _formatted, "a schema is a database, but `public` is not"),
)
