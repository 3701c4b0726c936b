"""The operations that changes are made of, with their inverses, as data that the journal can hold."""

from typing import TypeAlias

import msgspec

from tenant_schema.objects.changes.decide.shapes import ColumnShape, TableShape

__all__ = [
    "AddColumn",
    "AddIndex",
    "AddReference",
    "AddSearch",
    "ConvertColumn",
    "CreateTable",
    "DropColumn",
    "DropIndex",
    "DropOldSearch",
    "DropReference",
    "DropSearch",
    "DropTable",
    "FillKeys",
    "FillSearch",
    "NumberRecords",
    "Operation",
    "inverse",
]


class _Operation(msgspec.Struct, frozen=True, tag=True):
    """``table`` is the physical name."""

    table: str


class CreateTable(_Operation, frozen=True, tag=True):
    """The table with all its keys, and its search index where that is not a table of its own."""

    shape: TableShape


class DropTable(_Operation, frozen=True, tag=True):
    """The table with all that belongs to it; a search index that is a table of its own is gone already."""

    shape: TableShape


class AddColumn(_Operation, frozen=True, tag=True):
    """``default`` is an SQL literal that the rows there get; None leaves them null.

    Keys come with operations of their own, except references where the engine takes them with the column.
    """

    column: ColumnShape
    default: str | None = None


class DropColumn(_Operation, frozen=True, tag=True):
    """The column, whose keys are gone already."""

    column: ColumnShape


class ConvertColumn(_Operation, frozen=True, tag=True):
    """The column in another type, or with another reference, with its values.

    ``moment`` is set when days become moments.
    """

    before: ColumnShape
    after: ColumnShape
    moment: bool = False


class AddIndex(_Operation, frozen=True, tag=True):
    """An index on one column."""

    column: str
    unique: bool


class DropIndex(_Operation, frozen=True, tag=True):
    """The index that :class:`AddIndex` made, or a migration did."""

    column: str
    unique: bool


class AddReference(_Operation, frozen=True, tag=True):
    """A foreign key; ``unchecked`` says that all values are known to be good: no row has to be read."""

    column: ColumnShape
    unchecked: bool = False


class DropReference(_Operation, frozen=True, tag=True):
    """The foreign key alone."""

    column: ColumnShape


class AddSearch(_Operation, frozen=True, tag=True):
    """The full-text index over these columns; with the rows that are there, unless it is a table of its
    own.
    """

    columns: tuple[str, ...]


class DropSearch(_Operation, frozen=True, tag=True):
    """The full-text index over these columns."""

    columns: tuple[str, ...]


class FillSearch(_Operation, frozen=True, tag=True):
    """Rows in the table of words for the records that have none, or one of other texts than theirs.

    ``after`` so many seconds, when all that was begun without knowing of the table is over; None when nobody
    knows of it yet.
    """

    columns: tuple[str, ...]
    after: float | None = None


class FillKeys(_Operation, frozen=True, tag=True):
    """The sort keys of the texts in ``source`` that are not in ``column`` as they should be.

    ``after`` so many seconds, when all that was begun without knowing of the column is over; None when nobody
    knows of it yet.
    """

    source: str
    column: str
    after: float | None = None


class DropOldSearch(_Operation, frozen=True, tag=True):
    """The FULLTEXT index that the record table itself had, and what InnoDB keeps of it in every row."""

    index: str


class NumberRecords(_Operation, frozen=True, tag=True):
    """Gives the records that are there their numbers, in order of id; ``field`` is the definition's id."""

    field: str
    column: str


Operation: TypeAlias = (
    CreateTable
    | DropTable
    | AddColumn
    | DropColumn
    | ConvertColumn
    | AddIndex
    | DropIndex
    | AddReference
    | DropReference
    | AddSearch
    | DropSearch
    | FillKeys
    | FillSearch
    | DropOldSearch
    | NumberRecords
)


def inverse(operation: Operation) -> Operation | None:
    """What undoes an operation of the first half of a change; None where there is nothing to undo."""
    match operation:
        case CreateTable(table, shape):
            return DropTable(table, shape)
        case AddColumn(table, column):
            return DropColumn(table, column)
        case ConvertColumn(table, before, after):
            return ConvertColumn(table, after, before)
        case AddIndex(table, column, unique):
            return DropIndex(table, column, unique)
        case DropIndex(table, column, unique):
            return AddIndex(table, column, unique)
        case AddReference(table, column):
            return DropReference(table, column)
        case DropReference(table, column):
            return AddReference(table, column)
        case AddSearch(table, columns):
            return DropSearch(table, columns)
        case DropSearch(table, columns):
            return AddSearch(table, columns)
    return None
