"""The tables of records in a new database: created without indexes, and completed when they are filled.

An index that is built over existing rows costs a part of one that every row is added to.
"""

from dataclasses import dataclass

import msgspec

from piccolo_engines.bulk.tables import BulkTable
from tenant_schema.archives.contents.tables import record_table, word_table
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.diff import creation, difference
from tenant_schema.objects.changes.decide.operations import DropTable, Operation
from tenant_schema.objects.changes.decide.shapes import TableShape
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.search_index import search_columns, words_table
from tenant_schema.objects.model.storage import bound_storage

__all__ = ["RecordTable", "complete_tables", "create_tables"]


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Where the records of one object go.

    :ivar words: the table of words, and the searched columns; None where the database fills its search index
        itself.
    """

    rows: BulkTable
    words: tuple[BulkTable, tuple[str, ...]] | None


async def create_tables(definitions: Definitions) -> dict[str, RecordTable]:
    """Create the tables of all objects in the bound database, and return them by their names.

    Tables of standard objects, which migrations have created and which are empty, are replaced.
    """
    dialect = dialect_of_bound()
    there = set(await dialect.tables())
    operations: list[Operation] = []
    for name in definitions.names:
        shape = definitions.shape(name)
        if shape.name in there:
            operations.append(DropTable(shape.name, TableShape(shape.name, ())))
        operations += creation(_bare(shape, dialect), dialect)
    await dialect.apply_to_new(operations)
    return {one.rows.name: one for one in map(_described, map(definitions.model, definitions.names))}


async def complete_tables(definitions: Definitions) -> None:
    """Create the indexes, foreign keys and search indexes of filled tables."""
    dialect = dialect_of_bound()
    for name in definitions.names:
        shape = definitions.shape(name)
        await dialect.apply_to_new(difference(_bare(shape, dialect), shape, dialect).before)


def _bare(shape: TableShape, dialect: Dialect) -> TableShape:
    """The table with its columns alone. Where foreign keys belong to columns, they stay, and where words are
    in a table that is written with the records, it is there from the beginning.
    """
    columns = [
        msgspec.structs.replace(
            one,
            index=False,
            unique=False,
            tail=(),
            reference=one.reference if dialect.keys_with_columns else None,
        )
        for one in shape.columns
    ]
    return TableShape(shape.name, tuple(columns), shape.search if dialect.search_apart else ())


def _described(model: ObjectModel) -> RecordTable:
    table, columns = record_table(model), tuple(sorted(search_columns(model)))
    if not columns or not bound_storage().has_words_tables:
        return RecordTable(table, None)
    return RecordTable(table, (word_table(words_table(model.table_name, columns), columns), columns))
