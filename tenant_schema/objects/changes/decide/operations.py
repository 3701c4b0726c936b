"""The operations of changes and their inverses, as data for the journal."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from tenant_schema.objects.changes.decide.shapes import ColumnShape, IndexShape, TableShape

__all__ = [
    "AddColumn",
    "AddCompositeIndex",
    "AddIndex",
    "AddReference",
    "AddSearch",
    "ConvertColumn",
    "CreateTable",
    "DropColumn",
    "DropCompositeIndex",
    "DropIndex",
    "DropOldSearch",
    "DropReference",
    "DropSearch",
    "DropTable",
    "FillKeys",
    "FillSearch",
    "NumberRecords",
    "Operation",
    "WidenIndex",
    "inverse",
]


class _Operation(msgspec.Struct, frozen=True, tag=True):
    """``table`` is the physical name."""

    table: str


class CreateTable(_Operation, frozen=True, tag=True):
    """Create the table with all its keys, and its search index where that is not a separate table."""

    shape: TableShape


class DropTable(_Operation, frozen=True, tag=True):
    """Drop the table with its indexes; a search index that is a separate table has been dropped before."""

    shape: TableShape


class AddColumn(_Operation, frozen=True, tag=True):
    """Add a column. ``default`` is an SQL literal for existing rows; None leaves them null.

    Keys are operations of their own, except references where the engine takes them with the column.
    """

    column: ColumnShape
    default: str | None = None


class DropColumn(_Operation, frozen=True, tag=True):
    """Drop the column, whose keys have been dropped before."""

    column: ColumnShape


class ConvertColumn(_Operation, frozen=True, tag=True):
    """Change the type or the reference of the column, and keep its values.

    ``moment`` is set when dates are converted to datetimes.
    """

    before: ColumnShape
    after: ColumnShape
    moment: bool = False


class AddIndex(_Operation, frozen=True, tag=True):
    """Create an index on one column, which ends with ``tail`` if it is not unique."""

    column: str
    unique: bool
    tail: tuple[str, ...] = ()


class DropIndex(_Operation, frozen=True, tag=True):
    """Drop the index that :class:`AddIndex` or a migration created."""

    column: str
    unique: bool
    tail: tuple[str, ...] = ()


class WidenIndex(_Operation, frozen=True, tag=True):
    """Replace the index on a column by one with the columns that it should end with."""

    column: str
    tail: tuple[str, ...]


class AddCompositeIndex(_Operation, frozen=True, tag=True):
    """Create an index of the object."""

    index: IndexShape


class DropCompositeIndex(_Operation, frozen=True, tag=True):
    """Drop an index that is none of a field."""

    index: IndexShape


class AddReference(_Operation, frozen=True, tag=True):
    """Add a foreign key. ``unchecked``: all values are known to be valid, so no row has to be read."""

    column: ColumnShape
    unchecked: bool = False


class DropReference(_Operation, frozen=True, tag=True):
    """Drop the foreign key."""

    column: ColumnShape


class AddSearch(_Operation, frozen=True, tag=True):
    """Create the full-text index over these columns, with the existing rows unless it is a separate table."""

    columns: tuple[str, ...]


class DropSearch(_Operation, frozen=True, tag=True):
    """Drop the full-text index over these columns."""

    columns: tuple[str, ...]


class FillSearch(_Operation, frozen=True, tag=True):
    """Write the missing and outdated rows of the table of words.

    :ivar after: seconds to wait until everything that was begun without the table has ended; None when no
        process
        knows of it yet.
    """

    columns: tuple[str, ...]
    after: float | None = None


class FillKeys(_Operation, frozen=True, tag=True):
    """Write the missing and outdated sort keys in ``column`` of the texts in ``source``.

    :ivar after: seconds to wait until everything that was begun without the column has ended; None when no
        process knows of it yet.
    """

    source: str
    column: str
    after: float | None = None


class DropOldSearch(_Operation, frozen=True, tag=True):
    """Drop the FULLTEXT index of the record table, and what InnoDB stores for it in every row."""

    index: str


class NumberRecords(_Operation, frozen=True, tag=True):
    """Number the existing records in the order of ids. ``field`` is the definition's id."""

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
    | WidenIndex
    | AddCompositeIndex
    | DropCompositeIndex
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
    """Return the operation that undoes one of the first half of a change, or None."""
    match operation:
        case CreateTable(table, shape):
            return DropTable(table, shape)
        case AddColumn(table, column):
            return DropColumn(table, column)
        case ConvertColumn(table, before, after):
            return ConvertColumn(table, after, before)
        case AddReference(table, column):
            return DropReference(table, column)
        case DropReference(table, column):
            return AddReference(table, column)
    other = _OPPOSITES.get(type(operation))
    return None if other is None else other(*msgspec.structs.astuple(operation))


_PAIRS: Final[Sequence[tuple[type[Operation], type[Operation]]]] = (
    (AddIndex, DropIndex),
    (AddCompositeIndex, DropCompositeIndex),
    (AddSearch, DropSearch),
)
_OPPOSITES: Final = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
