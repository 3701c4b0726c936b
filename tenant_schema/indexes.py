"""RecordMigration: migrations of tables of records, whose indexes end with the record's id."""

from collections.abc import Sequence
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.query.methods.create import Create
from piccolo.query.methods.create_index import CreateIndex

__all__ = ["CreateRecords", "RecordMigration"]


class RecordMigration(MigrationManager):
    """A migration that creates tables of records, or indexes of such tables.

    ``tools/new-migration`` puts it in the place of the ``MigrationManager`` that Piccolo writes. On SQLite,
    plain indexes then end with the id, so that records with one value are found in the order of their ids.
    InnoDB's indexes end with the primary key anyway
    (https://dev.mysql.com/doc/refman/8.0/en/innodb-index-types.html).
    """

    async def _run_query(self, query: Any) -> None:
        if isinstance(query, Create):
            query = CreateRecords(query.table, query.if_not_exists)
        elif isinstance(query, CreateIndex):
            query = _RecordIndex(query.table, query.columns, query.method, query.if_not_exists)
        await super()._run_query(query)


class _RecordIndex(CreateIndex):
    @property
    def sqlite_ddl(self) -> Sequence[str]:
        (statement,) = super().sqlite_ddl
        return [f'{statement.removesuffix(")")}, "id")']


class CreateRecords(Create):
    """Creates a table of records, with indexes as :class:`RecordMigration` makes them."""

    @property
    def sqlite_ddl(self) -> Sequence[str]:
        longer: dict[str, str] = {}
        for column in self.table._meta.columns:
            if column._meta.index:
                of = (self.table, [column], column._meta.index_method, self.if_not_exists)
                longer |= zip(CreateIndex(*of).ddl, _RecordIndex(*of).ddl, strict=True)
        return [longer.get(statement, statement) for statement in self.default_ddl]
