"""BulkTable: what is read of a table, or written into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from piccolo.columns import Column, Numeric

from piccolo_engines.bulk.kinds import Kind, kind_of
from piccolo_engines.columns import ExactNumeric

__all__ = ["BulkColumn", "BulkTable", "Page", "bulk_column"]


@dataclass(frozen=True, slots=True)
class BulkColumn:
    """A column.

    :ivar name: its name in the database.
    :ivar scale: the decimals of a decimal; None for as many as a value has.
    :ivar is_exact: whether SQLite stores its decimals as texts (:class:`ExactNumeric`).
    :ivar is_packed: whether MySQL stores its texts in the document of :attr:`BulkTable.pack`.
    :ivar shown: converts a text as it is stored to the one in the line. Not called for an empty text.
    :ivar stored: the reverse.
    """

    name: str
    kind: Kind
    scale: int | None = None
    is_exact: bool = False
    is_packed: bool = False
    shown: Callable[[str], str] | None = None
    stored: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class BulkTable:
    """A table, with some or all of its columns.

    :ivar key: the primary key, which is one of the columns.
    :ivar only: rows that have one of these texts in this column; None for all.
    :ivar sort_keys: columns of sort keys that are written along, by the column of the text. Where the
        database generates them, they are not.
    :ivar pack: the column of the document of packed texts; empty if there is none.
    :ivar is_null_by_default: whether the database stores NULL in every column that an INSERT does not name.
    """

    name: str
    columns: tuple[BulkColumn, ...]
    key: str = "id"
    only: tuple[str, tuple[str, ...]] | None = None
    sort_keys: tuple[tuple[str, str], ...] = ()
    pack: str = ""
    is_null_by_default: bool = False

    @property
    def key_place(self) -> int:
        """The place of the key among the columns."""
        return [one.name for one in self.columns].index(self.key)


class Page(NamedTuple):
    """Some rows of a table in the order of their keys.

    :ivar lines: a JSON array for each row, in UTF-8, without a newline.
    :ivar last: the key of the last row, as the driver has it; to read on behind it.
    """

    lines: list[bytes]
    last: object


def bulk_column(column: Column, *, is_packed: bool = False) -> BulkColumn:
    """Describe a Piccolo column. Raises :class:`~piccolo_engines.errors.Unsupported`."""
    digits = column.digits if isinstance(column, Numeric) else None
    return BulkColumn(
        column._meta.db_column_name,
        kind_of(column),
        scale=None if digits is None else digits[1],
        is_exact=isinstance(column, ExactNumeric),
        is_packed=is_packed,
    )
