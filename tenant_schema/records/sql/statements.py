"""Builds the statements of the record API, prepared once for each shape of request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from piccolo.columns import Column
from piccolo.query.functions import Count
from piccolo.query.methods.insert import Insert
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.identifiers import quote
from piccolo_engines.lru import Lru
from piccolo_engines.statements import DriverRows, Slot
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.packing import insert_packed, packed_changes
from tenant_schema.records.query.model import Filter, SortTerm
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.sql.compiler import Predicate, all_of, any_of, compile_filter
from tenant_schema.records.sql.dialects.protocol import Convert, RecordsDialect
from tenant_schema.records.sql.keyset import beyond
from tenant_schema.records.sql.lookup_joins import Hop, PathColumns, joins
from tenant_schema.records.sql.nesting import flat_names, nests
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.select import Select
from tenant_schema.records.sql.shapes import Found, Layout, Shape
from tenant_schema.records.sql.statement_cache import Statement, compiled, prepare
from tenant_schema.records.sql.text_order import order_of, tie_break_of

__all__ = [
    "Flags",
    "Reading",
    "Selection",
    "Source",
    "Window",
    "counting",
    "destroy",
    "insert",
    "locked",
    "reading",
    "selection",
    "update",
]


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a filter's records to read.

    :ivar order: a full order (:func:`~tenant_schema.records.sql.keyset.full_order`).
    :ivar limit: the maximum number of rows.
    :ivar position: a slot for each term of the order, or None for null: rows after it are read.
    :ivar inclusive: whether the row at the position is read too.
    :ivar offset: for pages by number: how many rows to skip.
    """

    order: tuple[SortTerm, ...]
    limit: int
    position: tuple[Slot | None, ...] | None = None
    inclusive: bool = False
    offset: Slot | None = None


Flags: TypeAlias = Sequence[tuple[str, Filter]]
"""Conditions with slots, each with a name that no field has."""

_SHAPES: Final = 8
"""The shapes, and the descriptions of results, that are remembered for a statement. Each session that has it
prepared has a description of its own.
"""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Reading:
    """A prepared SELECT, and how its rows become records of a response.

    :ivar converts: the conversions of the values that are shown, by name.
    """

    statement: Statement
    layout: Layout
    converts: Mapping[str, Convert]
    dialect: RecordsDialect
    _latest: Lru[int, tuple[object, Shape]] = field(default_factory=lambda: Lru(_SHAPES))
    _shapes: Lru[tuple[bytes, ...], Shape] = field(default_factory=lambda: Lru(_SHAPES))

    def found(self, result: DriverRows) -> Found:
        """Return the rows of the statement's result with their shape.

        A shape depends on the driver's description of the columns, which differs between servers, and
        between the databases of tenants.
        """
        fields = result.fields
        kept = self._latest.get(id(fields))
        if kept is not None and kept[0] is fields:  # an id may be used again
            return Found(result.rows, kept[1])
        described = () if fields is None else tuple([one.get_all_data() for one in fields])
        shape = self._shapes.get(described)
        if shape is None:
            shape = self._shape(fields)
            self._shapes.put(described, shape)
        if result.is_prepared:
            self._latest.put(id(fields), (fields, shape))
        return Found(result.rows, shape)

    def _shape(self, fields: Sequence[Any] | None) -> Shape:
        names = self.layout.names
        stored = self.dialect.stored(fields, self.statement.hints) or (None,) * len(names)
        conversions = [
            None if name in self.layout.hidden else self.converts[name](described, convert)
            for name, described, convert in zip(names, fields or stored, stored, strict=True)
        ]
        return Shape(self.layout, conversions, stored)


@dataclass(frozen=True, slots=True)
class Source:
    """The FROM and WHERE of a read: an object's table, joined to the tables of lookups.

    :ivar where: the filter, with slots.
    :ivar hops: the joins that paths in the filter, the order and the fields need.
    :ivar fields: the fields by name and path; by default those of the object.
    """

    model: ObjectModel
    where: Filter
    hops: tuple[Hop, ...] = ()
    fields: Fields | None = None

    def select(
        self, dialect: RecordsDialect, columns: PathColumns, stretch: Predicate | None = None
    ) -> Select:
        """Return a SELECT without columns. ``stretch`` is a further condition."""
        both = (compile_filter(self.where, columns, dialect), stretch)
        conditions = all_of([one for one in both if one is not None])
        return Select(table=self.model.table, joins=joins(self.hops, columns, dialect), where=conditions)


@dataclass(frozen=True, slots=True)
class Selection:
    """As :class:`Reading`, before the SELECT is compiled."""

    query: QueryString
    layout: Layout
    converts: Mapping[str, Convert]
    dialect: RecordsDialect

    def reading(self, statement: Statement) -> Reading:
        """Combine it with a compiled statement that returns such rows."""
        return Reading(statement, self.layout, self.converts, self.dialect)


def reading(
    source: Source,
    names: Sequence[str],
    window: Window | None,
    dialect: RecordsDialect,
    beside: Sequence[str] = ("version",),
    *,
    nested: bool = True,
    flags: Flags = (),
) -> Reading:
    """Build a SELECT of fields and paths.

    :param window: the part to read; None for all records.
    :param beside: values that are selected too where there is no window; with one, those of its order are.
    :param nested: whether values of a lookup's record are shown in an object under the lookup.
    :param flags: conditions to select the truth of, 1 or 0, with a name for each; they are not shown.
    """
    found = selection(source, names, window, dialect, beside, nested=nested, flags=flags)
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
    flags: Flags = (),
) -> Selection:
    """As :func:`reading`, for use as a part of another statement.

    :param parent: a field to select once more, in stored form, and the name for it.
    """
    columns = PathColumns(source.model, source.hops)
    flat = flat_names(names) if nested else tuple(names)
    needed = [term.field for term in window.order] if window else beside
    hidden = tuple(name for name in dict.fromkeys(needed) if name not in flat)
    selected: dict[str, Column | Filter] = {name: columns[name] for name in (*flat, *hidden)}
    if parent is not None:
        selected[parent[1]] = columns[parent[0]]
        hidden += (parent[1],)
    selected |= flags
    hidden += tuple([name for name, _ in flags])
    query = _windowed(source, columns, selected, window, dialect, is_part=parent is not None)
    fields = source.model.fields if source.fields is None else source.fields
    converts = {name: dialect.conversion(known(name, fields), columns[name]) for name in flat}
    layout = Layout(tuple(selected), hidden, nests(names) if nested else ())
    return Selection(query, layout, converts, dialect)


def _windowed(
    source: Source,
    columns: PathColumns,
    selected: Mapping[str, Column | Filter],
    window: Window | None,
    dialect: RecordsDialect,
    *,
    is_part: bool,
) -> QueryString:
    """The SELECT with its conditions, order and limit.

    :param selected: columns, and conditions whose truth is selected, by the names of their results.
    :param is_part: whether it becomes an operand of UNION ALL: there SQLite has ORDER BY in subqueries only.
    """
    stretches: list[Predicate] = []
    if window is not None and window.position is not None:
        stretches = beyond(window.order, window.position, columns, dialect, inclusive=window.inclusive)
    is_chain = dialect.chains_ranges and (is_part or len(stretches) > 1)
    names = [f"c{place}" for place in range(len(selected))] if is_chain else list(selected)

    def query(stretch: Predicate | None) -> QueryString:
        select = source.select(dialect, columns, stretch)
        select.selected = [
            dialect.selected(name, one) if isinstance(one, Column) else _truth(name, one, columns, dialect)
            for name, one in zip(names, selected.values(), strict=True)
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


def _truth(name: str, condition: Filter, columns: PathColumns, dialect: RecordsDialect) -> QueryString:
    """1 where the condition holds, otherwise 0."""
    found = compile_filter(condition, columns, dialect)
    if found is None:
        return QueryString("1", alias=name)
    return QueryString("CASE WHEN {} THEN 1 ELSE 0 END", found.querystring, alias=name)


def _chained(queries: Sequence[QueryString], names: Mapping[str, str]) -> QueryString:
    """The UNION ALL of the queries, which Piccolo does not have. See
    :attr:`~tenant_schema.records.sql.dialects.protocol.RecordsDialect.chains_ranges`.

    :param names: the names of the results by those in the queries. They differ because SQLite takes a column
        called ``true`` for a constant.
    """
    same = ", ".join([f'"{inner}" AS "{outer}"' for inner, outer in names.items()])
    parts = " UNION ALL ".join([f"SELECT {same} FROM ({{}})"] * len(queries))  # noqa: S608 - names of fields
    return QueryString(parts, *queries)


def counting(source: Source, dialect: RecordsDialect, limit: int | None = None) -> Statement:
    """Build a SELECT of the number of records, counted up to ``limit`` if that is given."""
    select = source.select(dialect, PathColumns(source.model, source.hops))
    if limit is None:
        select.selected = [Count(alias="count")]
        return compiled(select.querystring(dialect), dialect)
    select.selected, select.limit = [QueryString("1", alias="one")], limit
    counted = QueryString('SELECT COUNT(*) AS "count" FROM ({}) AS "found"', select.querystring(dialect))
    return compiled(counted, dialect)


def locked(model: ObjectModel, where: Filter, dialect: RecordsDialect) -> Statement:
    """Build a SELECT of all columns in stored form that locks the rows until the transaction ends."""
    selected = [column.as_alias(name) for name, column in model.columns.items()]
    conditions = compile_filter(where, model.columns, dialect)
    assert conditions is not None, "a filter for one record"
    query = model.table.select(*selected).where(conditions)
    return prepare(dialect.lock_rows(query))


def insert(model: ObjectModel, dialect: RecordsDialect) -> Statement:
    """Build an INSERT whose values are those of ``model.columns``, in that order."""
    slots: dict[Column, Any] = {column: Slot.at(place) for place, column in enumerate(model.columns.values())}
    keys = dialect.written_keys(slots)
    if dialect.is_packed(model):
        values = dict(zip(model.columns, slots.values(), strict=True))
        return compiled(insert_packed(model, values, keys), dialect)
    if keys:
        return compiled(_insertion(model.table, {**slots, **keys}), dialect)
    return prepare(Insert(model.table, model.table(slots)))  # Table.insert would have the id returned


def _insertion(table: type[Table], values: Mapping[Column, Any]) -> QueryString:
    """An INSERT of columns that include sort keys, which are not among Piccolo's columns of the table."""
    names = [quote(one._meta.db_column_name) for one in values]
    places = ", ".join(["{}"] * len(names))
    sql = f"INSERT INTO {quote(table._meta.tablename)} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names are quoted, values are bound
    return QueryString(sql, *values.values(), query_type="insert", table=table)


def update(model: ObjectModel, names: Sequence[str], dialect: RecordsDialect) -> Statement:
    """Build an UPDATE of the named columns. Its values are theirs, then the id, then the current version."""
    columns = model.columns
    values: dict[Column | str, Any] = {columns[name]: Slot.at(place) for place, name in enumerate(names)}
    is_it = (columns["id"] == Slot.at(len(names))) & (columns["version"] == Slot.at(len(names) + 1))
    values |= dialect.written_keys(values)
    changes = packed_changes(model, values) if dialect.is_packed(model) else values
    return prepare(model.table.update(changes, use_auto_update=False).where(is_it))


def destroy(model: ObjectModel) -> Statement:
    """Build a DELETE of one record; its value is the id."""
    return prepare(model.table.delete().where(model.columns["id"] == Slot.at(0)))
