"""RecordMigration: migrations of tables of records, whose indexes end with the id and ``deleted_at``."""

from collections.abc import Sequence
from typing import Any, Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column, ForeignKey
from piccolo.query.methods.create import Create
from piccolo.query.methods.create_index import CreateIndex

__all__ = ["CreateRecords", "RecordMigration"]


class RecordMigration(MigrationManager):
    """A migration that creates tables of records, or indexes of such tables.

    ``tools/new-migration`` puts it in the place of the ``MigrationManager`` that Piccolo writes. Indexes then
    end with the id, so that records with one value are found in the order of their ids, and with
    ``deleted_at``, so that records in use are counted and grouped without reading them (ADR 110).
    """

    async def _run_query(self, query: Any) -> None:
        if isinstance(query, Create):
            query = CreateRecords(query.table, query.if_not_exists)
        elif isinstance(query, CreateIndex):
            query = _RecordIndex(query.table, query.columns, query.method, query.if_not_exists)
        await super()._run_query(query)


_TAIL: Final = ("id", "deleted_at")
"""As changes of objects create indexes: :mod:`tenant_schema.objects.changes.decide.key_names`."""


def _tail(column: Column | str) -> Sequence[str]:
    """What the index of a column ends with; without ``deleted_at`` if it has a foreign key."""
    return _TAIL[:1] if isinstance(column, ForeignKey) else _TAIL


class _RecordIndex(CreateIndex):
    def index_tail(self, column: Column | str) -> Sequence[str]:
        """For the engine for MySQL."""
        return _tail(column)

    @property
    def sqlite_ddl(self) -> Sequence[str]:
        (statement,) = super().sqlite_ddl
        tail = "".join(f', "{one}"' for one in _tail(self.columns[-1]))
        return [f"{statement.removesuffix(')')}{tail})"]


class CreateRecords(Create):
    """Creates a table of records, with indexes as :class:`RecordMigration` makes them."""

    def index_tail(self, column: Column | str) -> Sequence[str]:
        """For the engine for MySQL."""
        return _tail(column)

    @property
    def sqlite_ddl(self) -> Sequence[str]:
        longer: dict[str, str] = {}
        for column in self.table._meta.columns:
            if column._meta.index:
                of = (self.table, [column], column._meta.index_method, self.if_not_exists)
                longer |= zip(CreateIndex(*of).ddl, _RecordIndex(*of).ddl, strict=True)
        return [longer.get(statement, statement) for statement in self.default_ddl]
