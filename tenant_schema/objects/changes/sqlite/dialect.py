"""Schema changes on SQLite, where DDL is transactional: a change is one transaction.

DDL is written as SQL because Piccolo has no expressions for most of it. Names are validated and quoted by
:func:`piccolo_engines.identifiers.quote`; values are literals that SQLite itself has written.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from piccolo.columns import Column
from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.columns import DECIMAL_TYPE, ExactNumeric
from piccolo_engines.errors import LockTimeout
from piccolo_engines.identifiers import quote
from piccolo_engines.limits import without_limit
from piccolo_engines.sqlite.exact_decimals import DECIMAL_FITS, DECIMAL_KEY, DECIMAL_TEXT
from tenant_schema.objects.changes.decide.dialect import PlannedStatement
from tenant_schema.objects.changes.decide.key_names import composite_columns, limited
from tenant_schema.objects.changes.decide.operations import (
    AddColumn,
    AddCompositeIndex,
    AddIndex,
    AddSearch,
    ConvertColumn,
    CreateTable,
    DropColumn,
    DropCompositeIndex,
    DropIndex,
    DropSearch,
    DropTable,
    Operation,
    WidenIndex,
)
from tenant_schema.objects.changes.decide.shapes import ColumnShape, IndexShape, TableShape
from tenant_schema.objects.changes.sqlite.inspection import read_table, table_names
from tenant_schema.objects.changes.sqlite.search import add_search, drop_search
from tenant_schema.objects.definitions.row_budget import SQLITE, RowLimits
from tenant_schema.objects.errors import ObjectBusy

__all__ = ["SQLiteDialect"]

_TEXTS = ("VARCHAR", "TEXT")
_REBUILDING = (DropColumn, ConvertColumn, AddIndex, AddCompositeIndex, AddSearch)
"""Operations that read or write every row."""


class SQLiteDialect:
    """See :class:`tenant_schema.objects.changes.decide.dialect.Dialect`."""

    is_transactional = True
    keys_with_columns = True
    keys_generated = True
    search_apart = False

    def same_type(self, one: str, other: str) -> bool:
        """SQLite ignores lengths and digits, and has one type of text."""
        return _kind(one) == _kind(other)

    def text_length(self, column: str) -> str:
        """See :class:`~tenant_schema.objects.changes.decide.data_checks.Functions`."""
        return f"LENGTH({column})"

    def misfit_of_digits(self, column: str, kind: Column, precision: int, scale: int) -> str | None:
        """A condition for decimals that are kept as text with all their digits; None for other numbers."""
        is_exact = isinstance(kind, ExactNumeric)
        return f"NOT {DECIMAL_FITS}({column}, {precision}, {scale})" if is_exact else None

    @asynccontextmanager
    async def exclusive(self, wait: float) -> AsyncIterator[None]:
        """The transaction is the lock: SQLite has one writer."""
        transaction = DB.transaction()
        try:
            async with asyncio.timeout(wait):
                await transaction.__aenter__()
        except (LockTimeout, TimeoutError) as error:
            raise ObjectBusy from error
        try:
            with without_limit():  # an index on many records takes as long as it takes
                yield
        except BaseException as error:
            await transaction.__aexit__(type(error), error, error.__traceback__)
            raise
        await transaction.__aexit__(None, None, None)

    async def keep(self) -> None:
        """Does nothing: the whole change is committed at its end."""

    async def discard(self) -> None:
        """Does nothing: the whole change is rolled back at its end."""

    async def apply(self, operation: Operation) -> None:
        """See the protocol."""
        for statement in _statements(operation):
            await DB.run_ddl(statement)

    async def apply_to_new(self, operations: Sequence[Operation]) -> None:
        """See the protocol."""
        await DB.run_script([statement for one in operations for statement in _statements(one)])

    async def is_done(self, operation: Operation) -> bool:  # noqa: ARG002 - nothing is ever found half done
        """Always false: a change is committed whole or not at all."""
        return False

    async def plan(self, operations: Sequence[Operation]) -> list[PlannedStatement]:
        """See the protocol."""
        created = {one.table for one in operations if isinstance(one, CreateTable)}
        counts: dict[str, int] = {}
        planned = []
        for operation in operations:
            table = operation.table
            if table not in counts:
                counts[table] = 0 if table in created else await _count(table)
            rebuilds = isinstance(operation, _REBUILDING)
            rows = counts[table] if rebuilds or isinstance(operation, DropTable) else 0
            algorithm = "rebuild" if rebuilds else "metadata"
            planned += [PlannedStatement(one, algorithm, rows) for one in _statements(operation)]
        return planned

    async def row_limits(self) -> RowLimits:
        """SQLite has no limits that a definition can reach."""
        return SQLITE

    async def read(self, table: str) -> TableShape | None:
        """See the protocol."""
        return await read_table(table)

    async def unsearched(self, table: str, columns: Sequence[str]) -> int:  # noqa: ARG002 - triggers see to it
        """See the protocol."""
        return 0

    async def unkeyed(self, table: str, source: str, column: str) -> int:  # noqa: ARG002 - it is generated
        """See the protocol."""
        return 0

    async def tables(self) -> list[str]:
        """See the protocol."""
        return await table_names()

    async def literal(self, value: object) -> str:
        """See the protocol."""
        rows = await DB.run_querystring(QueryString("SELECT quote({}) AS written", value))
        return str(rows[0]["written"])


async def _count(table: str) -> int:
    rows = await DB.run_querystring(QueryString(f"SELECT COUNT(*) AS found FROM {quote(table)}"))  # noqa: S608 - quoted
    return int(rows[0]["found"])


def _kind(sql_type: str) -> str:
    kind = sql_type.upper().partition("(")[0]
    return "TEXT" if kind in _TEXTS else kind


def _statements(operation: Operation) -> list[str]:
    table = operation.table
    match operation:
        case CreateTable(_, shape):
            return _create(shape)
        case DropTable(_, shape):
            return _drop(shape)
        case AddSearch(_, columns):
            return add_search(table, columns)
        case DropSearch():
            return drop_search(table)
        case ConvertColumn():
            return _convert(operation)
    return _alterations(operation)


def _alterations(operation: Operation) -> list[str]:
    match operation:
        case AddColumn(table, column, default):
            value = f" DEFAULT {default}" if default is not None else ""
            return [f"ALTER TABLE {quote(table)} ADD COLUMN {column.definition}{value}{_references(column)}"]
        case DropColumn(table, column):
            return [f"ALTER TABLE {quote(table)} DROP COLUMN {quote(column.name)}"]
    return _index_statements(operation)


def _index_statements(operation: Operation) -> list[str]:
    table = operation.table
    match operation:
        case AddIndex(_, column, unique, tail):
            return [_index(table, column, tail, unique=unique)]
        case DropIndex(_, column, unique):
            return [f"DROP INDEX {quote(_index_name(table, column, unique=unique))}"]
        case WidenIndex(_, column, tail):
            drop = f"DROP INDEX {quote(_index_name(table, column, unique=False))}"
            return [drop, _index(table, column, tail, unique=False)]
        case AddCompositeIndex(_, index):
            return [_composite(table, index)]
        case DropCompositeIndex(_, index):
            return [f"DROP INDEX {quote(index.name)}"]
    return []


def _drop(shape: TableShape) -> list[str]:
    table = quote(shape.name)
    forget = [f"UPDATE {table} SET {quote(one.name)} = NULL" for one in _own_references(shape)]  # noqa: S608 - quoted
    return [*(drop_search(shape.name) if shape.search else []), *forget, f"DROP TABLE {table}"]


def _create(shape: TableShape) -> list[str]:
    parts = [one.definition + _references(one) for one in shape.columns]
    keys = [one for one in shape.columns if one.index or one.unique]
    return [
        f"CREATE TABLE {quote(shape.name)} ({', '.join(parts)})",
        *(_index(shape.name, one.name, one.tail, unique=one.unique) for one in keys),
        *(_composite(shape.name, one) for one in shape.indexes),
        *(add_search(shape.name, shape.search) if shape.search else []),
    ]


def _references(column: ColumnShape) -> str:
    if column.reference is None:
        return ""
    table, on_delete = quote(column.reference.table), column.reference.on_delete
    return f' REFERENCES {table} ("id") ON DELETE {on_delete} ON UPDATE CASCADE'


def _own_references(shape: TableShape) -> list[ColumnShape]:
    """The columns that refer to the table itself, which would prevent the deletion of its rows."""
    return [one for one in shape.columns if one.reference and one.reference.table == shape.name]


def _index_name(table: str, column: str, *, unique: bool) -> str:
    return limited(table, column, *(("key",) if unique else ()))


def _index(table: str, column: str, tail: Sequence[str], *, unique: bool) -> str:
    kind, name = "UNIQUE INDEX" if unique else "INDEX", _index_name(table, column, unique=unique)
    columns = [column] if unique else [column, *tail]
    return f"CREATE {kind} {quote(name)} ON {quote(table)} ({', '.join(map(quote, columns))})"


def _composite(table: str, index: IndexShape) -> str:
    kind = "UNIQUE INDEX" if index.unique else "INDEX"
    return f"CREATE {kind} {quote(index.name)} ON {quote(table)} ({composite_columns(index.parts)})"


def _convert(operation: ConvertColumn) -> list[str]:
    """Replace the column by a new one with its values. The table is not replaced: other tables refer to it,
    and dropping it would have the effect on them of deleting all its rows.
    """
    table, after = quote(operation.table), operation.after
    old, new = quote(after.name), quote(limited("new", after.name))
    value = f"{old} || ' 00:00:00+00:00'" if operation.moment else _converted(operation, old)
    definition = f"{new} {after.type}{_references(after)}"
    return [
        f"ALTER TABLE {table} ADD COLUMN {definition}",
        f"UPDATE {table} SET {new} = {value} WHERE {old} IS NOT NULL",  # noqa: S608 - quoted
        f"ALTER TABLE {table} DROP COLUMN {old}",
        f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}",
    ]


def _converted(operation: ConvertColumn, old: str) -> str:
    """The value as the new column stores it: decimals with many digits are texts."""
    was, is_exact = (_kind(one.type) == DECIMAL_TYPE for one in (operation.before, operation.after))
    if was == is_exact:
        return old
    return f"{DECIMAL_KEY}({old})" if is_exact else f"CAST({DECIMAL_TEXT}({old}) AS NUMERIC)"
