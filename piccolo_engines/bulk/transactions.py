"""The protocols of transactions for whole tables: ``snapshot()`` and ``load()`` of an engine."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from piccolo_engines.bulk.tables import BulkTable, Page

__all__ = ["BulkEngine", "Encoded", "Load", "Snapshot"]

Encoded = Any
"""Rows as :meth:`Load.encode` returns them: a form of the engine."""


class Snapshot(Protocol):
    """Everything that is read inside of its block, also by Piccolo's queries, is as it was at one moment.

    Others may write meanwhile. A table that was altered since that moment raises
    :class:`~piccolo_engines.errors.SchemaMismatch` when it is read for the first time; from then on it cannot
    be altered until the end of the block.
    """

    @property
    def database(self) -> str:
        """The kind of database: ``sqlite``, ``mariadb`` or ``mysql``."""

    async def read_page(self, table: BulkTable, after: object, limit: int) -> Page:
        """Return the next ``limit`` rows behind the key ``after``; the first ones if that is None."""

    async def count(self, table: BulkTable) -> int:
        """Return the number of rows of the table."""


class Load(Protocol):
    """A transaction for many rows, which may refer to rows that come later."""

    def encode(self, table: BulkTable, rows: Sequence[Sequence[Any]]) -> Encoded:
        """Return rows, decoded from lines, as :meth:`write` takes them. Any thread may call it.

        Raises :class:`~piccolo_engines.errors.UnstorableValue` for a value that is not of its column's kind.
        """

    async def write(self, *encoded: Encoded) -> None:
        """Insert encoded rows, together where the database can do so."""

    async def keep(self) -> None:
        """Commit what was inserted so far, and begin another transaction."""

    async def broken_reference(self) -> str | None:
        """Return the name of a table with a row that refers to a missing one; None if there is none."""


class BulkEngine(Protocol):
    """An engine with such transactions."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Return a snapshot for ``async with``."""

    def load(self) -> AbstractAsyncContextManager[Load]:
        """Return a load for ``async with``."""
