"""The functions that run in a thread: run a statement, fetch its rows, convert them to dictionaries."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from piccolo_engines.statements import DriverRows

__all__ = [
    "SQL",
    "Row",
    "fetch",
    "fetch_each",
    "fetch_many",
    "fetch_raw",
    "is_select",
    "run_in_savepoint",
    "run_transaction",
]

Row = dict[str, Any]
SQL = tuple[str, Sequence[Any]]
"""A statement and its values."""

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


def fetch_each(connection: sqlite3.Connection, statements: Sequence[SQL]) -> list[list[Row]]:
    """Run the statements one after the other and return the rows of each."""
    return [fetch(connection, sql, args) for sql, args in statements]


def fetch_raw(connection: sqlite3.Connection, sql: str, args: Sequence[Any]) -> DriverRows:
    """As :func:`fetch`, with the rows as the driver returns them."""
    cursor = connection.execute(sql, args)
    try:
        return DriverRows(cursor.fetchall(), None, True)
    finally:
        cursor.close()


def run_transaction(connection: sqlite3.Connection, statements: Sequence[SQL]) -> None:
    """Run the statements in a transaction of their own."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _run_all(connection, statements)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def run_in_savepoint(connection: sqlite3.Connection, statements: Sequence[SQL]) -> None:
    """Run the statements in an open transaction: all or none of them."""
    connection.execute("SAVEPOINT statement_group")
    try:
        _run_all(connection, statements)
    except BaseException:
        if connection.in_transaction:  # some errors end the transaction
            connection.execute("ROLLBACK TO statement_group")
            connection.execute("RELEASE statement_group")
        raise
    connection.execute("RELEASE statement_group")


def _run_all(connection: sqlite3.Connection, statements: Sequence[SQL]) -> None:
    for sql, args in statements:
        connection.execute(sql, args).close()


def fetch_many(cursor: sqlite3.Cursor, size: int) -> list[Row]:
    """Return the next ``size`` rows, fewer at the end."""
    return _rows(cursor, cursor.fetchmany(size))


def _rows(cursor: sqlite3.Cursor, rows: list[tuple[Any, ...]]) -> list[Row]:
    if not rows:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=False)) for row in rows]
