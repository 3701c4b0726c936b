"""Indexes that Piccolo's columns cannot ask for, for the migrations of a tenant's schema.

Piccolo's ``Unique`` constraint is always added by ``ALTER TABLE … ADD CONSTRAINT``, which SQLite lacks; a
unique index says the same and every engine can make it. A migration calls these in ``manager.add_raw``: raw
code runs before the tables of its own migration are made, so it goes into the next one.
"""

from collections.abc import Sequence

from piccolo.query.methods.create_index import CreateIndex
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_conf import DB
from piccolo_engines.identifiers import quote

__all__ = ["UniqueIndex", "create_unique_index", "drop_unique_index", "order_by_id", "order_by_nothing"]


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


async def order_by_id(*tables: str) -> None:
    """Let every plain index of the tables go on with the id, so that records with one value are in order.

    SQLite only: InnoDB's indexes end with the primary key by themselves.
    """
    await _remake(tables, ' "id"')


async def order_by_nothing(*tables: str) -> None:
    """Undo :func:`order_by_id`."""
    await _remake(tables, "")


async def _remake(tables: Sequence[str], ending: str) -> None:
    for table in tables if DB.engine_type == "sqlite" else ():
        for name, column in await _plain_indexes(table):
            columns = ",".join([quote(column), *ending.split()])
            await DB.run_ddl(f"DROP INDEX {quote(name)}")
            await DB.run_ddl(f"CREATE INDEX {quote(name)} ON {quote(table)} ({columns})")


async def _plain_indexes(table: str) -> list[tuple[str, str]]:
    """The names and first columns of indexes that are not unique."""
    found = await DB.run_querystring(
        QueryString(
            "SELECT i.name AS name, c.name AS first "
            "FROM pragma_index_list({}) i, pragma_index_info(i.name) c "
            "WHERE i.origin = 'c' AND NOT i.\"unique\" AND c.seqno = 0",
            table,
        )
    )
    return [(row["name"], row["first"]) for row in found]
