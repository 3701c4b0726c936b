"""DISTINCT ON, which MySQL lacks: rows are numbered per value, and the first ones selected by key."""

import contextlib
from collections.abc import Iterator
from typing import Any

from piccolo.columns.combination import WhereRaw
from piccolo.query.methods.select import Select
from piccolo.query.mixins import Distinct
from piccolo.querystring import QueryString

from piccolo_engines.errors import Unsupported

__all__ = ["first_of_each"]


@contextlib.contextmanager
def first_of_each(select: Select[Any]) -> Iterator[None]:
    """Inside the block, the select returns the first row of each value by a condition.

    :raises Unsupported: together with ``group_by``.
    """
    distinct, where = select.distinct_delegate._distinct, select.where_delegate._where
    if not distinct.on:
        yield
        return
    select.where_delegate._where = WhereRaw(
        '{} IN (SELECT "key" FROM ({}) AS "ranked" WHERE "place" = 1)',
        select.table._meta.primary_key,
        _ranked(select, distinct),
    )
    select.distinct_delegate._distinct = Distinct(enabled=False, on=None)
    try:
        yield
    finally:
        select.distinct_delegate._distinct, select.where_delegate._where = distinct, where


def _ranked(select: Select[Any], distinct: Distinct) -> QueryString:
    if select.group_by_delegate._group_by:
        raise Unsupported("MySQL has no DISTINCT ON for groups: leave one of the two out.")
    order = select.order_by_delegate._order_by
    distinct.validate_on(order)
    on = distinct.on or ()
    places = ", ".join("{}" for _ in on)
    place = QueryString(
        f"ROW_NUMBER() OVER (PARTITION BY {places}{{}})", *on, order.querystring, alias="place"
    )
    ranked = select.table.select(select.table._meta.primary_key.as_alias("key"), place)
    ranked.where_delegate._where = select.where_delegate._where
    ranked.order_by_delegate = select.order_by_delegate
    querystring: QueryString = ranked.querystrings[0]
    return querystring
