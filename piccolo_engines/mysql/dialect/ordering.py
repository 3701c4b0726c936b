"""ORDER BY."""

import decimal
from typing import Any

from piccolo.columns import Array
from piccolo.query.mixins import OrderBy, OrderByItem
from piccolo.querystring import QueryString

from piccolo_engines.mysql.dialect.patching import Patch, speaks_mysql

__all__ = ["PATCHES"]

_ITEMS = 4
_NUMBERS = (int, float, decimal.Decimal)


def _keys(array: Array) -> list[Any]:
    """An array's first items, and then its text."""
    number = " + 0" if array.base_column.value_type in _NUMBERS else ""
    return [
        *(
            QueryString(f"JSON_UNQUOTE(JSON_EXTRACT({{}}, '$[{place}]')){number}", array)
            for place in range(_ITEMS)
        ),
        QueryString("CAST({} AS CHAR)", array),
    ]


def _needs_keys(column: object) -> bool:
    return isinstance(column, Array) and speaks_mysql(column)


def _querystring(original: property) -> property:
    assert original.fget is not None
    standard = original.fget

    def querystring(self: OrderBy) -> QueryString:
        columns = [column for item in self.order_by_items for column in item.columns]
        if getattr(self, "takes_only_selected", False) or not any(map(_needs_keys, columns)):
            unchanged: QueryString = standard(self)
            return unchanged
        items = [
            OrderByItem(_keys(column) if isinstance(column, Array) else [column], item.ascending)
            for item in self.order_by_items
            for column in item.columns
        ]
        sortable: QueryString = standard(OrderBy(items))
        return sortable

    return property(querystring, doc=original.__doc__)


PATCHES = (Patch(OrderBy, "querystring", _querystring, "MySQL does not order JSON arrays"),)
