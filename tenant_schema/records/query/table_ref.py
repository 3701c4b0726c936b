"""``TableRef``: a table that a filter refers to. It is hashable, so that it can be part of a cache key."""

import weakref
from dataclasses import dataclass

from piccolo.columns import Column
from piccolo.table import Table

from tenant_schema.objects.model.runtime_table import attribute_name

__all__ = ["TableRef", "aliased", "table_ref"]


@dataclass(frozen=True, slots=True)
class TableRef:
    """A weak reference to a table class. Two are equal if they refer to the same class: a changed definition
    has another class.
    """

    table: weakref.ref[type[Table]]

    def __repr__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self._alive._meta.tablename

    @property
    def has_trash(self) -> bool:
        """Whether its rows can be in the trash."""
        return hasattr(self._alive, "deleted_at")

    def column(self, field: str, alias: str) -> Column:
        """Return the column of a field where the table goes by ``alias``."""
        found: Column = getattr(self._alive, attribute_name(field))
        return aliased(found, alias)

    @property
    def _alive(self) -> type[Table]:
        table = self.table()
        assert table is not None, "a definition that is in use keeps its table class"
        return table


def table_ref(table: type[Table]) -> TableRef:
    """Return a reference to the table."""
    return TableRef(weakref.ref(table))


@dataclass(frozen=True, slots=True)
class _Step:
    """Stands for the last ``ForeignKey`` of a column's path, of which Piccolo reads the table's alias."""

    table_alias: str


def aliased(column: Column, alias: str) -> Column:
    """Return the column where its table goes by ``alias``, and where there may be no row at all."""
    found = column.copy()
    found._meta.call_chain = [_Step(alias)]  # type: ignore[list-item]
    found._meta.null = True
    return found
