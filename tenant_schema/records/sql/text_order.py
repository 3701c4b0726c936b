"""The order of texts, for ORDER BY and for comparisons, so that both agree.

Texts are ordered by their sort keys (:mod:`piccolo_engines.sort_keys`): from the column of keys where a field
has one, otherwise computed for each row. Equality is exact; where there are keys, an index on them finds
equal texts.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from piccolo.columns import And as Both
from piccolo.columns import Column, Text, Varchar
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

from tenant_schema.objects.model.sort_columns import kept_key
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["compare", "found_by_key", "is_missing", "is_text", "order_of", "tie_break_of"]


def is_text(column: Column) -> bool:
    """Whether the column holds text, which is ordered by sort keys."""
    return isinstance(column, Varchar | Text)


def order_of(column: Column, dialect: RecordsDialect) -> Column | QueryString:
    """The expression to order by: the sort key of a text, the column itself for any other type."""
    if not is_text(column):
        return column
    return kept_key(column) or dialect.sort_keys.of_column(column)


def tie_break_of(column: Column, dialect: RecordsDialect) -> Column | QueryString:
    """The expression to order by after another one, which few rows have in common."""
    cheaper = dialect.tie_break(column) if is_text(column) else None
    return order_of(column, dialect) if cheaper is None else cheaper


def compare(column: Column, sign: str, value: object, dialect: RecordsDialect) -> WhereRaw:
    """The condition that a column compares with a value in the column's order.

    :param sign: ``<``, ``<=``, ``=``, ``>=`` or ``>``.
    """
    place = dialect.sort_keys.of_value(value) if is_text(column) else value
    return WhereRaw(f"{{}} {sign} {{}}", order_of(column, dialect), place)


def is_missing(column: Column, *, there: bool = False) -> WhereRaw:
    """The condition that the column is null, or not null if ``there``, for which the index of its order can
    be used.
    """
    return WhereRaw(f"{{}} IS {'NOT ' if there else ''}NULL", _indexed(column))


def _indexed(column: Column) -> Column:
    return (kept_key(column) if is_text(column) else None) or column


def found_by_key(operator: str, column: Column, value: Any, dialect: RecordsDialect) -> Any:
    """The condition for an operator on a text, where it uses sort keys; otherwise None."""
    condition = _CONDITIONS.get(operator)
    return None if condition is None else condition(column, value, dialect)


def _equal(column: Column, value: object, dialect: RecordsDialect) -> Any:
    if kept_key(column) is None or column._meta.unique:
        return None
    return Both(compare(column, "=", value, dialect), column == value)


def _among(column: Column, values: tuple[object, ...], dialect: RecordsDialect) -> Any:
    key = kept_key(column)
    if key is None or column._meta.unique:
        return None
    places = ", ".join(["{}"] * len(values))
    keys = [dialect.sort_keys.of_value(value) for value in values]
    return Both(WhereRaw(f"{{}} IN ({places})", key, *keys), column.is_in(list(values)))


def _between(column: Column, limits: tuple[object, object], dialect: RecordsDialect) -> Any:
    low, high = limits
    return Both(compare(column, ">=", low, dialect), compare(column, "<=", high, dialect))


def _null(column: Column, is_null: object, _dialect: RecordsDialect) -> Any:
    return is_missing(column, there=not is_null)


_CONDITIONS: Final[Mapping[str, Callable[[Column, Any, RecordsDialect], Any]]] = {
    "eq": _equal,
    "in": _among,
    "gt": lambda column, value, dialect: compare(column, ">", value, dialect),
    "gte": lambda column, value, dialect: compare(column, ">=", value, dialect),
    "lt": lambda column, value, dialect: compare(column, "<", value, dialect),
    "lte": lambda column, value, dialect: compare(column, "<=", value, dialect),
    "between": _between,
    "null": _null,
}
