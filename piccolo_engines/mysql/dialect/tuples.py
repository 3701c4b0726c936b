"""The rows of an INSERT: its text up to the last of them, and their values beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from piccolo import table as table_module
from piccolo.columns import Column
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.mysql.dialect.conditions import passes_unchanged
from piccolo_engines.mysql.literals import quote_name
from piccolo_engines.mysql.templates import VALUES

__all__ = ["insert_rows"]


class _Plan(NamedTuple):
    """What is the same in all inserts into a table; kept with the table's metadata, it goes with it."""

    about: tuple[object, ...]
    beginning: str
    columns: tuple[tuple[str, Column], ...]


def _plan(table: type[Table]) -> _Plan:
    meta = table._meta
    plan: _Plan | None = meta.__dict__.get("mysql_insert")
    about = (table, meta.tablename, meta.schema, id(meta.columns))
    if plan is None or plan.about != about:
        names = ",".join(quote_name(column._meta.db_column_name) for column in meta.columns)
        beginning = f"INSERT INTO {meta.get_formatted_tablename()} ({names}) VALUES "  # noqa: S608 - names are quoted, values are bound
        columns = tuple((column._meta.name, column) for column in meta.columns)
        plan = meta.__dict__["mysql_insert"] = _Plan(about, beginning, columns)
    return plan


def insert_rows(table: type[Table], instances: Sequence[Table]) -> tuple[str, list[Any], bool]:
    """``INSERT INTO … VALUES (…), (…)`` as a template, its arguments, and whether all of them are values."""
    plan = _plan(table)
    args: list[Any] = []
    rows, are_values = [], True
    for instance in instances:
        places = []
        for name, column in plan.columns:
            value = getattr(instance, name)
            if not passes_unchanged(value, column):
                value = vars(table_module)["convert_to_sql_value"](value=value, column=column)
            if type(value) not in VALUES and isinstance(value, QueryString):
                if not value.args:
                    places.append(value.template)
                    continue
                are_values = False
            places.append("{}")
            args.append(value)
        rows.append(f"({','.join(places)})")
    return plan.beginning + ",".join(rows), args, are_values
