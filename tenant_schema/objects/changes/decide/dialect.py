"""What changes need of a database: the DDL of its own, a lock, and how to find out what has happened."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from tenant_schema.objects.changes.decide.data_checks import Functions
from tenant_schema.objects.changes.decide.diff import Rules
from tenant_schema.objects.changes.decide.operations import Operation
from tenant_schema.objects.changes.decide.shapes import TableShape
from tenant_schema.objects.definitions.row_budget import RowLimits

__all__ = ["PROBE", "Dialect", "PlannedStatement", "limited"]

PROBE = "freehold_probe_"
"""Prefix of the names of tables on which a dialect tries a change; one that died may leave one behind."""

_LONGEST = 63


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement as it will be sent. ``rows`` are those that have to be read or written for it."""

    ddl: str
    algorithm: str
    rows: int


class Dialect(Rules, Functions, Protocol):
    """One kind of database, as far as changes of tables differ. Works on the engine that is bound."""

    @property
    def is_transactional(self) -> bool:
        """Whether DDL is undone with its transaction."""

    def exclusive(self, wait: float) -> AbstractAsyncContextManager[None]:
        """The block in which nobody else changes this tenant's objects, and a transaction around it.

        What holds others off ends with this process. Raises :class:`ObjectBusy` after ``wait`` seconds.
        """

    async def keep(self) -> None:
        """Make what was written so far last, where DDL does so anyway."""

    async def discard(self) -> None:
        """Take back what was written since the last :meth:`keep`, where DDL cannot be taken back."""

    async def apply(self, operation: Operation) -> None:
        """Do it, in the way that disturbs others least. Raises ``DatabaseError``; nothing is done then."""

    async def is_done(self, operation: Operation) -> bool:
        """Whether the operation has happened already, by what the database says."""

    async def plan(self, operations: Sequence[Operation]) -> list[PlannedStatement]:
        """What :meth:`apply` would send, and how the database would do it."""

    async def row_limits(self) -> RowLimits:
        """How much there is room for in a row."""

    async def read(self, table: str) -> TableShape | None:
        """The table as the database has it, keys on single columns included; None when there is none."""

    async def unsearched(self, table: str, columns: Sequence[str]) -> int:
        """How many records the search index over these columns does not have as they are."""

    async def unkeyed(self, table: str, source: str, column: str) -> int:
        """How many records have another sort key than that of their text."""

    async def tables(self) -> list[str]:
        """The names of all tables, but for what belongs to search indexes."""

    async def literal(self, value: object) -> str:
        """The value as it stands in DDL, in the form in which it is stored."""


def limited(*parts: str) -> str:
    """A name for a key as Piccolo's engines would call it, within what every database allows.

    >>> limited("deals_2e3f4a5b", "stage_0c1d2e3f", "key")
    'deals_2e3f4a5b_stage_0c1d2e3f_key'
    """
    name = "_".join(parts)
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - 9]}_{digest}"
