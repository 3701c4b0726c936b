"""Drift: differences between definitions and tables, and how to repair them.

A change that was interrupted is in the journal and is not drift. Drift is caused from outside: tables that
were altered by hand, or a restored backup.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.errors import ConnectionLost, DatabaseError, TransactionEnded
from piccolo_engines.identifiers import quote
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.changes.decide.dialect import PROBE, Dialect
from tenant_schema.objects.changes.decide.diff import creation
from tenant_schema.objects.changes.decide.key_names import is_composite_name
from tenant_schema.objects.changes.decide.operations import (
    AddColumn,
    AddCompositeIndex,
    AddIndex,
    AddReference,
    AddSearch,
    ConvertColumn,
    DropColumn,
    DropCompositeIndex,
    DropOldSearch,
    DropReference,
    DropSearch,
    DropTable,
    FillKeys,
    FillSearch,
    Operation,
    WidenIndex,
)
from tenant_schema.objects.changes.decide.shapes import ColumnShape, TableShape
from tenant_schema.objects.model.search_index import OLD_INDEX

__all__ = ["Drift", "find_drift", "repair_drift"]

_LOG = logging.getLogger(__name__)
_MADE_HERE = re.compile(r"[a-z][a-z0-9_]*_[0-9a-f]{8}(?:_sort)?")


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference.

    :ivar object: the object's name; empty for a table of no object.
    :ivar kind: kebab-case, for programs. :ivar name: of the table, column or index in the database.
    :ivar repair: operations that repair it without loss; empty if there are none.
    """

    object: str
    kind: str
    name: str
    message: str
    repair: tuple[Operation, ...] = ()


async def find_drift(definitions: Definitions, dialect: Dialect) -> list[Drift]:
    """Return every difference, in the order of objects. Several statements for each object."""
    found: list[Drift] = []
    for row, _ in definitions.rows:
        wanted = definitions.shape(row.name)
        actual = await dialect.read(wanted.name)
        found += await _of_table(row.name, wanted, actual, dialect)
    known = {row.table_name for row, _ in definitions.rows}
    return found + await _leftovers(known, dialect)


async def _of_table(
    name: str, wanted: TableShape, actual: TableShape | None, dialect: Dialect
) -> list[Drift]:
    table = wanted.name
    if actual is None:
        message = "The object has no table."
        return [Drift(name, "missing-table", table, message, tuple(creation(wanted, dialect)))]
    found: list[Drift] = []
    there = {one.name: one for one in actual.columns}
    for column in wanted.columns:
        found += _of_column(name, table, column, there.get(column.name), dialect)
    found += [
        one for extra in there.values() if (one := await _extra(name, table, extra, wanted)) is not None
    ]
    found += _of_indexes(name, wanted, actual)
    found += await _of_keys(name, wanted, there, dialect)
    return found + await _of_search(name, wanted, actual, dialect)


def _of_indexes(name: str, wanted: TableShape, actual: TableShape) -> Iterator[Drift]:
    """The indexes of the object. The names of those that changes create tell all of them."""
    table, there = wanted.name, {one.name: one for one in actual.indexes}
    for index in wanted.indexes:
        found = there.pop(index.name, None)
        add = AddCompositeIndex(table, index)
        if found is None:
            kind = "missing-unique" if index.unique else "missing-index"
            yield Drift(name, kind, index.name, "An index of the object is missing.", (add,))
        elif (found.columns, found.unique) != (index.columns, index.unique):
            message = f"The index is over {', '.join(found.columns)}, not over {', '.join(index.columns)}."
            yield Drift(name, "wrong-index", index.name, message, (DropCompositeIndex(table, found), add))
    for extra in there.values():
        is_ours = is_composite_name(table, extra.name)
        drop = (DropCompositeIndex(table, extra),) if is_ours else ()
        yield Drift(name, "extra-index", extra.name, "The index is none of the object's.", drop)


async def _of_keys(
    name: str, wanted: TableShape, there: Mapping[str, ColumnShape], dialect: Dialect
) -> list[Drift]:
    """Sort keys that do not match their texts: the table was written to by hand."""
    found, table = list[Drift](), wanted.name
    for key in wanted.columns:
        if key.source and {key.name, key.source} <= there.keys():
            count = await dialect.unkeyed(table, key.source, key.name)
            if count:
                message = f"{count} records are not in order."
                repair = (FillKeys(table, key.source, key.name),)
                found.append(Drift(name, "stale-sort", key.name, message, repair))
    return found


async def _of_search(name: str, wanted: TableShape, actual: TableShape, dialect: Dialect) -> list[Drift]:
    table, found = wanted.name, list[Drift]()
    if wanted.search != actual.search:
        drop = (DropSearch(table, actual.search),) if actual.search else ()
        message = "The search index is not over the fields that are searched."
        found.append(Drift(name, "wrong-search", table, message, (*drop, *_searching(wanted, dialect))))
    elif wanted.search and (count := await dialect.unsearched(table, wanted.search)):
        message = f"Records that the search index does not have as they are: {count:,}."
        found.append(Drift(name, "stale-search", table, message, (FillSearch(table, wanted.search),)))
    for index in actual.fulltext:
        message = "The FULLTEXT index is none of search, and keeps new fields from being added at once."
        repair = (DropOldSearch(table, index),) if OLD_INDEX.fullmatch(index) else ()
        found.append(Drift(name, "extra-search", index, message, repair))
    return found


def _searching(wanted: TableShape, dialect: Dialect) -> tuple[Operation, ...]:
    if not wanted.search:
        return ()
    fill = (FillSearch(wanted.name, wanted.search),) if dialect.search_apart else ()
    return (AddSearch(wanted.name, wanted.search), *fill)


def _of_column(
    name: str, table: str, wanted: ColumnShape, actual: ColumnShape | None, dialect: Dialect
) -> Iterator[Drift]:
    if actual is None:
        yield Drift(
            name, "missing-column", wanted.name, "The field has no column.", _addition(table, wanted, dialect)
        )
        return
    if not dialect.same_type(actual.type, wanted.type):
        message = f"The column is {actual.type}, not {wanted.type}."
        yield Drift(name, "wrong-type", wanted.name, message)
    if wanted.unique and not actual.unique:
        yield Drift(name, "missing-unique", wanted.name, "Nothing keeps values from coming twice.",
                    (AddIndex(table, wanted.name, unique=True),))  # fmt: skip
    if wanted.index and not (actual.index or actual.unique):
        yield Drift(name, "missing-index", wanted.name, "The index is missing.",
                    (AddIndex(table, wanted.name, unique=False, tail=wanted.tail),))  # fmt: skip
    if wanted.index and actual.index and wanted.tail != actual.tail:
        message = f"The index ends with {_listed(actual.tail)}, not with {_listed(wanted.tail)}."
        yield Drift(name, "wrong-index", wanted.name, message, (WidenIndex(table, wanted.name, wanted.tail),))
    if wanted.reference != actual.reference:
        message = f"The column refers to {_named(actual)}, not to {_named(wanted)}."
        yield Drift(name, "wrong-reference", wanted.name, message, _referring(table, actual, wanted, dialect))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns) or "the column itself"


def _named(column: ColumnShape) -> str:
    reference = column.reference
    return "nothing" if reference is None else f"{reference.table} (ON DELETE {reference.on_delete})"


def _addition(table: str, column: ColumnShape, dialect: Dialect) -> tuple[Operation, ...]:
    keys = (
        (AddIndex(table, column.name, column.unique, column.tail),) if column.unique or column.index else ()
    )
    refers = column.reference is not None and not dialect.keys_with_columns
    fill = (
        (FillKeys(table, column.source, column.name),) if column.source and not dialect.keys_generated else ()
    )
    return (
        AddColumn(table, column),
        *fill,
        *keys,
        *((AddReference(table, column, unchecked=True),) if refers else ()),
    )


def _referring(
    table: str, actual: ColumnShape, wanted: ColumnShape, dialect: Dialect
) -> tuple[Operation, ...]:
    """Operations that correct the reference; none if the column differs in more than that and would be
    replaced.
    """
    if not dialect.keys_with_columns:
        drop = (DropReference(table, actual),) if actual.reference else ()
        return (*drop, *((AddReference(table, wanted),) if wanted.reference else ()))
    if actual.index or actual.unique or not dialect.same_type(actual.type, wanted.type):
        return ()
    return (ConvertColumn(table, actual, wanted),)


async def _extra(name: str, table: str, column: ColumnShape, wanted: TableShape) -> Drift | None:
    """A column without a field. It can be dropped if it was created for a field and is empty."""
    if column.name in {one.name for one in wanted.columns}:
        return None
    is_ours = _MADE_HERE.fullmatch(column.name) is not None
    has_keys = column.index or column.unique or column.reference is not None
    empty = is_ours and not has_keys and await _is_empty(table, f"{quote(column.name)} IS NOT NULL")
    repair = (DropColumn(table, column),) if empty else ()
    return Drift(name, "extra-column", column.name, "The column belongs to no field.", repair)


async def _leftovers(known: set[str], dialect: Dialect) -> list[Drift]:
    found = []
    for table in await dialect.tables():
        if table not in known and (_MADE_HERE.fullmatch(table) or table.startswith(PROBE)):
            shape = TableShape(table, ())
            empty = await _is_empty(table, "1 = 1")
            repair = (DropTable(table, shape),) if empty else ()
            found.append(Drift("", "extra-table", table, "The table belongs to no object.", repair))
    return found


async def _is_empty(table: str, condition: str) -> bool:
    sql = f"SELECT 1 AS found FROM {quote(table)} WHERE {condition} LIMIT 1"  # noqa: S608 - quoted
    return not await DB.run_querystring(QueryString(sql))


async def repair_drift(found: Sequence[Drift], dialect: Dialect) -> list[Drift]:
    """Repair what can be repaired, and return it. Operations that the database refuses are skipped."""
    repaired = []
    for one in found:
        try:
            for operation in one.repair:
                await dialect.apply(operation)
        except (ConnectionLost, TransactionEnded):
            raise
        except DatabaseError:
            _LOG.warning("%s of %s could not be repaired", one.kind, one.name, exc_info=True)
            continue
        if one.repair:
            repaired.append(one)
    return repaired
