"""Writes the words of records into the object's table of words, which search uses on MySQL and MariaDB."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from piccolo.querystring import QueryString

from piccolo_engines.statements import Bound, Slot
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.objects.model.search_words import forgetting_words, words_row, writing_words
from tenant_schema.records.access.target import Target
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.statement_cache import Statement, compiled, repeated

__all__ = ["Words", "words_of", "words_written"]

_Row = Mapping[str, Any]


def words_of(target: Target, records: Sequence[_Row], changed: Iterable[str]) -> Sequence[QueryString]:
    """Return the statements that write the words of changed records: none if no searched field is among
    ``changed``. They belong into the transaction that writes the records.
    """
    words = words_written(target)
    if words is None or words.names.isdisjoint(changed):
        return ()
    return (_forgetting(target.model, records), words.insert(records))


@dataclass(frozen=True, slots=True)
class Words:
    """How the words of an object's records are written.

    :ivar names: the fields whose words are written, in the order of their columns.
    :ivar row: the INSERT of one row.
    """

    names: Set[str]
    row: Statement

    def insert(self, records: Sequence[_Row]) -> Bound:
        """Return the INSERT of the words of new records."""
        rows = [words_row(record["id"], [record[name] for name in self.names]) for record in records]
        values = rows[0] if len(rows) == 1 else [value for row in rows for value in row]
        return repeated(self.row, len(rows)).bind(values)


def words_written(target: Target) -> Words | None:
    """Return how the words of the object's records are written; None if they are not."""
    model = target.model
    if not model.words_table:
        return None
    return target.plan(lambda: _writing(model, target.dialect), "words", model.words_table)


def _writing(model: ObjectModel, dialect: RecordsDialect) -> Words:
    columns = sorted(search_columns(model))
    names = {field.column_name: name for name, field in model.fields.items()}
    sql = writing_words(model.table_name, columns, 1)
    row = compiled(QueryString(sql, *[Slot.at(place) for place in range(len(columns) + 2)]), dialect)
    return Words({names[one]: None for one in columns}.keys(), row)


def _forgetting(model: ObjectModel, records: Sequence[_Row]) -> QueryString:
    sql = forgetting_words(model.table_name, search_columns(model), len(records))
    return QueryString(sql, *[record["id"] for record in records])
