"""Operations as SQL for MySQL and MariaDB.

DDL is written as SQL because Piccolo has no expressions for most of it. Names are validated and quoted by
:func:`piccolo_engines.identifiers.quote`; values are literals that the engine has written.
"""

from collections.abc import Sequence

from piccolo_engines.identifiers import quote
from tenant_schema.objects.changes.decide.key_names import composite_columns, limited
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
    FillKeys,
    FillSearch,
    NumberRecords,
    Operation,
    WidenIndex,
)
from tenant_schema.objects.changes.decide.shapes import ColumnShape, IndexShape, TableShape
from tenant_schema.objects.model.search_index import words_table

__all__ = ["index_name", "reference_name", "script", "statements"]


def index_name(table: str, column: str, *, unique: bool) -> str:
    """The name that the engine gives the index in a migration."""
    return limited(table, column, *(("key",) if unique else ()))


def reference_name(table: str, column: str) -> str:
    """The name that the engine gives the constraint in a migration. Names are unique in a database."""
    return limited(table, column, "fkey")


def statements(operation: Operation, collation: str) -> list[str]:
    """Return the SQL of an operation: at most one statement, so that it is executed whole or not at all.

    :param collation: of new tables.
    """
    match operation:
        case CreateTable(_, shape):
            return [_create(shape, collation)]
        case DropTable(table, _):
            return [f"DROP TABLE {quote(table)}"]
        case AddSearch(table, columns):
            return [_create_words(table, columns)]
        case DropSearch(table, columns):
            return [f"DROP TABLE IF EXISTS {quote(words_table(table, columns))}"]
        case NumberRecords() | FillSearch(_, _, None) | FillKeys(_, _, _, None):
            return []
    return [f"ALTER TABLE {quote(operation.table)} {_alteration(operation)}"]


def script(operations: Sequence[Operation], collation: str) -> list[str]:
    """Return the SQL of operations on tables without records: the alterations of a table are one statement.

    :param collation: of new tables.
    """
    alterations: dict[str, list[str]] = {}
    others: list[str] = []
    for operation in operations:
        match operation:
            case NumberRecords() | FillSearch() | FillKeys():
                continue
            case CreateTable() | DropTable() | AddSearch() | DropSearch():
                others += statements(operation, collation)
            case _:
                alterations.setdefault(operation.table, []).append(_alteration(operation))
    return [f"ALTER TABLE {quote(table)} {', '.join(each)}" for table, each in alterations.items()] + others


def _alteration(operation: Operation) -> str:
    match operation:
        case AddColumn(_, column, default):
            return f"ADD COLUMN {column.definition}{_default_clause(column, default)}"
        case DropColumn(_, column):
            return f"DROP COLUMN {quote(column.name)}"
        case ConvertColumn(_, _, after):
            return f"MODIFY COLUMN {quote(after.name)} {after.type} DEFAULT NULL"
        case AddReference(table, column):
            return f"ADD {_reference(table, column)}"
        case DropReference(table, column):
            return f"DROP FOREIGN KEY {quote(reference_name(table, column.name))}"
        case FillSearch() | FillKeys():
            return "COMMENT = ''"  # it changes nothing, but waits for the transactions that use the table
        case DropOldSearch(_, index):
            return f"DROP INDEX {quote(index)}, FORCE"
    return _index_alteration(operation)


def _index_alteration(operation: Operation) -> str:
    match operation:
        case AddIndex(table, column, unique, tail):
            return f"ADD {_index(table, column, tail, unique=unique)}"
        case DropIndex(table, column, unique):
            return f"DROP INDEX {quote(index_name(table, column, unique=unique))}"
        case WidenIndex(table, column, tail):
            name = quote(index_name(table, column, unique=False))
            return f"DROP INDEX {name}, ADD {_index(table, column, tail, unique=False)}"
        case AddCompositeIndex(_, index):
            return f"ADD {_composite(index)}"
        case DropCompositeIndex(_, index):
            return f"DROP INDEX {quote(index.name)}"
    raise AssertionError(operation)


def _default_clause(column: ColumnShape, default: str | None) -> str:
    """Generated columns have no default."""
    is_generated = " GENERATED ALWAYS AS " in column.definition
    return "" if is_generated else f" DEFAULT {_default(column, default)}"


def _default(column: ColumnShape, default: str | None) -> str:
    """Long texts and JSON accept only expressions as defaults."""
    if default is None:
        return "NULL"
    is_long = any(word in column.type.upper() for word in ("TEXT", "BLOB", "JSON"))
    return f"({default})" if is_long else default


def _create(shape: TableShape, collation: str) -> str:
    name = shape.name
    parts = [one.definition for one in shape.columns]
    parts += [
        _index(name, one.name, one.tail, unique=one.unique)
        for one in shape.columns
        if one.index or one.unique
    ]
    parts += [_composite(one) for one in shape.indexes]
    parts += [_reference(name, one) for one in shape.columns if one.reference]
    return f"CREATE TABLE {quote(name)} ({', '.join(parts)}) DEFAULT CHARSET=utf8mb4 COLLATE={collation}"


def _index(table: str, column: str, tail: Sequence[str], *, unique: bool) -> str:
    kind = "UNIQUE INDEX" if unique else "INDEX"
    columns = [column] if unique else [column, *tail]
    return f"{kind} {quote(index_name(table, column, unique=unique))} ({', '.join(map(quote, columns))})"


def _composite(index: IndexShape) -> str:
    kind = "UNIQUE INDEX" if index.unique else "INDEX"
    return f"{kind} {quote(index.name)} ({composite_columns(index.parts)})"


def _reference(table: str, column: ColumnShape) -> str:
    assert column.reference is not None
    target, on_delete = quote(column.reference.table), column.reference.on_delete
    name = quote(reference_name(table, column.name))
    return (
        f'CONSTRAINT {name} FOREIGN KEY ({quote(column.name)}) REFERENCES {target} ("id") '
        f"ON DELETE {on_delete} ON UPDATE CASCADE"
    )


def _create_words(table: str, columns: tuple[str, ...]) -> str:
    """The table of words, see :mod:`tenant_schema.objects.model.search_index`."""
    name = words_table(table, columns)
    words = [f"{quote(one)} LONGTEXT NOT NULL" for one in columns]
    parts = [
        '"id" BINARY(16) NOT NULL PRIMARY KEY',
        '"source" INT UNSIGNED NOT NULL',
        *words,
        f'FULLTEXT INDEX "words" ({", ".join(map(quote, columns))})',
        f'CONSTRAINT {quote(limited(name, "fkey"))} FOREIGN KEY ("id") REFERENCES {quote(table)} ("id") '
        "ON DELETE CASCADE",
    ]
    return (
        f"CREATE TABLE IF NOT EXISTS {quote(name)} ({', '.join(parts)}) "
        "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
    )
