"""Statements that insert many rows, on SQLite."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from piccolo_engines.bulk.functions import Code, row_function
from piccolo_engines.bulk.kinds import Kind
from piccolo_engines.bulk.tables import BulkColumn, BulkTable
from piccolo_engines.bulk.values import (
    canonical_json,
    checked_date,
    checked_time,
    checked_timestamp,
    decoded_bytes,
    finite,
    refused,
    to_decimal,
    uuid_digits,
)
from piccolo_engines.identifiers import quote
from piccolo_engines.sqlite.exact_decimals import decimal_key

__all__ = ["inserting"]

# ruff: noqa: S608 - names are quoted, values are bound


def inserting(table: BulkTable) -> tuple[str, Callable[[Sequence[Any]], list[Any]]]:
    """Return the statement that inserts a row, and the function from decoded lines to its values."""
    names = ", ".join(quote(one.name) for one in table.columns)
    places = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})", _writer(table.columns)


@lru_cache(256)
def _writer(columns: tuple[BulkColumn, ...]) -> Callable[[Sequence[Any]], list[Any]]:
    return row_function([_stored(one) for one in columns], "None", "({})")


def _utc_text(text: str) -> str:
    """A moment as Piccolo stores it."""
    text = checked_timestamp(text)
    decimals = "" if text[19:26] == ".000000" else text[19:26]
    return f"{text[:10]} {text[11:19]}{decimals}+00:00"


def _local_text(text: str) -> str:
    return _utc_text(f"{text}Z")[:-6]


def _time_text(text: str) -> str:
    return checked_time(text).removesuffix(".000000")


def _checked(text: str) -> Code:
    """The value itself, if the condition holds."""
    return Code(f"({{v}} if {text} else {{0}}({{v}}))", refused)


_STORED: Final = {
    Kind.TEXT: _checked("{v}.__class__ is str"),
    Kind.UUID: Code("{v} if {0}({v}) else None", uuid_digits),
    Kind.DATE: Code("{0}({v})", checked_date),
    Kind.INTEGER: _checked("{v}.__class__ is int"),
    Kind.FLOAT: Code("{0}({v})", finite),
    Kind.BOOLEAN: _checked("{v}.__class__ is bool"),
    Kind.TIMESTAMP: Code("{0}({v})", _utc_text),
    Kind.DATETIME: Code("{0}({v})", _local_text),
    Kind.TIME: Code("{0}({v})", _time_text),
    Kind.INTERVAL: Code("{0}({v}) / 1000000", finite),
    Kind.BYTES: Code("{0}({v})", decoded_bytes),
    Kind.JSON: Code("{0}({v})", canonical_json),
}


def _exact_key(text: str) -> str:
    return decimal_key(to_decimal(text))


def _double(text: str) -> float:
    return float(to_decimal(text))


def _stored(column: BulkColumn) -> Code:
    if column.stored is not None:
        return Code("{0}({v}) if {v} else {v}", column.stored)
    if column.kind is not Kind.DECIMAL:
        return _STORED[column.kind]
    return Code("{0}({v})", _exact_key if column.is_exact else _double)
