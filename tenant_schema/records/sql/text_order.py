"""Texts in their order: what a list is sorted by and what a comparison compares, so that both mean the same.

Texts are ordered by their sort keys (:mod:`piccolo_engines.sort_keys`): from the column of keys, where a
field has one, or worked out as they are read. That two texts are equal is exact, and by their keys an index
finds them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from piccolo.columns import And as Both
from piccolo.columns import Column, Text, Varchar
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from piccolo_engines.sort_keys import SORT_COLLATION, key_of_column, key_of_value
from tenant_schema.objects.model.sort_columns import kept_key

__all__ = ["compare", "found_by_key", "is_missing", "is_text", "order_of", "tie_break_of"]


def is_text(column: Column) -> bool:
    """Whether the column holds text, which has an order of its own."""
    return isinstance(column, Varchar | Text)


def order_of(column: Column, engine_type: str) -> Column | QueryString:
    """What to order by: the key of a text, any other value itself."""
    if not is_text(column):
        return column
    return kept_key(column) or key_of_column(column, engine_type)


def tie_break_of(column: Column, engine_type: str) -> Column | QueryString:
    """What to order by where something else comes first.

    SQLite would work out the key of every row, although few rows are equal in what comes first; by a
    collation it works out those of the rows that it compares.
    """
    if engine_type == "sqlite" and is_text(column):
        return QueryString(f"{{}} COLLATE {SORT_COLLATION}", column)
    return order_of(column, engine_type)


def compare(column: Column, sign: str, value: object, engine_type: str) -> WhereRaw:
    """The condition that the column is before (``<``), behind (``>``) or at (``=``) a value in its order."""
    place = key_of_value(value, engine_type) if is_text(column) else value
    return WhereRaw(f"{{}} {sign} {{}}", order_of(column, engine_type), place)


def is_missing(column: Column, *, there: bool = False) -> WhereRaw:
    """The condition that there is no value, or one, such that the index by which the column is ordered
    finds it.
    """
    return WhereRaw(f"{{}} IS {'NOT ' if there else ''}NULL", _indexed(column))


def _indexed(column: Column) -> Column:
    return (kept_key(column) if is_text(column) else None) or column


def found_by_key(operator: str, column: Column, value: Any, engine_type: str) -> Any:
    """The condition of a filter on a text, where its order or its key has a part in that; None otherwise."""
    condition = _CONDITIONS.get(operator)
    return None if condition is None else condition(column, value, engine_type)


def _equal(column: Column, value: object, engine_type: str) -> Any:
    if kept_key(column) is None or column._meta.unique:
        return None
    return Both(compare(column, "=", value, engine_type), column == value)


def _among(column: Column, values: tuple[object, ...], engine_type: str) -> Any:
    key = kept_key(column)
    if key is None or column._meta.unique:
        return None
    places = ", ".join(["{}"] * len(values))
    keys = [key_of_value(value, engine_type) for value in values]
    return Both(WhereRaw(f"{{}} IN ({places})", key, *keys), column.is_in(list(values)))


def _between(column: Column, limits: tuple[object, object], engine_type: str) -> Any:
    low, high = limits
    return Both(compare(column, ">=", low, engine_type), compare(column, "<=", high, engine_type))


def _null(column: Column, is_null: object, _engine_type: str) -> Any:
    return is_missing(column, there=not is_null)


_CONDITIONS: Final[Mapping[str, Callable[[Column, Any, str], Any]]] = {
    "eq": _equal,
    "in": _among,
    "gt": lambda column, value, engine_type: compare(column, ">", value, engine_type),
    "gte": lambda column, value, engine_type: compare(column, ">=", value, engine_type),
    "lt": lambda column, value, engine_type: compare(column, "<", value, engine_type),
    "lte": lambda column, value, engine_type: compare(column, "<=", value, engine_type),
    "between": _between,
    "null": _null,
}
