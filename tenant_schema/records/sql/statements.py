"""The statements of the record API, each built with Piccolo and prepared once for its shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piccolo.columns import Column
from piccolo.query.functions import Count
from piccolo.query.methods.insert import Insert
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.identifiers import quote
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.packing import insert_packed, packed_changes
from tenant_schema.records.query.model import Filter, SortTerm
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.record import Row
from tenant_schema.records.sql.compiler import Predicate, all_of, any_of, compile_filter
from tenant_schema.records.sql.dialects.protocol import RecordsDialect, Render
from tenant_schema.records.sql.keyset import beyond
from tenant_schema.records.sql.lookup_joins import Hop, PathColumns, joins
from tenant_schema.records.sql.nesting import Nest, flat_names, nest, nests
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.select import Select
from tenant_schema.records.sql.statement_cache import Slot, Statement, compiled, prepare
from tenant_schema.records.sql.text_order import order_of, tie_break_of

__all__ = [
    "Reading",
    "Selection",
    "Source",
    "Window",
    "counting",
    "destroy",
    "insert",
    "locked",
    "reading",
    "renderers",
    "selection",
    "update",
]


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a filter: in which order, how many, and from which position on.

    ``position`` holds a slot, or None for null, for each term of the order. ``offset`` is for who leafs
    through by page number.
    """

    order: tuple[SortTerm, ...]
    limit: int
    position: tuple[Slot | None, ...] | None = None
    inclusive: bool = False
    offset: Slot | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A prepared SELECT of shown values. ``hidden`` are the columns that were selected for our own use,
    ``nests`` the objects to make of what was found beyond lookups.
    """

    statement: Statement
    renderers: tuple[tuple[str, Render], ...]
    hidden: tuple[str, ...]
    nests: tuple[Nest, ...]

    def show(self, rows: list[Row]) -> list[Row]:
        """The rows as the API shows them. They are changed in place."""
        for name, render in self.renderers:
            for row in rows:
                if (value := row[name]) is not None:
                    row[name] = render(value)
        for name in self.hidden:
            for row in rows:
                del row[name]
        nest(rows, self.nests)
        return rows


@dataclass(frozen=True, slots=True)
class Source:
    """What to read from: an object's table, and those that its lookups lead to.

    :param where: which records, with slots.
    :param hops: the joins that paths in the filter, the order and the fields need.
    :param fields: every field that is named, by name or path; the object's own when none are given.
    """

    model: ObjectModel
    where: Filter
    hops: tuple[Hop, ...] = ()
    fields: Fields | None = None

    def select(
        self, dialect: RecordsDialect, columns: PathColumns, stretch: Predicate | None = None
    ) -> Select:
        """A SELECT of nothing yet, of one stretch of an order when there is one."""
        both = (compile_filter(self.where, columns, dialect), stretch)
        conditions = all_of([one for one in both if one is not None])
        return Select(table=self.model.table, joins=joins(self.hops, columns, dialect), where=conditions)


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT of shown values that is not prepared yet."""

    query: QueryString
    renderers: tuple[tuple[str, Render], ...]
    hidden: tuple[str, ...]
    nests: tuple[Nest, ...]

    def reading(self, statement: Statement) -> Reading:
        """With a statement that gives such rows."""
        return Reading(statement, self.renderers, self.hidden, self.nests)


def reading(
    source: Source,
    names: Sequence[str],
    window: Window | None,
    dialect: RecordsDialect,
    beside: Sequence[str] = ("version",),
    *,
    nested: bool = True,
) -> Reading:
    """A SELECT of the named fields and paths, and beside them of what the order goes by, or of one record's
    version.

    :param nested: whether what is beyond a lookup is shown in an object under it.
    """
    found = selection(source, names, window, dialect, beside, nested=nested)
    return found.reading(compiled(found.query, dialect))


def selection(
    source: Source,
    names: Sequence[str],
    window: Window | None,
    dialect: RecordsDialect,
    beside: Sequence[str] = (),
    parent: tuple[str, str] | None = None,
    *,
    nested: bool = True,
) -> Selection:
    """As :func:`reading`, to be made part of another statement.

    :param parent: a field to select once more under another name, as it is.
    """
    columns = PathColumns(source.model, source.hops)
    flat = flat_names(names) if nested else tuple(names)
    needed = [term.field for term in window.order] if window else beside
    hidden = tuple(name for name in dict.fromkeys(needed) if name not in flat)
    selected = {name: columns[name] for name in (*flat, *hidden)}
    if parent is not None:
        selected[parent[1]] = columns[parent[0]]
        hidden += (parent[1],)
    query = _windowed(source, columns, selected, window, dialect, is_part=parent is not None)
    fields = source.model.fields if source.fields is None else source.fields
    made = nests(names) if nested else ()
    return Selection(query, renderers(flat, fields, columns, dialect), hidden, made)


def renderers(
    names: Sequence[str], fields: Fields, columns: Mapping[str, Column], dialect: RecordsDialect
) -> tuple[tuple[str, Render], ...]:
    """The functions to apply to the values of a row, by name; most values need none."""
    found = ((name, dialect.renderer(known(name, fields), columns[name])) for name in names)
    return tuple((name, render) for name, render in found if render is not None)


def _windowed(
    source: Source,
    columns: PathColumns,
    selected: Mapping[str, Column],
    window: Window | None,
    dialect: RecordsDialect,
    *,
    is_part: bool,
) -> QueryString:
    """The SELECT with its conditions, order and limit; ``selected`` are columns by what they are called.

    :param is_part: whether it becomes part of a chain, where SQLite takes no order but a subquery's.
    """
    stretches: list[Predicate] = []
    if window is not None and window.position is not None:
        stretches = beyond(window.order, window.position, columns, dialect, inclusive=window.inclusive)
    is_chain = dialect.chains_ranges and (is_part or len(stretches) > 1)
    names = [f"c{place}" for place in range(len(selected))] if is_chain else list(selected)

    def query(stretch: Predicate | None) -> QueryString:
        select = source.select(dialect, columns, stretch)
        select.selected = [
            dialect.selected(name, column) for name, column in zip(names, selected.values(), strict=True)
        ]
        if window is not None:
            first, *rest = window.order
            select.order = [
                (order_of(columns[first.field], dialect), first.descending),
                *((tie_break_of(columns[one.field], dialect), one.descending) for one in rest),
            ]
            select.limit, select.offset = window.limit, window.offset
        return select.querystring(dialect)

    if not is_chain:
        return query(any_of(stretches))
    parts: list[Predicate | None] = [*stretches] or [None]
    chain = _chained([query(one) for one in parts], dict(zip(names, selected, strict=True)))
    limit = "" if window is None or is_part else f" LIMIT {window.limit}"
    return QueryString(f"{{}}{limit}", chain)


def _chained(queries: Sequence[QueryString], names: Mapping[str, str]) -> QueryString:
    """One query after the other, which Piccolo has no way to say.

    See :attr:`~tenant_schema.records.sql.dialects.protocol.RecordsDialect.chains_ranges`.

    :param names: what is selected, by its name in the queries: SQLite takes one that is called ``true`` there
        for a constant.
    """
    same = ", ".join([f'"{inner}" AS "{outer}"' for inner, outer in names.items()])
    parts = " UNION ALL ".join([f"SELECT {same} FROM ({{}})"] * len(queries))  # noqa: S608 - names of fields
    return QueryString(parts, *queries)


def counting(source: Source, dialect: RecordsDialect, limit: int | None = None) -> Statement:
    """A SELECT of how many there are; of how many up to a limit, when there is one."""
    select = source.select(dialect, PathColumns(source.model, source.hops))
    if limit is None:
        select.selected = [Count(alias="count")]
        return compiled(select.querystring(dialect), dialect)
    select.selected, select.limit = [QueryString("1", alias="one")], limit
    counted = QueryString('SELECT COUNT(*) AS "count" FROM ({}) AS "found"', select.querystring(dialect))
    return compiled(counted, dialect)


def locked(model: ObjectModel, where: Filter, dialect: RecordsDialect) -> Statement:
    """A SELECT of every column in stored form that locks the row, for a change in the same transaction."""
    selected = [column.as_alias(name) for name, column in model.columns.items()]
    conditions = compile_filter(where, model.columns, dialect)
    assert conditions is not None, "a filter for one record"
    query = model.table.select(*selected).where(conditions)
    return prepare(dialect.lock_rows(query))


def insert(model: ObjectModel, dialect: RecordsDialect) -> Statement:
    """An INSERT whose values are those of ``model.columns``, in that order."""
    slots: dict[Column, Any] = {column: Slot.at(place) for place, column in enumerate(model.columns.values())}
    keys = dialect.written_keys(slots)
    if dialect.is_packed(model):
        values = dict(zip(model.columns, slots.values(), strict=True))
        return compiled(insert_packed(model, values, keys), dialect)
    if keys:
        return compiled(_insertion(model.table, {**slots, **keys}), dialect)
    return prepare(Insert(model.table, model.table(slots)))  # Table.insert would have the id returned


def _insertion(table: type[Table], values: Mapping[Column, Any]) -> QueryString:
    """An INSERT of these columns, of which Piccolo does not know all."""
    names = [quote(one._meta.db_column_name) for one in values]
    places = ", ".join(["{}"] * len(names))
    sql = f"INSERT INTO {quote(table._meta.tablename)} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names are quoted, values are bound
    return QueryString(sql, *values.values(), query_type="insert", table=table)


def update(model: ObjectModel, names: Sequence[str], dialect: RecordsDialect) -> Statement:
    """An UPDATE of the named columns; the values are theirs, then the id, then the version it is at."""
    columns = model.columns
    values: dict[Column | str, Any] = {columns[name]: Slot.at(place) for place, name in enumerate(names)}
    is_it = (columns["id"] == Slot.at(len(names))) & (columns["version"] == Slot.at(len(names) + 1))
    values |= dialect.written_keys(values)
    changes = packed_changes(model, values) if dialect.is_packed(model) else values
    return prepare(model.table.update(changes, use_auto_update=False).where(is_it))


def destroy(model: ObjectModel) -> Statement:
    """A DELETE of the record with that id."""
    return prepare(model.table.delete().where(model.columns["id"] == Slot.at(0)))
