"""Plain selects: a fast path for selects of one table and its own columns, the most frequent ones.

Piccolo composes a select of some twenty QueryStrings. Here the text is written directly, next to its values,
and the constant parts (the columns) are cached with the table. A select with any other part is left to
Piccolo.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Hashable, Mapping, Sequence
from types import NoneType
from typing import Any

from piccolo.columns import JSON, UUID, Array, Column, Date, ForeignKey, Time, Timestamp, Timestamptz
from piccolo.columns.combination import UNDEFINED, And, Or, Where
from piccolo.query.methods.select import Select
from piccolo.query.mixins import OrderByItem
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.mysql.statements import FlatSelect
from piccolo_engines.mysql.templates import VALUES
from piccolo_engines.statements import Projection

__all__ = ["plain_select"]

_MOST_BEGINNINGS = 128
_MOMENTS = (dt.datetime, dt.date, dt.time)


class _Known:
    """The constant parts of all selects of a table. Stored in the table's metadata, and freed with it.

    :ivar about: the table, its name, schema and columns at the time of caching.
    :ivar star: the beginning of a select of all columns, if they are plain.
    :ivar beginnings: the beginnings of selects of some columns.
    :ivar names: the names of the table's own columns by their ids, which are valid as long as the table.
    """

    __slots__ = ("about", "beginnings", "names", "star")

    def __init__(self, table: type[Table]) -> None:
        meta = table._meta
        plain = {id(column): column for column in meta.columns if _stands_for_itself(column)}
        self.about = _about(table)
        self.star = _begin(table, meta.columns) if len(plain) == len(meta.columns) else None
        self.beginnings: dict[tuple[int, ...], _Beginning] = {}
        self.names: dict[int, str] = {
            key: column._meta.get_full_name(with_alias=False) for key, column in plain.items()
        }


_Beginning = tuple[str, Projection]


def _about(table: type[Table]) -> tuple[object, ...]:
    return table, table._meta.tablename, table._meta.schema, id(table._meta.columns)


class _NotPlain(Exception):
    """The select contains something that is not supported here."""


def plain_select(select: Select[Any]) -> FlatSelect | None:
    """Return the select as one piece of SQL; ``None`` if it is not plain."""
    if (
        select.distinct_delegate._distinct.enabled
        or select.as_of_delegate._as_of
        or select.group_by_delegate._group_by
        or select.having_delegate._where
        or select.lock_rows_delegate._lock_rows
        or select.exclude_secrets
    ):
        return None
    args: list[Any] = []
    try:
        known = _known_about(select.table)
        text, projection = _beginning(select, known)
        if (where := select.where_delegate._where) is not None:
            text += " WHERE " + _condition(where, args, known.names)
        if items := select.order_by_delegate._order_by.order_by_items:
            text += _order(items, known.names)
    except _NotPlain:
        return None
    if limit := select.limit_delegate._limit:
        text += f" LIMIT {limit.number}"
    if offset := select.offset_delegate._offset:
        text += f" OFFSET {offset.number}"
    return FlatSelect(text, args, select.table, projection)


def _known_about(table: type[Table]) -> _Known:
    kept = table._meta.__dict__
    known: _Known | None = kept.get("mysql_selects")
    if known is None or known.about != _about(table):
        known = kept["mysql_selects"] = _Known(table)
    return known


def _beginning(select: Select[Any], known: _Known) -> _Beginning:
    """Return ``SELECT … FROM …``. Cached for every choice of the table's own columns."""
    table, delegate = select.table, select.columns_delegate
    if not delegate.selected_columns:
        delegate.selected_columns = table._meta.columns  # as Piccolo does: other code reads it
    selected = delegate.selected_columns
    if selected is table._meta.columns and known.star is not None:
        return known.star
    key = tuple(map(id, selected))
    beginning = known.beginnings.get(key)
    if beginning is None:
        beginning = _begin(table, selected)
        if known.names.keys() >= set(key):
            if len(known.beginnings) >= _MOST_BEGINNINGS:
                known.beginnings.clear()
            known.beginnings[key] = beginning
    return beginning


def _begin(table: type[Table], selected: Any) -> _Beginning:
    if not all(map(_stands_for_itself, selected)):
        raise _NotPlain
    columns = ", ".join(column.get_select_string("mysql").template for column in selected)
    source = table._meta.get_formatted_tablename()
    return f"SELECT ALL {columns} FROM {source}", Projection(selected)  # noqa: S608 - names are quoted, values are bound


def _stands_for_itself(column: Any) -> bool:
    kind: Any = type(column)
    return _is_plain(kind) and not column._meta.call_chain


@functools.lru_cache(maxsize=1024)
def _is_plain(kind: Hashable) -> bool:
    """Whether columns of this class are selected and compared by name."""
    return (
        isinstance(kind, type)
        and issubclass(kind, Column)
        and not issubclass(kind, Array)
        and kind.get_select_string is Column.get_select_string
        and kind.get_where_string is Column.get_where_string
    )


def _name(column: Any, names: Mapping[int, str]) -> str:
    name = names.get(id(column))
    if name is None:
        if not _stands_for_itself(column):
            raise _NotPlain
        name = column._meta.get_full_name(with_alias=False)
    return name


def _condition(where: Any, args: list[Any], names: Mapping[int, str]) -> str:
    kind: Any = type(where)
    if kind is And or kind is Or:
        first = _condition(where.first, args, names)
        return f"({first} {where.operator} {_condition(where.second, args, names)})"
    if kind is not Where:
        raise _NotPlain
    return _comparison(where, args, names)


def _comparison(where: Where, args: list[Any], names: Mapping[int, str]) -> str:
    name, value = _name(where.column, names), where.value
    kind: Any = type(where.column)
    values: Any = where.values
    count = 0
    if value is not UNDEFINED:
        _add(value, args, kind)
    if values is not UNDEFINED:
        if isinstance(values, QueryString):
            raise _NotPlain
        for one in values:
            _add(one, args, kind)
        count = len(values)
    return _formatted(where.operator.template, name, count)


@functools.lru_cache(maxsize=4096)
def _formatted(template: str, name: str, count: int) -> str:
    return template.format(name=name, value="{}", values=", ".join(["{}"] * count))


def _add(value: Any, args: list[Any], column: Hashable) -> None:
    kind: Any = type(value)
    if not _is_like(column, kind):
        raise _NotPlain
    args.append(value)


@functools.lru_cache(maxsize=4096)
def _is_like(column: Any, value: Any) -> bool:
    """Whether a prepared statement may compare such a column with a value of this type.

    For mismatched types MySQL treats prepared statements and text differently, for example a date and a
    number, or a text that is not a date.
    """
    if issubclass(column, JSON) or value not in VALUES:
        return False
    if value is NoneType:
        return True
    if issubclass(column, Timestamp | Timestamptz | Date | Time):
        return value in _MOMENTS
    return value is not uuid.UUID or issubclass(column, UUID | ForeignKey)


def _order(items: Sequence[OrderByItem], names: Mapping[int, str]) -> str:
    parts = [
        f"{_name(column, names)} {'ASC' if item.ascending else 'DESC'}"
        for item in items
        for column in item.columns
    ]
    return " ORDER BY " + ", ".join(parts)
