"""Operators and functions that differ between PostgreSQL and MySQL."""

import datetime as dt
import re
from typing import Any

from piccolo.columns import (
    JSON,
    UUID,
    Array,
    Boolean,
    Bytea,
    Char,
    Column,
    Date,
    ForeignKey,
    Integer,
    Interval,
    Numeric,
    Real,
    Serial,
    Text,
    Time,
    Timestamp,
    Timestamptz,
    Varchar,
)
from piccolo.columns.column_types import ConcatDelegate, DoublePrecision, TimedeltaDelegate
from piccolo.query.functions.aggregate import Count
from piccolo.query.functions.base import Function
from piccolo.query.functions.string import Concat, Length
from piccolo.query.functions.type_conversion import Cast
from piccolo.querystring import QueryString

from piccolo_engines.errors import Unsupported
from piccolo_engines.mysql.dialect.patching import Patch, for_mysql, speaks_mysql
from piccolo_engines.mysql.literals import microseconds, quote_name
from piccolo_engines.mysql.results.values import UNLIMITED_SCALE
from piccolo_engines.mysql.statements import Bilingual

__all__ = ["PATCHES", "named", "preserved_alias"]


def preserved_alias(identifier: object, alias: str | None) -> str | None:
    """Return the alias of a function's result, which is that of its argument by default."""
    if isinstance(identifier, Column):
        default: str = identifier._meta.get_default_alias()  # type: ignore[no-untyped-call]  # Piccolo does not annotate it
        return alias or identifier._alias or default
    return alias or getattr(identifier, "_alias", None)


def _add_interval(column: Column, operator: str, value: dt.timedelta) -> QueryString:
    """Return an assignment that adds a timedelta to a column of the updated row."""
    if not isinstance(value, dt.timedelta):
        raise ValueError("Only timedelta values can be added.")
    name = quote_name(column._meta.db_column_name)
    amount = microseconds(value)
    if isinstance(column, Interval):
        return QueryString(f"{name} {operator} {amount}")
    moved = f"{name} {operator} INTERVAL {amount} MICROSECOND"
    if isinstance(column, Timestamp | Timestamptz):
        return QueryString(moved)
    if isinstance(column, Date):
        return QueryString(f"CAST({moved} AS DATE)")
    if isinstance(column, Time):  # wraps around at midnight
        return QueryString(
            f"TIME(CAST(CONCAT('2000-01-02 ', {name}) AS DATETIME(6)) "
            f"{operator} INTERVAL {amount} MICROSECOND)"
        )
    raise ValueError(f"{type(column).__name__} doesn't support timedelta addition currently.")


def _concatenate(_: ConcatDelegate, column: Column, value: Any, reverse: bool = False) -> QueryString:
    if isinstance(value, Column):
        if column._meta.call_chain:
            raise ValueError("Adding values across joins isn't currently supported.")
    elif not isinstance(value, str | QueryString):
        raise ValueError("Only str, Column and QueryString values can be added.")
    return QueryString("CONCAT({}, {})", *((value, column) if reverse else (column, value)))


def _divide(original: Any) -> Any:
    """Divide integers to integers, as PostgreSQL does."""

    def method(self: Integer, value: Any) -> QueryString:
        divided: QueryString = original(self, value)
        if isinstance(value, int | Integer) and speaks_mysql(self):
            divided.template = divided.template.replace(" / ", " DIV ")
        return divided

    return method


def _also(template: str) -> Any:
    """Keep an operator's SQL for PostgreSQL, and add this for MySQL."""

    def replace(original: Any) -> Any:
        def method(self: QueryString, value: Any) -> QueryString:
            return Bilingual(original(self, value), QueryString(template, self, value))

        return method

    return replace


_CALL = re.compile(r"(\w+)\(.*\)$", re.DOTALL)


def _result_name(function: QueryString) -> str | None:
    """Return PostgreSQL's name for the result of a function."""
    known: str | None = getattr(function, "result_name", None)
    call = _CALL.match(function.template) if known is None else None
    return call.group(1).lower() if call is not None else known


def named(selected: QueryString) -> QueryString:
    """A selected expression with the alias that PostgreSQL would give it: the name of its function.

    MySQL names a result after the whole expression. What has an alias, or is no function, stays as it is.
    """
    name = None if selected._alias else _result_name(selected)
    return selected if name is None else QueryString("{} AS " + quote_name(name), selected)


# Functions


def _length(self: Length, identifier: Any, alias: str | None = None) -> None:
    Function.__init__(self, identifier, alias)
    self.mysql_form = QueryString("CHAR_LENGTH({})", identifier)  # type: ignore[attr-defined]  # read when compiled


def _concat(original: Any) -> Any:
    def method(self: Concat, *args: Any, alias: str | None = None) -> None:
        original(self, *args, alias=alias)
        parts = [
            QueryString("CAST({} AS CHAR)", _as_text(arg))
            if isinstance(arg, Column) and not _is_text(arg)
            else arg
            for arg in args
        ]
        form = QueryString(f"CONCAT_WS('', {', '.join('{}' for _ in parts)})", *parts)
        self.mysql_form = form  # type: ignore[attr-defined]  # read when compiled

    return method


def _is_text(column: Column) -> bool:
    return isinstance(column, Varchar | Text)


def _count(original: Any) -> Any:
    def method(self: Count, column: Column | None = None, distinct: Any = None, alias: str = "count") -> None:
        if distinct and not column and speaks_mysql(*distinct):
            columns = ", ".join("{}" for _ in distinct)
            counted = columns if len(distinct) == 1 else f"JSON_ARRAY({columns})"  # which keeps nulls apart
            QueryString.__init__(self, f"COUNT(DISTINCT {counted})", *distinct, alias=alias)
        else:
            original(self, column=column, distinct=distinct, alias=alias)

    return method


def _cast_template(column: Column) -> str:
    """Return the conversion to the column's type. CAST supports fewer types than CREATE TABLE."""
    simple: list[tuple[Any, str]] = [
        (Boolean, "({} <> 0)"),
        (Integer, "CAST({} AS SIGNED)"),
        (Serial, "CAST({} AS SIGNED)"),
        (Interval, "CAST({} AS SIGNED)"),
        (Real | DoublePrecision, "CAST({} AS DOUBLE)"),
        (Date, "CAST({} AS DATE)"),
        (Time, "CAST({} AS TIME(6))"),
        (Timestamp | Timestamptz, "CAST({} AS DATETIME(6))"),
        (JSON | Array, "JSON_EXTRACT({}, '$')"),
        (Bytea, "CAST({} AS BINARY)"),
    ]
    if isinstance(column, ForeignKey):
        return _cast_template(column._foreign_key_meta.resolved_target_column)
    if isinstance(column, Varchar | Char) and column.length:
        return f"CAST({{}} AS CHAR({column.length}))"
    if isinstance(column, Varchar | Text):
        return "CAST({} AS CHAR)"
    if isinstance(column, Numeric):
        digits = column.digits or (65, UNLIMITED_SCALE)
        return f"CAST({{}} AS DECIMAL({digits[0]}, {digits[1]}))"
    found = next((template for kind, template in simple if isinstance(column, kind)), None)
    if found is None:
        raise Unsupported(f"MySQL cannot cast to {type(column).__name__}.")
    return found


def _cast(original: Any) -> Any:
    def method(self: Cast, identifier: Any, as_type: Column, alias: str | None = None) -> None:
        if not speaks_mysql(identifier, as_type):
            original(self, identifier=identifier, as_type=as_type, alias=alias)
            return
        alias = preserved_alias(identifier, alias) if isinstance(identifier, Column) else alias
        value = _as_text(identifier) if isinstance(as_type, Varchar | Text) else identifier
        template = "{}" if isinstance(as_type, UUID) else _cast_template(as_type)
        if isinstance(as_type, UUID) and isinstance(identifier, Varchar | Text):
            template = "UNHEX(REPLACE({}, '-', ''))"
        QueryString.__init__(self, template, value, alias=alias)
        self.query_type = "cast"
        if isinstance(identifier, QueryString):
            self.result_name = _result_name(identifier) or "cast"  # type: ignore[attr-defined]  # read by the select
        self.cast_to = as_type  # type: ignore[attr-defined]  # read by the select around it

    return method


def _as_text(identifier: Any) -> Any:
    """Return a UUID or a boolean as PostgreSQL formats it."""
    column = identifier
    while isinstance(column, ForeignKey):
        column = column._foreign_key_meta.resolved_target_column
    if isinstance(column, Boolean):
        return QueryString("CASE {} WHEN true THEN 'true' WHEN false THEN 'false' END", identifier)
    if not isinstance(column, UUID):
        return identifier
    hexadecimal = "LOWER(HEX({}))"
    return QueryString(
        f"INSERT(INSERT(INSERT(INSERT({hexadecimal}, 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-')",
        identifier,
    )


PATCHES = (
    Patch(
        TimedeltaDelegate,
        "get_querystring",
        lambda original: (
            lambda self, column, operator, value, engine_type: (
                _add_interval(column, operator, value)
                if engine_type == "mysql"
                else original(self, column=column, operator=operator, value=value, engine_type=engine_type)
            )
        ),
        "raises for an engine it does not know",
    ),
    Patch(ConcatDelegate, "get_querystring", for_mysql(_concatenate), "MySQL cannot cast to TEXT"),
    *(
        Patch(Integer, name, _divide, "`/` of integers returns a fraction in MySQL")
        for name in ("__truediv__", "__rtruediv__", "__floordiv__", "__rfloordiv__")
    ),
    Patch(QueryString, "ilike", _also("LOWER({}) LIKE LOWER({})"), "MySQL has no ILIKE"),
    Patch(QueryString, "__pow__", _also("POW({}, {})"), "`^` is exclusive or in MySQL"),
    Patch(Length, "__init__", lambda _: _length, "LENGTH counts bytes in MySQL", adds=True),
    Patch(Concat, "__init__", _concat, "MySQL cannot cast to TEXT, and its CONCAT returns null for null"),
    Patch(Count, "__init__", _count, "COUNT(DISTINCT (a, b)) is not MySQL"),
    Patch(Cast, "__init__", _cast, "MySQL's CAST has other types than its columns"),
)
