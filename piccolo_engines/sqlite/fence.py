"""A fence around a SQLite database: triggers that refuse every write, for all processes.

A trigger is part of the file. So a process that has prepared a statement, or was suspended, is refused as
well: SQLite compiles its statements again when the schema has changed. While a transaction that writes is
open, the fence waits for it.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from piccolo_engines.sqlite.errors import FENCED, translate

__all__ = ["build_fence", "is_fenced", "remove_fence"]

_PREFIX: Final = "freehold_fence_"
_EVENTS: Final = ("INSERT", "UPDATE", "DELETE")


def build_fence(path: Path, passable: Collection[str] = (), *, patience: float = 5.0) -> None:
    """Refuse writes to all tables but the ``passable`` ones, in one transaction. Repeating it is harmless.

    Tables that are virtual are refused with the tables that they belong to. Blocks: call it in a thread.

    :param patience: seconds to wait for open transactions that write.

    Raises ``LockTimeout`` when one is still open, and changes nothing.
    """
    _run(path, patience, lambda connection: _fences(connection, set(passable)))


def remove_fence(path: Path, *, patience: float = 5.0) -> None:
    """Remove the fence. Does nothing without one. Raises as :func:`build_fence`."""
    _run(path, patience, _removals)


def is_fenced(path: Path) -> bool:
    """Whether there is a fence. Blocks: call it in a thread."""
    with closing(sqlite3.connect(path)) as connection:
        return bool(_triggers(connection))


def _run(path: Path, patience: float, statements: Callable[[sqlite3.Connection], Iterator[str]]) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                for sql in list(statements(connection)):
                    connection.execute(sql)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
    except sqlite3.Error as error:
        raise translate(error) from error


def _fences(connection: sqlite3.Connection, passable: set[str]) -> Iterator[str]:
    there = _triggers(connection)
    for table in _tables(connection):
        for event in _EVENTS if table not in passable else ():
            name = f"{_PREFIX}{event.lower()}_{table}"
            if name not in there:
                yield (
                    f"CREATE TRIGGER {_quoted(name)} BEFORE {event} ON {_quoted(table)} "
                    f"BEGIN SELECT RAISE(ABORT, '{FENCED}'); END"
                )


def _removals(connection: sqlite3.Connection) -> Iterator[str]:
    for name in _triggers(connection):
        yield f"DROP TRIGGER {_quoted(name)}"


def _tables(connection: sqlite3.Connection) -> list[str]:
    """The ordinary tables. https://www.sqlite.org/pragma.html#pragma_table_list"""
    rows = connection.execute("PRAGMA main.table_list").fetchall()
    return [name for _, name, kind, *_ in rows if kind == "table" and not name.startswith("sqlite_")]


def _triggers(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    return {name for (name,) in rows if name.startswith(_PREFIX)}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
