"""Selects: the columns behind their results, locks, and clauses that read differently."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from piccolo.columns import Array, Column, Interval, Numeric
from piccolo.columns.readable import Readable
from piccolo.query.functions.aggregate import Avg, Max, Min, Sum
from piccolo.query.functions.array import ArrayQueryString
from piccolo.query.functions.base import Function
from piccolo.query.functions.conditional import Case, Coalesce, NullIf, When
from piccolo.query.methods.select import Select
from piccolo.query.mixins import LockRows, LockStrength
from piccolo.querystring import QueryString, Selectable

from piccolo_engines.mysql.dialect.distinct import first_of_each
from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.dialect.plain import plain_select
from piccolo_engines.mysql.literals import ServerSQL
from piccolo_engines.mysql.rows import Projection
from piccolo_engines.mysql.statements import Bilingual, SelectSQL
from piccolo_engines.mysql.values import ArrayItem, Hint

__all__ = ["PATCHES", "ReadableSearch", "readable_search"]

_ALL_ROWS = 18446744073709551615
_SHARED = (LockStrength.share, LockStrength.key_share)


def _hint(selected: Selectable | object) -> Hint:
    """The column whose type a result has, if there is one."""
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
    """The first of the results that says what it is; columns stand in there by their names."""
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
    """MySQL knows two strengths; what is weaker than these becomes the stronger.

    MariaDB cannot lock the rows of some of the tables only, and locks those of all.
    """
    if lock.lock_strength in _SHARED:
        strength = ServerSQL(mysql="FOR SHARE", mariadb="LOCK IN SHARE MODE")
    else:
        strength = ServerSQL(mysql="FOR UPDATE", mariadb="FOR UPDATE")
    tables = ", ".join(table._meta.get_formatted_tablename() for table in lock.of)
    of = ServerSQL(mysql=f" OF {tables}" if tables else "", mariadb="")
    patience = " NOWAIT" if lock.nowait else " SKIP LOCKED" if lock.skip_locked else ""
    return Bilingual(lock.querystring, QueryString(" {}{}" + patience, strength, of))


@dataclass(frozen=True, slots=True)
class ReadableSearch:
    """A search among readable representations: a part of them, and, if asked for, limit and offset."""

    term: str
    window: tuple[int, int] | None


readable_search: ContextVar[ReadableSearch | None] = ContextVar("search among readables", default=None)


def _searched(select: SelectSQL, search: ReadableSearch) -> SelectSQL:
    tail = " LIMIT {} OFFSET {}".format(*search.window) if search.window is not None else ""
    template = 'SELECT * FROM ({}) AS "found" WHERE LOWER("found"."readable") LIKE LOWER({})'
    template += ' ORDER BY "found"."readable"' + tail
    assert select.table is not None
    return SelectSQL(template, select, f"%{search.term}%", table=select.table, hints=select.hints)


def _select(self: Select[Any]) -> Sequence[QueryString]:
    if self.offset_delegate._offset and not self.limit_delegate._limit:
        self.limit_delegate.limit(_ALL_ROWS)  # there is no OFFSET without LIMIT
    search = readable_search.get()
    if search is None and (plain := plain_select(self)) is not None:
        return [plain]
    order: Any = self.order_by_delegate._order_by
    distinct = self.distinct_delegate._distinct
    order.takes_only_selected = distinct.enabled and not distinct.on
    lock, self.lock_rows_delegate._lock_rows = self.lock_rows_delegate._lock_rows, None
    try:
        with first_of_each(self):
            (standard,) = self.default_querystrings
    finally:
        self.lock_rows_delegate._lock_rows = lock
    selected = self.columns_delegate.selected_columns
    hints = Projection([_hint(item) for item in selected])
    if lock is not None:
        standard = QueryString(standard.template + "{}", *standard.args, _lock(lock))
    select = SelectSQL.adopt(standard, self.table, hints)
    if search is not None and any(
        isinstance(item, Readable) for item in self.columns_delegate.selected_columns
    ):
        return [_searched(select, search)]
    return [select]


PATCHES = (
    Patch(
        Select,
        "mysql_querystrings",
        lambda _: property(_select),
        "results need their columns; OFFSET needs LIMIT; locks read differently",
        adds=True,
    ),
)
