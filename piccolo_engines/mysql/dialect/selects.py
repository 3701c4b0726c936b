"""Selects: the columns of their results, locks, and clauses with a different syntax."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from piccolo.columns import Array, Column, Interval, Numeric
from piccolo.query.functions.aggregate import Avg, Max, Min, Sum
from piccolo.query.functions.array import ArrayQueryString
from piccolo.query.functions.base import Function
from piccolo.query.functions.conditional import Case, Coalesce, NullIf, When
from piccolo.query.methods.select import Select
from piccolo.query.mixins import LockRows, LockStrength
from piccolo.querystring import QueryString, Selectable

from piccolo_engines.mysql.dialect.distinct import first_of_each
from piccolo_engines.mysql.dialect.expressions import named
from piccolo_engines.mysql.dialect.ordering import sortable
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.dialect.plain import plain_select
from piccolo_engines.mysql.literals import ServerSQL
from piccolo_engines.mysql.results.values import ArrayItem, Hint
from piccolo_engines.mysql.statements import Bilingual
from piccolo_engines.statements import Projection, SelectSQL

__all__ = ["PATCHES"]

_ALL_ROWS = 18446744073709551615
_SHARED = (LockStrength.share, LockStrength.key_share)


def _hint(selected: Selectable | object) -> Hint:
    """Return the column whose type a result has, if any."""
    if isinstance(selected, Column):
        is_item = isinstance(selected, Array) and isinstance(selected.index, int)
        return ArrayItem(selected) if is_item else selected  # type: ignore[arg-type]  # is_item says it is an Array
    if (cast_to := getattr(selected, "cast_to", None)) is not None:
        return cast_to  # type: ignore[no-any-return]  # the attribute that the dialect's Cast sets
    if isinstance(selected, Case):
        return _case_hint(selected)
    if not isinstance(selected, QueryString) or not selected.columns:
        return None
    if isinstance(selected, ArrayQueryString):
        return next((column for column in selected.columns if isinstance(column, Array)), None)
    return _function_hint(selected, selected.columns[0])


def _case_hint(case: Case) -> Hint:
    """Return the hint of the first result that has one. Columns occur there by name."""
    named = {column._meta.get_full_name(with_alias=False): column for column in case.columns}
    for part in case.args:
        result = part.args[1] if isinstance(part, When) else part
        hint = _hint(result) or named.get(getattr(result, "template", ""))
        if hint is not None:
            return hint
    return None


def _function_hint(function: QueryString, column: Column) -> Hint:
    if isinstance(function, Max | Min | Coalesce | NullIf):
        return _hint(column)
    if isinstance(function, Sum) or (isinstance(function, Avg) and isinstance(column, Interval)):
        return column if column.value_type is not bool else None
    return column if isinstance(function, Function) and isinstance(column, Numeric) else None


def _lock(lock: LockRows) -> QueryString:
    """Return the lock clause. MySQL has two strengths; weaker ones become the stronger one.

    MariaDB cannot lock the rows of some tables only, and locks those of all.
    """
    if lock.lock_strength in _SHARED:
        strength = ServerSQL(mysql="FOR SHARE", mariadb="LOCK IN SHARE MODE")
    else:
        strength = ServerSQL(mysql="FOR UPDATE", mariadb="FOR UPDATE")
    tables = ", ".join(table._meta.get_formatted_tablename() for table in lock.of)
    of = ServerSQL(mysql=f" OF {tables}" if tables else "", mariadb="")
    patience = " NOWAIT" if lock.nowait else " SKIP LOCKED" if lock.skip_locked else ""
    return Bilingual(lock.querystring, QueryString(" {}{}" + patience, strength, of))


@contextlib.contextmanager
def _as_mysql_reads_it(select: Select[Any]) -> Iterator[None]:
    """While this is open the select has no lock, and names and orders what it selects in MySQL's way."""
    columns, order, lock = select.columns_delegate, select.order_by_delegate, select.lock_rows_delegate
    before = (columns.selected_columns, order._order_by, lock._lock_rows)
    distinct = select.distinct_delegate._distinct
    columns.selected_columns = [
        named(one) if isinstance(one, QueryString) else one for one in columns.selected_columns
    ]
    if not distinct.enabled or distinct.on:  # else it may order by nothing but what is selected
        order._order_by = sortable(order._order_by)
    lock._lock_rows = None
    try:
        with first_of_each(select):
            yield
    finally:
        columns.selected_columns, order._order_by, lock._lock_rows = before


def _select(self: Select[Any]) -> Sequence[QueryString]:
    if self.offset_delegate._offset and not self.limit_delegate._limit:
        self.limit_delegate.limit(_ALL_ROWS)  # MySQL has no OFFSET without LIMIT
    if (plain := plain_select(self)) is not None:
        return [plain]
    if not self.columns_delegate.selected_columns:
        self.columns_delegate.selected_columns = self.table._meta.columns  # as Piccolo does
    if self.exclude_secrets:
        self.columns_delegate.remove_secret_columns()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
    with _as_mysql_reads_it(self):
        (standard,) = self.default_querystrings
    lock: LockRows | None = self.lock_rows_delegate._lock_rows
    hints = Projection([_hint(item) for item in self.columns_delegate.selected_columns])
    if lock is not None:
        standard = QueryString(standard.template + "{}", *standard.args, _lock(lock))
    return [SelectSQL.adopt(standard, self.table, hints)]


PATCHES = (
    Patch(
        Select,
        "mysql_querystrings",
        lambda _: property(_select),
        "results need their columns; OFFSET needs LIMIT; locks have a different syntax",
        adds=True,
    ),
)
