"""How many bytes of a row the fields of an object take on MySQL and MariaDB, and the storage of their texts.

A row has two limits. Its columns declare at most 65,535 bytes, at four bytes a character. At most 8,126 bytes
are stored in the page: a column of up to 255 bytes counts in full, a longer one with what stays in the page
when its value is moved out. Texts of up to 63 characters are therefore declared longer than they may be, so
that they can be moved out. Texts become LONGTEXT, which declares next to nothing, when they are long or when
half of the declared bytes are used. The other half is for texts with an index, which a LONGTEXT cannot have.

The storage of a field is decided when it is created, or by a change that requires it, and stored with the
field (``storage``). SQLite has no such limits.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Column,
    Date,
    Integer,
    Numeric,
    Text,
    Time,
    Timestamptz,
    Varchar,
)

from piccolo_engines.columns import SortKey
from piccolo_engines.sort_keys import SORT_KEY_BYTES
from tenant_schema.objects.model.runtime_table import system_columns

__all__ = ["MARIADB", "MYSQL", "SQLITE", "RowLimits", "RowUse", "Storage", "choose_storage", "declared"]


class Storage(StrEnum):
    """How the text of a field is stored."""

    PLAIN = ""
    """As its type has it: a VARCHAR of as many characters as it takes."""
    WIDE = "wide"
    """A VARCHAR that is declared longer, so that its value can be moved out of the page."""
    LONG = "long"
    """A LONGTEXT."""
    PACKED = "packed"
    """StatementGroup with others in one document, where a row has no room for more texts."""


@dataclass(frozen=True, slots=True)
class RowUse:
    """The bytes that a row takes of the two limits."""

    declared: int
    in_page: int
    most_declared: int
    most_in_page: int

    @property
    def fits(self) -> bool:
        """Whether the database accepts such a table."""
        return self.declared <= self.most_declared and self.in_page <= self.most_in_page


@dataclass(frozen=True, slots=True)
class RowLimits:
    """The limits of one kind of database.

    :ivar moved: the bytes in the page of a value that can be moved out; None if there are no limits.
    :ivar packs: from how many bytes in the page on texts are packed, None for never; the rest is for columns
        of other types.
    """

    name: str
    moved: int | None = None
    packs: int | None = None

    def use(self, columns: Iterable[Column], packed: int = 0) -> RowUse:
        """Return the bytes that a row with these columns takes, the system columns included.

        :param packed: how many further fields are packed into one document.
        """
        if self.moved is None:
            return RowUse(0, 0, 0, 0)
        pack = [Text(null=True)] if packed else []
        every = [*system_columns().values(), *columns, *pack]
        sizes = [_size_of(column) for column in every]
        nulls = math.ceil(sum(column._meta.null for column in every) / 8)
        in_page = sum(self.moved if size.movable else size.in_page for size in sizes)
        in_all = sum(size.declared for size in sizes) + packed * _size_of(Text()).declared
        return RowUse(nulls + in_all, _RECORD + nulls + in_page, _MOST_DECLARED, _MOST_IN_PAGE)


SQLITE: Final = RowLimits("SQLite")
MYSQL: Final = RowLimits("MySQL", 41, packs=6_000)
"""Counts the 40 bytes that may stay of a value, and its length. What can be made can be filled."""
MARIADB: Final = RowLimits("MariaDB", 21)
"""Counts the pointer to a value, and its length: some 370 texts. Beyond 190, a record whose values all have
between 22 and 40 bytes does not fit, and is refused when it is written.
"""

_MOST_DECLARED: Final = 65_535
_FOR_PLAIN: Final = _MOST_DECLARED // 2
_MOST_IN_PAGE: Final = 8_125
_RECORD: Final = 5 + 6 + 7 + 8
"""InnoDB's header, transaction id and roll pointer, and the id of a row that has a full-text index."""
_MOVABLE: Final = 64
"""Characters of which a VARCHAR can be moved out: 256 bytes."""
_SMALL: Final = 10
"""Characters that take no more than what stays of a longer text."""
_LONGEST_PLAIN: Final = 255
_BYTES: Final[Mapping[type[Column], int]] = {
    UUID: 16,
    BigInt: 8,
    Integer: 4,
    Boolean: 1,
    Date: 3,
    Time: 6,
    Timestamptz: 8,
}


def choose_storage(length: int, *, needs_index: bool, spent: int, now: str | None = None) -> Storage:
    """Return the storage of a text of at most ``length`` characters.

    :param spent: the bytes that the other fields declare, see :func:`declared`.
    :param now: the storage of an existing field, which is kept if possible.
    """
    short = Storage.WIDE if _SMALL < length < _MOVABLE else Storage.PLAIN
    if needs_index:
        return short if now in {None, Storage.LONG, Storage.PACKED} else Storage(now)
    most = 4 * max(length, _MOVABLE)
    if now == Storage.PACKED:
        return Storage.PACKED
    if now is not None:
        return Storage(now) if spent + most <= _MOST_DECLARED else Storage.LONG
    return short if length <= _LONGEST_PLAIN and spent + most <= _FOR_PLAIN else Storage.LONG


def declared(column: Column) -> int:
    """Return the bytes that the row declares for the column."""
    return _size_of(column).declared


@dataclass(frozen=True, slots=True)
class _Size:
    in_page: int
    declared: int
    movable: bool = False


def _size_of(column: Column) -> _Size:
    if isinstance(column, SortKey):
        return _Size(SORT_KEY_BYTES + 2, SORT_KEY_BYTES + 2, movable=True)
    if isinstance(column, Text):
        return _Size(0, 12, movable=True)
    if isinstance(column, Varchar):
        longest = 4 * (column.length or 0)
        return _Size(longest + 1, longest + (1 if longest < 256 else 2), movable=longest > 255)
    if isinstance(column, Numeric):
        size = _decimal_bytes(*(column.digits or (10, 0)))
    else:
        size = next(size for kind, size in _BYTES.items() if isinstance(column, kind))
    return _Size(size, size)


def _decimal_bytes(precision: int, scale: int) -> int:
    """Nine digits take four bytes, the remaining digits one byte for two; before and after the point
    separately.
    """
    return sum(digits // 9 * 4 + (digits % 9 + 1) // 2 for digits in (precision - scale, scale))
