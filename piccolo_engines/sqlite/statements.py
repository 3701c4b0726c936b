"""The functions that run in a thread: run a statement, fetch its rows, convert them to dictionaries."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from piccolo_engines.statements import DriverRows

__all__ = ["Row", "fetch", "fetch_many", "fetch_raw", "is_select"]

Row = dict[str, Any]

_SELECT = re.compile(r"\s*SELECT\b", re.IGNORECASE)


def is_select(sql: str) -> bool:
    """Whether a reading connection can run it. False for ``WITH``, which may end in an ``INSERT``."""
    return _SELECT.match(sql) is not None


def fetch(connection: sqlite3.Connection, sql: str, args: Sequence[Any]) -> list[Row]:
    """Run the statement to its end and return its rows; ``[]`` if it returns none."""
    cursor = connection.execute(sql, args)
    try:
        return _rows(cursor, cursor.fetchall())
    finally:
        cursor.close()  # a cursor left open would keep its snapshot of the database


def fetch_raw(connection: sqlite3.Connection, sql: str, args: Sequence[Any]) -> DriverRows:
    """As :func:`fetch`, with the rows as the driver returns them."""
    cursor = connection.execute(sql, args)
    try:
        return DriverRows(cursor.fetchall(), None)
    finally:
        cursor.close()


def fetch_many(cursor: sqlite3.Cursor, size: int) -> list[Row]:
    """Return the next ``size`` rows, fewer at the end."""
    return _rows(cursor, cursor.fetchmany(size))


def _rows(cursor: sqlite3.Cursor, rows: list[tuple[Any, ...]]) -> list[Row]:
    if not rows:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=False)) for row in rows]
