"""The statements of the record API, each built with Piccolo and prepared once for its shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from piccolo.columns import Column
from piccolo.query.methods.insert import Insert
from piccolo.querystring import QueryString, Selectable

from tenant_schema.objects.model import ObjectModel
from tenant_schema.records.compiler import Predicate, all_of, any_of, compile_filter
from tenant_schema.records.keyset import beyond
from tenant_schema.records.prepared import Slot, Statement, compiled, prepare
from tenant_schema.records.query import Filter, SortTerm
from tenant_schema.records.rendering import Render, Row, expression, renderers

__all__ = ["Reading", "Window", "destroy", "insert", "locked", "reading", "update"]


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a filter: in which order, how many, and from which position on.

    ``position`` holds a slot, or None for null, for each term of the order.
    """

    order: tuple[SortTerm, ...]
    limit: int
    position: tuple[Slot | None, ...] | None = None
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A prepared SELECT of shown values. ``hidden`` are the columns that were selected for our own use."""

    statement: Statement
    renderers: tuple[tuple[str, Render], ...]
    hidden: tuple[str, ...]

    def show(self, rows: list[Row]) -> list[Row]:
        """The rows as the API shows them. They are changed in place."""
        for name, render in self.renderers:
            for row in rows:
                if (value := row[name]) is not None:
                    row[name] = render(value)
        for name in self.hidden:
            for row in rows:
                del row[name]
        return rows


def reading(
    model: ObjectModel, names: Sequence[str], where: Filter, window: Window | None, engine_type: str
) -> Reading:
    """A SELECT of the named fields, and beside them of what the order goes by, or of one record's version."""
    needed = [term.field for term in window.order] if window else ["version"]
    hidden = tuple(name for name in dict.fromkeys(needed) if name not in names)
    selected = [expression(name, model.columns[name], engine_type) for name in (*names, *hidden)]
    query = _windowed(model, selected, where, window, engine_type)
    return Reading(compiled(query, engine_type), renderers(names, model, engine_type), hidden)


def _windowed(
    model: ObjectModel, selected: Sequence[Selectable], where: Filter, window: Window | None, engine_type: str
) -> QueryString:
    """The SELECT with its conditions, order and limit."""
    if window is None or window.position is None:
        return _selection(model, selected, where, window, engine_type)
    stretches = beyond(window.order, window.position, model.columns, inclusive=window.inclusive)
    if engine_type != "sqlite" or len(stretches) == 1:
        return _selection(model, selected, where, window, engine_type, any_of(stretches))
    return _chained(
        [_selection(model, selected, where, window, engine_type, one) for one in stretches], window.limit
    )


def _chained(queries: Sequence[QueryString], limit: int) -> QueryString:
    """One query after the other until there are enough rows, which Piccolo has no way to say.

    For two ranges joined by OR, SQLite reads and sorts all of both before the first row of a page; MySQL
    does not. It runs the parts of a UNION ALL in turn, and stops at the limit.
    """
    parts = " UNION ALL ".join(["SELECT * FROM ({})"] * len(queries))
    return QueryString(f"{parts} LIMIT {limit}", *queries)


def _selection(
    model: ObjectModel,
    selected: Sequence[Selectable],
    where: Filter,
    window: Window | None,
    engine_type: str,
    stretch: Predicate | None = None,
) -> QueryString:
    """One SELECT, of one stretch of the order when there is one."""
    query = model.table.select(*selected)
    if window is not None:
        for term in window.order:
            query = query.order_by(model.columns[term.field], ascending=not term.descending)
        query = query.limit(window.limit)
    both = (compile_filter(where, model.columns, engine_type), stretch)
    conditions = all_of([one for one in both if one is not None])
    return (query if conditions is None else query.where(conditions)).querystrings[0]


def locked(model: ObjectModel, where: Filter, engine_type: str) -> Statement:
    """A SELECT of every column in stored form, for a change in the same transaction.

    SQLite's transactions lock the database as they begin; elsewhere the row is locked.
    """
    selected = [column.as_alias(name) for name, column in model.columns.items()]
    conditions = compile_filter(where, model.columns, engine_type)
    assert conditions is not None, "a filter for one record"
    query = model.table.select(*selected).where(conditions)
    return prepare(query if engine_type == "sqlite" else query.lock_rows("UPDATE"))


def insert(model: ObjectModel) -> Statement:
    """An INSERT whose values are those of ``model.columns``, in that order."""
    columns = model.columns.values()
    slots: dict[Column, Any] = {column: Slot.at(place) for place, column in enumerate(columns)}
    return prepare(Insert(model.table, model.table(slots)))  # Table.insert would have the id returned


def update(model: ObjectModel, names: Sequence[str]) -> Statement:
    """An UPDATE of the named columns; the values are theirs, then the id, then the version it is at."""
    columns = model.columns
    values: dict[Column | str, Any] = {columns[name]: Slot.at(place) for place, name in enumerate(names)}
    is_it = (columns["id"] == Slot.at(len(names))) & (columns["version"] == Slot.at(len(names) + 1))
    return prepare(model.table.update(values, use_auto_update=False).where(is_it))


def destroy(model: ObjectModel) -> Statement:
    """A DELETE of the record with that id."""
    return prepare(model.table.delete().where(model.columns["id"] == Slot.at(0)))
