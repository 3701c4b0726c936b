"""ON CONFLICT, implemented with ON DUPLICATE KEY UPDATE.

MySQL's clause applies to any unique key, Piccolo's to a named one. So the first assignment checks that the
existing row has the same values in the named columns. If not, another key conflicts: the assignment then
selects one value out of two, which fails, and :func:`is_other_conflict` recognises that failure.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from asyncmy.errors import Error as DriverError
from piccolo.columns import Column
from piccolo.columns.combination import And, Or, Where, WhereRaw
from piccolo.constraints import Unique
from piccolo.custom_types import Combinable
from piccolo.query.mixins import OnConflictAction, OnConflictItem
from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from piccolo_engines.errors import DatabaseError, Unsupported
from piccolo_engines.mysql.literals import quote_name

__all__ = ["is_other_conflict", "on_duplicate", "target_columns"]

_MORE_THAN_ONE_ROW = 1242


def target_columns(table: type[Table], item: OnConflictItem) -> Sequence[Column]:
    """Return the columns of the conflict; none if it may be any.

    :raises Unsupported: for the name of a constraint that the table does not declare.
    """
    target = item.target
    if target is None:
        return ()
    if isinstance(target, Column):
        return (target,)
    if isinstance(target, tuple):
        return target
    for constraint in table._meta.constraints:
        if isinstance(constraint, Unique) and constraint._meta.name == target:
            names: list[str] = constraint.get_column_names()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
            return [column for column in table._meta.columns if column._meta.db_column_name in names]
    for column in table._meta.columns:
        if target == f"{table._meta.tablename}_{column._meta.db_column_name}_key":
            return (column,)
    raise Unsupported(f"{table._meta.tablename} declares no constraint {target}: name the columns instead.")


def on_duplicate(table: type[Table], item: OnConflictItem) -> QueryString:
    """Return the clause.

    To do nothing, it sets the primary key to itself, which changes and reports nothing.
    """
    assignments = [_guard(table, target_columns(table, item))]
    if item.action is OnConflictAction.do_update:
        if not item.values:
            raise ValueError("No values specified for `on conflict`")
        assignments += _changes(item)
    return QueryString(" ON DUPLICATE KEY UPDATE " + ", ".join("{}" for _ in assignments), *assignments)


def _guard(table: type[Table], target: Sequence[Column]) -> QueryString:
    key = quote_name(table._meta.primary_key._meta.db_column_name)
    if not target:
        return QueryString(f"{key}={key}")
    names = [quote_name(column._meta.db_column_name) for column in target]
    same = " AND ".join(f"{name} <=> VALUES({name})" for name in names)
    return QueryString(f"{key}=IF({same}, {key}, (SELECT x'00' UNION ALL SELECT x'01'))")


def is_other_conflict(error: DatabaseError) -> bool:
    """Whether the clause failed because other columns than the named ones conflict."""
    cause = error.__cause__
    return isinstance(cause, DriverError) and cause.args[:1] == (_MORE_THAN_ONE_ROW,)


def _changes(item: OnConflictItem) -> list[QueryString]:
    """Return the assignments, limited by the condition if there is one.

    :raises Unsupported: when the condition uses several assigned columns: MySQL would see the new values of
        those that it has assigned already.
    """
    changes = [_change(value) for value in item.values or ()]
    if item.where is None:
        return [QueryString(f"{name}={{}}", new) for name, new in changes]
    conditional = {quote_name(column._meta.db_column_name) for column in _columns(item.where)}
    changes.sort(key=lambda change: change[0] in conditional)
    if sum(name in conditional for name, _ in changes) > 1:
        raise Unsupported(
            "MySQL cannot check a condition about several columns that the same statement sets."
        )
    condition = item.where.querystring
    return [QueryString(f"{name}=IF({{}}, {{}}, {name})", condition, new) for name, new in changes]


def _change(value: Column | tuple[Column, Any]) -> tuple[str, Any]:
    if isinstance(value, Column):
        name = quote_name(value._meta.db_column_name)
        return name, QueryString(f"VALUES({name})")
    column, new = value
    if not isinstance(column, Column):
        raise ValueError("Unsupported column type")
    return quote_name(column._meta.db_column_name), convert_to_sql_value(value=new, column=column)


def _columns(where: Combinable) -> Iterator[Column]:
    if isinstance(where, Where):
        yield where.column
    elif isinstance(where, WhereRaw):
        yield from where.querystring.columns
    elif isinstance(where, And | Or):
        yield from _columns(where.first)
        yield from _columns(where.second)
