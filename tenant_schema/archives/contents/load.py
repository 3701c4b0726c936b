"""Loads the items of an archive into the bound database, which is new and has the archive's migrations.

Nothing counts before :meth:`ContentsLoad.finish`: whoever loads drops the database after an error.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable
from piccolo_engines.bulk.transactions import Encoded, Load
from piccolo_engines.errors import IntegrityViolation, SchemaMismatch, UnstorableValue
from tenant_schema.archives.contents.definitions import (
    decided_definitions,
    field_row_from,
    object_row_from,
)
from tenant_schema.archives.contents.errors import ContentsDoNotFit, ContentsInvalid, ContentsUnknown
from tenant_schema.archives.contents.record_tables import RecordTable, complete_tables, create_tables
from tenant_schema.archives.contents.tables import (
    FIELDS,
    OBJECTS,
    OF_THIS_TENANT,
    Convert,
    system_tables,
)
from tenant_schema.archives.format.lines import Rows, TableHeader, TableSum, decoded_rows
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.model.search_words import words_row

__all__ = ["ContentsLoad", "LoadedTable"]

_KEPT_AFTER: Final = 100_000
"""Rows that are committed together: a transaction of all of them would need the room of the whole archive."""


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table that was loaded, to be read again and compared."""

    table: BulkTable
    sum: TableSum


@dataclass(slots=True)
class _Open:
    """The table whose rows are coming in. ``into`` is None if they are left out."""

    header: TableHeader
    into: BulkTable | None
    words: tuple[BulkTable, tuple[str, ...]] | None = None
    places: tuple[int, ...] = ()
    collected: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class ContentsLoad:
    """Takes what an :class:`~tenant_schema.archives.format.reader.ArchiveReader` yields after the manifest.

    Each method raises :class:`~tenant_schema.archives.contents.errors.ContentsError`.

    :param load: the open transaction.
    :param as_other_tenant: whether the database is another tenant's than the archive.
    """

    load: Load
    open_secret: Convert
    seal_secret: Convert
    as_other_tenant: bool
    loaded: list[LoadedTable] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    _system: dict[str, BulkTable] = field(default_factory=dict)
    _records: dict[str, RecordTable] = field(default_factory=dict)
    _definitions: Definitions | None = None
    _objects: list[Any] = field(default_factory=list)
    _open: _Open | None = None
    _since_kept: int = 0
    _writing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._system = {one.name: one for one in system_tables(self.open_secret, self.seal_secret)}

    def table(self, header: TableHeader) -> None:
        """Begin a table."""
        name = header.table
        if self.as_other_tenant and name in OF_THIS_TENANT:
            self._open = _Open(header, None)
        elif name in (OBJECTS, FIELDS):
            self._open = _Open(header, _matching(header, self._system[name]), collected=[])
        elif name in self._system:
            self._open = _Open(header, _matching(header, self._system[name]))
        elif name in self._records:
            found = self._records[name]
            names = [one.name for one in header.columns]
            into = _matching(header, found.rows, whole=True)
            places = () if found.words is None else tuple([names.index(one) for one in found.words[1]])
            self._open = _Open(header, into, found.words, (names.index("id"), *places))
        else:
            raise ContentsUnknown(
                f"The archive has the table {name!r}, which this installation does not know."
            )

    async def add(self, rows: Rows) -> None:
        """Insert rows of the table. They are being written when this returns."""
        now = self._open
        assert now is not None, "the reader yields rows inside of a table only"
        self.rows += len(rows.lines)
        if now.collected is not None:
            names = [one.name for one in now.header.columns]
            decoded = await asyncio.to_thread(decoded_rows, now.header, rows)
            now.collected += [dict(zip(names, row, strict=True)) for row in decoded]
        else:
            encoded = await asyncio.to_thread(self._encoded, now, rows)  # while the rows before are written
            await self._written()
            self._since_kept += len(rows.lines)
            self._writing = asyncio.create_task(self._write(encoded))

    async def end_table(self, found: TableSum) -> None:
        """End the table."""
        now, self._open = self._open, None
        assert now is not None, "the reader yields a sum behind a table only"
        await self._written()
        if now.into is None:
            self.left_out[found.end] = found.rows
            return
        if now.header.table == OBJECTS:
            self._objects = [now]
        elif now.header.table == FIELDS:
            await self._define(self._objects, now)
        self.loaded.append(LoadedTable(now.into, found))

    async def finish(self) -> None:
        """Complete the tables of records, and check the references of all rows."""
        await self._written()
        if self._definitions is None:
            raise ContentsInvalid("The archive has no definitions.")
        with _explained():
            await self.load.keep()
            await complete_tables(self._definitions)
            broken = await self.load.broken_reference()
        if broken is not None:
            raise ContentsInvalid(f"A row of {broken} in the archive refers to one that is not there.")

    async def give_up(self) -> None:
        """Stop writing, after an error."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(Exception, asyncio.CancelledError):
                await self._writing

    async def _written(self) -> None:
        """Wait for the rows that are being written."""
        task, self._writing = self._writing, None
        if task is not None:
            await task
            if self._since_kept > _KEPT_AFTER:
                self._since_kept = 0
                await self.load.keep()

    def _encoded(self, now: _Open, rows: Rows) -> list[Encoded]:
        """The rows with their words, for the database. Rows that are left out are only checked."""
        decoded = decoded_rows(now.header, rows)
        if now.into is None:
            return []
        with _explained():
            found = [self.load.encode(now.into, decoded)]
            if now.words is not None:
                key, *texts = now.places
                words = [words_row(row[key], [row[place] for place in texts]) for row in decoded]
                found.append(self.load.encode(now.words[0], words))
        return found

    async def _write(self, encoded: Sequence[Encoded]) -> None:
        with _explained():
            await self.load.write(*encoded)

    async def _define(self, objects: Sequence[_Open], fields: _Open) -> None:
        """Insert the definitions as they are decided for this database, and create the tables of records."""
        if not objects:
            raise ContentsInvalid("The archive has fields before it has objects.")
        limits = await dialect_of_bound().row_limits()
        object_rows = [object_row_from(row) for row in objects[0].collected or ()]
        field_rows = [field_row_from(row) for row in fields.collected or ()]
        self._definitions = definitions = decided_definitions(object_rows, field_rows, limits)
        decided = {str(one.id): one for _, each in definitions.rows for one in each}
        for one in fields.collected or ():
            row = decided[one["id"]]
            one.update(storage=row.storage, sort_key=row.sort_key)
        with _explained():
            await self._insert_collected(objects[0])
            await self._insert_collected(fields, _DECIDED)
            await self.load.keep()
            self._records = await create_tables(definitions)

    async def _insert_collected(self, now: _Open, more: tuple[BulkColumn, ...] = ()) -> None:
        assert now.into is not None, "definitions are never left out"
        table = BulkTable(now.into.name, (*now.into.columns, *more))
        names = [one.name for one in table.columns]
        rows = [[row[name] for name in names] for row in now.collected or ()]
        await self.load.write(self.load.encode(table, rows))


_KINDS: Final = frozenset(Kind)
_DECIDED: Final = (BulkColumn("storage", Kind.TEXT), BulkColumn("sort_key", Kind.BOOLEAN))


def _matching(header: TableHeader, known: BulkTable, *, whole: bool = False) -> BulkTable:
    """The table with the columns of the archive, in its order.

    An archive of an earlier version may have other columns of a system table; the database has them, too, at
    the level of the archive.
    """
    columns = {one.name: one for one in known.columns}
    found = []
    for one in header.columns:
        column = columns.pop(one.name, None)
        if column is None and not whole and one.kind in _KINDS:
            column = BulkColumn(one.name, Kind(one.kind))
        if column is None or column.kind.value != one.kind:
            raise ContentsUnknown(
                f"The column {one.name!r} of {header.table!r} in the archive is not known here."
            )
        found.append(column)
    if (whole and columns) or known.key in columns:
        raise ContentsInvalid(f"The archive lacks columns of the table {header.table!r}.")
    return replace(known, columns=tuple(found))


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database refuses into an error of the archive."""
    try:
        yield
    except UnstorableValue as error:
        raise ContentsDoNotFit(f"A value in the archive cannot be stored here. {error}") from error
    except (IntegrityViolation, SchemaMismatch) as error:
        raise ContentsInvalid(f"A row in the archive cannot be stored. {error}") from error
