"""ORDER BY. MySQL cannot sort JSON arrays."""

import decimal
from typing import Any

from piccolo.columns import Array
from piccolo.query.mixins import OrderBy, OrderByItem
from piccolo.querystring import QueryString

__all__ = ["sortable"]

_ITEMS = 4
_NUMBERS = (int, float, decimal.Decimal)


def _keys(array: Array) -> list[Any]:
    """Return the sort keys of an array: its first items, then its text."""
    number = " + 0" if array.base_column.value_type in _NUMBERS else ""
    return [
        *(
            QueryString(f"JSON_UNQUOTE(JSON_EXTRACT({{}}, '$[{place}]')){number}", array)
            for place in range(_ITEMS)
        ),
        QueryString("CAST({} AS CHAR)", array),
    ]


class _WithArrays(OrderBy):
    """An order whose SQL has the items of arrays in place of the arrays."""

    __slots__ = ()

    @property
    def querystring(self) -> QueryString:
        items = [
            OrderByItem(_keys(column) if isinstance(column, Array) else [column], item.ascending)
            for item in self.order_by_items
            for column in item.columns
        ]
        return OrderBy(items).querystring


def sortable(order: OrderBy) -> OrderBy:
    """The order as MySQL can sort by it; its columns, and so the joins that they need, stay the same."""
    has_arrays = any(isinstance(column, Array) for item in order.order_by_items for column in item.columns)
    return _WithArrays(order.order_by_items) if has_arrays else order
