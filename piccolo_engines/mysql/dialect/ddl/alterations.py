"""ALTER TABLE, in every form used by Piccolo's migrations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from piccolo.columns import Column, Serial
from piccolo.query.methods.alter import (
    AddColumn,
    AddConstraint,
    AddForeignKeyConstraint,
    Alter,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropTable,
    RenameColumn,
    RenameConstraint,
    SetColumnType,
    SetDefault,
    SetDigits,
    SetLength,
    SetNull,
    SetUnique,
)
from piccolo.query.methods.raw import Raw
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.errors import NotNullViolation, Unsupported
from piccolo_engines.mysql.catalog import Catalog
from piccolo_engines.mysql.dialect.ddl.columns import (
    add_foreign_key,
    constraints_of,
    definition,
    derived_name,
    is_keyed_by_prefix,
    table_name,
    within_limit,
)
from piccolo_engines.mysql.dialect.ddl.restating import (
    change_default,
    change_type,
    column_info,
    drop_default,
    indexed_again,
    mentions,
    restate,
)
from piccolo_engines.mysql.dialect.ddl.tables import constraint_sql, drop_index_sql
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.migrations.recording import run_ddl
from piccolo_engines.mysql.results.values import UNLIMITED_SCALE
from piccolo_engines.mysql.statements import DDLStep, PlannedDDL, Steps, Work
from piccolo_engines.mysql.table_name import TableName

__all__ = ["PATCHES", "RawDrop", "Statements"]

Statements = Sequence[str]


def _added(add: AddColumn) -> str:
    """Return the clauses that add the column and its constraints."""
    column = add.column
    column._meta.name = add.name
    clauses = [f"COLUMN {definition(column)}", *constraints_of(column)]
    return ", ".join(f"ADD {clause}" for clause in clauses)


async def _add_column(catalog: Catalog, table: TableName, add: AddColumn) -> Statements:
    column, clauses = add.column, _added(add)
    sql = definition(column)
    fills_itself = " DEFAULT " in sql or column._meta.null or isinstance(column, Serial)
    if not fills_itself and await catalog.has_rows(table):
        raise NotNullViolation(column._meta.db_column_name, table.name)  # MySQL would invent values
    if isinstance(column, Serial) and any(
        info.auto_increment for info in (await catalog.columns(table)).values()
    ):
        raise Unsupported(f"{table.name} has a Serial column already: MySQL takes one per table.")
    return [f"ALTER TABLE {table.sql} {clauses}"]


async def _add_foreign_key(_: Catalog, table: TableName, add: AddForeignKeyConstraint) -> Statements:
    constraint = add_foreign_key(
        within_limit(add.constraint_name),
        add.foreign_key_column_name,
        TableName(add.referenced_table_name),
        add.referenced_column_name,
        add.on_delete.value if add.on_delete else None,
        add.on_update.value if add.on_update else None,
    )
    return [f"ALTER TABLE {table.sql} ADD {constraint}"]


async def _drop_column(catalog: Catalog, table: TableName, drop: DropColumn) -> Statements:
    """Drop a column with the foreign keys, indexes and checks that contain it, as PostgreSQL does."""
    name = drop.column_name
    parts = [
        f"DROP FOREIGN KEY {quote_name(key.name)}"
        for key in await catalog.foreign_keys(table)
        if name in key.columns
    ]
    parts += [
        f"DROP INDEX {quote_name(index)}"
        for index, (_, columns) in (await catalog.indexes(table)).items()
        if name in columns and index != "PRIMARY"
    ]
    parts += [
        f"DROP CONSTRAINT {quote_name(check)}"
        for check, clause in (await catalog.checks(table)).items()
        if mentions(clause, name)
    ]
    return [f"ALTER TABLE {table.sql} {', '.join([*parts, f'DROP COLUMN {quote_name(name)}'])}"]


async def _rename_column(catalog: Catalog, table: TableName, rename: RenameColumn) -> Statements:
    """Rename a column, also in checks and in indexes of JSON columns."""
    old, new = quote_name(rename.column_name), quote_name(rename.new_name)
    checks = {
        name: clause
        for name, clause in (await catalog.checks(table)).items()
        if mentions(clause, rename.column_name)
    }
    info = (await catalog.columns(table)).get(rename.column_name)
    parts: list[str] = []
    if info is not None and info.type == "json":  # MariaDB's JSON is a text
        parts += await indexed_again(catalog, table, replace(info, name=rename.new_name), rename.column_name)
    parts.append(f"RENAME COLUMN {old} TO {new}")
    statements = [f"ALTER TABLE {table.sql} {', '.join(parts)}"]
    if not checks:
        return statements
    drops = ", ".join(f"DROP CONSTRAINT {quote_name(name)}" for name in checks)
    adds = ", ".join(
        f"ADD CONSTRAINT {quote_name(name)} CHECK ({clause.replace(old, new)})"
        for name, clause in checks.items()
    )
    return [f"ALTER TABLE {table.sql} {drops}", *statements, f"ALTER TABLE {table.sql} {adds}"]


async def _set_column_type(catalog: Catalog, table: TableName, change: SetColumnType) -> Statements:
    if change.new_column._meta._table is None:
        change.new_column._meta._table = change.old_column._meta.table
    return await change_type(
        catalog, table, change.old_column._meta.db_column_name, change.new_column.column_type
    )


async def _set_length(catalog: Catalog, table: TableName, change: SetLength) -> Statements:
    return await change_type(catalog, table, change.column_name, f"VARCHAR({int(change.length)})")


async def _set_digits(catalog: Catalog, table: TableName, change: SetDigits) -> Statements:
    digits = change.digits or (65, UNLIMITED_SCALE)
    return await change_type(
        catalog, table, change.column_name, f"DECIMAL({int(digits[0])}, {int(digits[1])})"
    )


async def _set_null(catalog: Catalog, table: TableName, change: SetNull) -> Statements:
    info = await column_info(catalog, table, change.column_name)
    if not change.boolean and await catalog.has_nulls(table, info.name):
        raise NotNullViolation(info.name, table.name)  # MariaDB would report truncated data
    return [f"ALTER TABLE {table.sql} {restate(info, nullable=change.boolean)}"]


async def _set_default(catalog: Catalog, table: TableName, change: SetDefault) -> Statements:
    return await change_default(catalog, table, change.column, change.value)


async def _drop_default(catalog: Catalog, table: TableName, change: DropDefault) -> Statements:
    return await drop_default(catalog, table, change.column_name)


async def _set_unique(catalog: Catalog, table: TableName, change: SetUnique) -> Statements:
    name = change.column_name
    if change.boolean:
        info = await column_info(catalog, table, name)
        if is_keyed_by_prefix(info.type):
            raise Unsupported(f"{table.name}.{name} is too long to be unique in MySQL: give it a length.")
        key = quote_name(derived_name(table.name, name, "key"))
        return [f"ALTER TABLE {table.sql} ADD CONSTRAINT {key} UNIQUE ({quote_name(name)})"]
    if not isinstance(change.column, Column):
        raise ValueError(
            "Removing a unique constraint requires a Column instance to be passed as the column arg "
            "instead of a string."
        )
    return [
        await drop_index_sql(catalog, table, index)
        for index, (unique, columns) in (await catalog.indexes(table)).items()
        if unique and columns == (name,) and index != "PRIMARY"
    ]


async def _add_constraint(_: Catalog, table: TableName, add: AddConstraint) -> Statements:
    return [f"ALTER TABLE {table.sql} ADD {constraint_sql(add.constraint)}"]


async def _drop_constraint(catalog: Catalog, table: TableName, drop: DropConstraint) -> Statements:
    name = within_limit(drop.constraint_name)
    found = (await catalog.constraints(table)).get(name)
    if found is None:
        return []
    if found.kind == "UNIQUE":
        return [await drop_index_sql(catalog, table, name)]
    clause = "FOREIGN KEY" if found.kind == "FOREIGN KEY" else "CONSTRAINT"
    return [f"ALTER TABLE {table.sql} DROP {clause} {quote_name(name)}"]


async def _rename_constraint(catalog: Catalog, table: TableName, rename: RenameConstraint) -> Statements:
    """Rename an index, or drop another constraint and create it with the new name in the same statement."""
    old, new = quote_name(within_limit(rename.old_name)), quote_name(within_limit(rename.new_name))
    found = (await catalog.constraints(table)).get(within_limit(rename.old_name))
    if found is None:
        raise ValueError(f"{table.name} has no constraint {rename.old_name}.")
    if found.kind == "UNIQUE":
        return [f"ALTER TABLE {table.sql} RENAME INDEX {old} TO {new}"]
    if found.kind == "CHECK":
        clause = (await catalog.checks(table))[found.name]
        return [f"ALTER TABLE {table.sql} DROP CONSTRAINT {old}, ADD CONSTRAINT {new} CHECK ({clause})"]
    key = next(key for key in await catalog.foreign_keys(table) if key.name == found.name)
    again = add_foreign_key(
        within_limit(rename.new_name),
        key.columns[0],
        key.target,
        key.target_columns[0],
        key.on_delete,
        key.on_update,
    )
    return [f"ALTER TABLE {table.sql} DROP FOREIGN KEY {old}, ADD {again}"]


async def _drop_table(catalog: Catalog, table: TableName, drop: DropTable) -> Statements:
    """Drop a table; with ``cascade`` also the foreign keys of other tables that refer to it."""
    statements = []
    if drop.cascade:
        statements = [
            f"ALTER TABLE {key.table.sql} DROP FOREIGN KEY {quote_name(key.name)}"
            for key in await catalog.foreign_keys(table, of_others=True)
            if key.table != table
        ]
    exists = "IF EXISTS " if drop.if_exists else ""
    return [*statements, f"DROP TABLE {exists}{table.sql}"]


def _step(plan: Any, table: TableName, statement: Any) -> DDLStep:
    async def step(catalog: Catalog) -> Statements:
        planned: Statements = await plan(catalog, table, statement)
        return planned

    return step


def _fixed(sql: str) -> DDLStep:
    async def step(_: Catalog) -> Statements:
        return [sql]

    return step


def _changes(self: Alter) -> Iterator[tuple[Any, Sequence[Any]]]:
    """Yield the requested changes in order of execution."""
    yield _drop_constraint, self._drop_constraint
    yield _add_column, self._add
    yield _add_foreign_key, self._add_foreign_key_constraint
    yield _rename_column, self._rename_columns
    yield _rename_constraint, self._rename_constraint
    yield _drop_column, self._drop
    yield _drop_default, self._drop_default
    yield _set_column_type, self._set_column_type
    yield _set_unique, self._set_unique
    yield _set_null, self._set_null
    yield _set_length, self._set_length
    yield _set_default, self._set_default
    yield _set_digits, self._set_digits
    yield _add_constraint, self._add_constraint


def _alter(self: Alter) -> Sequence[str]:
    table = table_name(self.table)
    if self._drop_table is not None:
        return [PlannedDDL(self._drop_table.ddl, _step(_drop_table, table, self._drop_table))]
    shown, steps = [], []
    for plan, statements in _changes(self):
        shown += [_added(one) if isinstance(one, AddColumn) else one.ddl for one in statements]
        steps += [_step(plan, table, statement) for statement in statements]
    for rename in self._rename_table:
        shown.append(rename.ddl)
        steps.append(_fixed(f"RENAME TABLE {table.sql} TO {TableName(rename.new_name, table.schema).sql}"))
    for move in self._set_schema:
        shown.append(move.ddl)
        steps.append(_fixed(f"RENAME TABLE {table.sql} TO {TableName(table.name, move.schema_name).sql}"))
    return [PlannedDDL(f"ALTER TABLE {table.sql} {', '.join(shown)}", *steps)]


_RAW_DROP = re.compile(
    r"\s*DROP\s+TABLE\s+(IF\s+EXISTS\s+)?[\"`]?([\w$]+)[\"`]?\s+CASCADE\s*;?\s*", re.IGNORECASE
)


class RawDrop(Steps):
    """A handwritten ``DROP TABLE … CASCADE``. MySQL would ignore CASCADE."""

    __slots__ = ()

    async def run(self, work: Work) -> list[dict[str, Any]]:
        found = _RAW_DROP.fullmatch(self.template)
        assert found is not None
        drop = DropTable(table=Table, cascade=True, if_exists=bool(found.group(1)))
        for statement in await _drop_table(Catalog(work.session), TableName(found.group(2)), drop):
            await run_ddl(work.session, statement, work.watch)
        return []


def _raw(self: Raw) -> Sequence[QueryString]:
    querystring = self.querystring
    if not querystring.args and _RAW_DROP.fullmatch(querystring.template):
        return [RawDrop(querystring.template, table=self.table)]
    return [querystring]


PATCHES = (
    Patch(
        Raw,
        "mysql_querystrings",
        lambda _: property(_raw),
        "MySQL ignores the CASCADE of DROP TABLE",
        adds=True,
    ),
    Patch(
        Alter,
        "mysql_ddl",
        lambda _: property(_alter),
        "MySQL changes columns by restating them, and drops constraints by kind",
        adds=True,
    ),
)
