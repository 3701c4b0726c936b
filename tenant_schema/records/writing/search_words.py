"""Writes the words of records into the object's table of words, which search uses on MySQL and MariaDB."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

from piccolo.querystring import QueryString

from piccolo_engines.statements import StatementGroup
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.objects.model.search_words import forgetting_words, words_row, writing_words
from tenant_schema.records.access.target import Target
from tenant_schema.records.sql.statement_cache import Bound, Slot, Statement, compiled, repeated

__all__ = ["index_changes", "run_with_words"]

_Row = Mapping[str, Any]


async def run_with_words(
    target: Target,
    statement: Bound,
    records: Sequence[_Row],
    changed: Iterable[str],
    *,
    are_new: bool = False,
) -> None:
    """Execute a statement that writes these records; in the same transaction, write their words if searched
    fields are among ``changed``.
    """
    names = _searched(target)
    if names.isdisjoint(changed):
        await target.engine.run_querystring(statement)
        return
    before = () if are_new else (_forgetting(target.model, records),)
    await target.engine.run_querystring(StatementGroup(statement, *before, _words(target, names, records)))


async def index_changes(target: Target, records: Sequence[_Row], changed: Iterable[str]) -> None:
    """Write the words of records that were changed in the same transaction."""
    names = _searched(target)
    if not names.isdisjoint(changed):
        replacement = StatementGroup(_forgetting(target.model, records), _words(target, names, records))
        await target.engine.run_querystring(replacement)


def _searched(target: Target) -> Set[str]:
    """Return the fields whose words are to be written, in the order of their columns."""
    model = target.model
    if not model.words_table:
        return _NONE
    names: Set[str] = target.plan(lambda: _names(model), "searched", model.words_table)
    return names


_NONE: Final = frozenset[str]()


def _names(model: ObjectModel) -> Set[str]:
    names = {field.column_name: name for name, field in model.fields.items()}
    return {names[one]: None for one in sorted(search_columns(model))}.keys()


def _forgetting(model: ObjectModel, records: Sequence[_Row]) -> QueryString:
    sql = forgetting_words(model.table_name, search_columns(model), len(records))
    return QueryString(sql, *[record["id"] for record in records])


def _words(target: Target, names: Set[str], records: Sequence[_Row]) -> Bound:
    model = target.model
    one_row = target.plan(lambda: _writing(target), "words", model.words_table)
    rows = [words_row(record["id"], [record[name] for name in names]) for record in records]
    return repeated(one_row, len(rows)).bind([value for row in rows for value in row])


def _writing(target: Target) -> Statement:
    model = target.model
    columns = sorted(search_columns(model))
    sql = writing_words(model.table_name, columns, 1)
    return compiled(QueryString(sql, *[Slot.at(place) for place in range(len(columns) + 2)]), target.dialect)
