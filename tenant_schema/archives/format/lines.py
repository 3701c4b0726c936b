"""The lines of an archive: manifest, headers of tables, rows, sums and the trailer, and the digest of them.

An archive's plaintext is text in UTF-8, one JSON value a line. Lines that begin with ``[`` are rows, all
others are objects. :class:`ContentsDigest` computes the digest of contents, also of those of a database.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveOverLimit
from tenant_schema.archives.format.limits import MAX_COLUMNS, MAX_LINE, MAX_NAME, MAX_ROWS, MAX_TABLES

__all__ = [
    "FORMAT",
    "ArchivedTenant",
    "Column",
    "ContentsDigest",
    "Item",
    "Manifest",
    "Migrations",
    "Rows",
    "TableHeader",
    "TableSum",
    "Trailer",
    "decoded_rows",
    "encoded_line",
    "encoded_rows",
]

FORMAT: Final = 1
"""The version of the lines' grammar."""


class ArchivedTenant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whose archive it is.

    :ivar domains: the primary one first.
    :ivar admin_email: the address of an administrator at that time.
    """

    id: UUID
    slug: str
    name: str
    domains: tuple[str, ...] = ()
    admin_email: str | None = None


class Migrations(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The migrations of one Piccolo app that had been applied, in their order."""

    app: str
    names: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The first line: what the archive is. It is not part of the digest.

    :ivar format: the version of the lines' grammar.
    :ivar product: the version of Freehold that wrote it.
    :ivar taken_at: the moment whose contents it has, in UTC.
    :ivar engine: the kind of database: ``sqlite``, ``mariadb`` or ``mysql``.
    :ivar level: identifies the migrations and the seeds of the database.
    :ivar details: anything else, JSON-like.
    """

    product: str
    taken_at: datetime
    tenant: ArchivedTenant
    engine: str
    level: str = ""
    migrations: tuple[Migrations, ...] = ()
    details: dict[str, Any] = {}
    format: int = msgspec.field(default=FORMAT)


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its name and the kind of its values, such as ``text`` or ``timestamp``."""

    name: str
    kind: str


class TableHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """The line before a table's rows.

    :ivar details: anything else, JSON-like, part of the digest.
    """

    table: str
    columns: tuple[Column, ...]
    details: dict[str, Any] = {}


class TableSum(msgspec.Struct, frozen=True):
    """The line after a table's rows.

    :ivar end: the table's name.
    :ivar sha256: SHA-256 of the header's line and of the lines of rows, newlines included, in hex.
    """

    end: str
    rows: int
    sha256: str


class Trailer(msgspec.Struct, frozen=True):
    """The last line.

    :ivar digest: SHA-256 of the tables' names and sums, in hex.
    """

    digest: str
    tables: int
    rows: int


class Rows(msgspec.Struct, frozen=True):
    """Some rows of the table whose header came last: each a JSON array, without a newline."""

    lines: tuple[bytes, ...] | list[bytes]


Item = Manifest | TableHeader | Rows | TableSum | Trailer
"""What a reader yields, in this order."""

_encoder: Final = msgspec.json.Encoder()
_rows_decoder: Final = msgspec.json.Decoder(list[Any])


def encoded_line(value: Manifest | TableHeader | TableSum | Trailer) -> bytes:
    """Return a line that is no row, with its newline. Raises ``ArchiveOverLimit``."""
    line = _encoder.encode(value)
    if len(line) > MAX_LINE:
        raise ArchiveOverLimit(f"A line of an archive has at most {MAX_LINE} bytes.")
    return line + b"\n"


def encoded_rows(lines: Sequence[bytes]) -> bytes:
    """Join rows to the bytes that an archive has of them.

    Raises :class:`ValueError` if one is not the JSON array of a row on one line, as far as that can be seen
    from its first byte and its newlines; ``ArchiveOverLimit`` if one is too long.
    """
    if not lines:
        return b""
    if max(map(len, lines)) > MAX_LINE:
        raise ArchiveOverLimit(f"A row of an archive has at most {MAX_LINE} bytes.")
    joined = b"\n".join(lines)
    starts = joined.count(b"\n[") + joined.startswith(b"[")
    if starts != len(lines) or joined.count(b"\n") != len(lines) - 1:
        raise ValueError("A row is a JSON array on one line.")
    return joined + b"\n"


def decoded_rows(header: TableHeader, rows: Rows) -> list[list[Any]]:
    """Parse rows: a list of as many values as the table has columns for each.

    Raises :class:`~tenant_schema.archives.format.errors.ArchiveDamaged`.
    """
    decode, width = _rows_decoder.decode, len(header.columns)
    try:
        found = [decode(line) for line in rows.lines]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ArchiveDamaged("A row is not a JSON array.") from None
    if any(len(row) != width for row in found):
        raise ArchiveDamaged("A row has not as many values as its table has columns.")
    return found


class ContentsDigest:
    """Computes the sums of tables and the digest of the whole, from the lines in the order of an archive.

    The digest depends on the tables' headers and rows, and on nothing else: neither on the order of the
    tables nor on the manifest.
    """

    def __init__(self) -> None:
        self._sums: dict[str, TableSum] = {}
        self._hash = hashlib.sha256()
        self._table: str | None = None
        self._rows = 0
        self._all_rows = 0

    @property
    def is_in_table(self) -> bool:
        """Whether a table was begun and not ended."""
        return self._table is not None

    @property
    def row_count(self) -> int:
        """The rows so far, of all tables."""
        return self._all_rows

    @property
    def table_count(self) -> int:
        """The tables that were ended."""
        return len(self._sums)

    def table(self, header: TableHeader) -> bytes:
        """Begin a table and return its line. Raises :class:`ValueError`, ``ArchiveOverLimit``."""
        line = encoded_line(header)
        self.begin(header, line)
        return line

    def begin(self, header: TableHeader, line: bytes) -> None:
        """Begin a table whose line is known. Raises :class:`ValueError`, ``ArchiveOverLimit``."""
        if self._table is not None:
            raise ValueError("The table before was not ended.")
        if header.table in self._sums:
            raise ValueError("A table is in an archive once.")
        names = [column.name for column in header.columns]
        if len(set(names)) != len(names):
            raise ValueError("A column is in a table once.")
        self._check(header, names)
        self._table, self._rows = header.table, 0
        self._hash = hashlib.sha256(line)

    def rows(self, lines: Sequence[bytes]) -> bytes:
        """Add rows and return their bytes. Raises :class:`ValueError`, ``ArchiveOverLimit``."""
        data = encoded_rows(lines)
        self.add(data, len(lines))
        return data

    def add(self, data: bytes, count: int) -> None:
        """Add ``count`` rows whose bytes, newlines included, are known."""
        if self._table is None:
            raise ValueError("Rows are in a table.")
        self._hash.update(data)
        self._rows += count
        self._all_rows += count
        if self._all_rows > MAX_ROWS:
            raise ArchiveOverLimit(f"An archive has at most {MAX_ROWS} rows.")

    def end_table(self) -> TableSum:
        """End the table."""
        if self._table is None:
            raise ValueError("No table was begun.")
        found = TableSum(self._table, self._rows, self._hash.hexdigest())
        self._sums[self._table] = found
        self._table = None
        return found

    def finish(self) -> str:
        """Return the digest of the whole in hex."""
        if self._table is not None:
            raise ValueError("The last table was not ended.")
        whole = hashlib.sha256()
        for name in sorted(self._sums):
            whole.update(f"{name} {self._sums[name].sha256}\n".encode())
        return whole.hexdigest()

    def trailer(self) -> Trailer:
        """Return the last line's value."""
        return Trailer(self.finish(), self.table_count, self.row_count)

    def _check(self, header: TableHeader, columns: Sequence[str]) -> None:
        if len(self._sums) >= MAX_TABLES:
            raise ArchiveOverLimit(f"An archive has at most {MAX_TABLES} tables.")
        if len(columns) > MAX_COLUMNS:
            raise ArchiveOverLimit(f"A table has at most {MAX_COLUMNS} columns.")
        if not all(0 < len(name) <= MAX_NAME and name.isprintable() for name in (header.table, *columns)):
            raise ArchiveOverLimit(f"A name has 1 to {MAX_NAME} characters, none of them invisible.")
