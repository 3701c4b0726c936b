"""The protocol of a database for schema changes: DDL, a lock, and inspection of what was executed."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from tenant_schema.objects.changes.decide.data_checks import Functions
from tenant_schema.objects.changes.decide.diff import Rules
from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.changes.decide.shapes import TableShape
from tenant_schema.objects.definitions.row_budget import RowLimits

__all__ = ["PROBE", "Dialect", "PlannedStatement"]

PROBE = "freehold_probe_"
"""Prefix of the names of tables on which a dialect tries a change; one that died may leave one behind."""


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement of a plan. ``rows`` is the number of rows that have to be read or written for it."""

    ddl: str
    algorithm: str
    rows: int


class Dialect(Rules, Functions, Protocol):
    """One kind of database, as far as schema changes differ. Works on the bound engine."""

    @property
    def is_transactional(self) -> bool:
        """Whether DDL is rolled back with its transaction."""

    def exclusive(self, wait: float) -> AbstractAsyncContextManager[None]:
        """Hold the lock on changes of this tenant's objects during the block, with a transaction.

        The lock ends with this process. Raises :class:`ObjectBusy` after ``wait`` seconds.
        """

    async def keep(self) -> None:
        """Commit what was written so far, where DDL commits anyway."""

    async def discard(self) -> None:
        """Roll back what was written since the last :meth:`keep`, where DDL cannot be rolled back."""

    async def apply(self, operation: Operation) -> None:
        """Execute the operation, in the way that disturbs others least. Raises ``DatabaseError`` if nothing
        was done.
        """

    async def apply_to_new(self, operations: Sequence[Operation]) -> None:
        """Execute operations on tables that have no records and that nobody else uses, in few statements."""

    async def is_done(self, operation: Operation) -> bool:
        """Whether the operation has been executed already, as far as the database shows."""

    async def plan(self, operations: Sequence[Operation]) -> list[PlannedStatement]:
        """Return the statements that :meth:`apply` would send, and how the database would execute them."""

    async def row_limits(self) -> RowLimits:
        """Return the limits of a row."""

    async def read(self, table: str) -> TableShape | None:
        """Return the shape of the table in the database, with its keys; None if there is none."""

    async def unsearched(self, table: str, columns: Sequence[str]) -> int:
        """Return how many records are missing or outdated in the search index over these columns."""

    async def unkeyed(self, table: str, source: str, column: str) -> int:
        """Return how many records have another sort key than that of their text."""

    async def tables(self) -> list[str]:
        """Return the names of all tables, except those of search indexes."""

    async def literal(self, value: object) -> str:
        """Return the stored form of the value as a literal for DDL."""
