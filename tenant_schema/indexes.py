"""Unique indexes over several columns, for the migrations of a tenant's schema.

Piccolo's ``Unique`` constraint is always added by ``ALTER TABLE … ADD CONSTRAINT``, which SQLite lacks; a
unique index says the same and every engine can make it. A migration calls these in ``manager.add_raw``: raw
code runs before the tables of its own migration are made, so it goes into the next one.
"""

from piccolo.query.methods.create_index import CreateIndex
from piccolo.table import Table

__all__ = ["UniqueIndex", "create_unique_index", "drop_unique_index"]


class UniqueIndex(CreateIndex):
    """Piccolo's CREATE INDEX, with its naming, made unique."""

    @property
    def prefix(self) -> str:
        """The statement's first words, from which every engine's dialect goes on."""
        return super().prefix.replace("CREATE INDEX", "CREATE UNIQUE INDEX")


async def create_unique_index(table: type[Table], *column_names: str) -> None:
    """Make the columns unique together; raises ``UniqueViolation`` when rows break that already."""
    await UniqueIndex(table, columns=list(column_names))


async def drop_unique_index(table: type[Table], *column_names: str) -> None:
    """Undo :func:`create_unique_index`; does nothing when the index is not there."""
    await table.drop_index(list(column_names), if_exists=True)
