"""Translates SQLite's exceptions to those of :mod:`piccolo_engines.errors`.

Each class below derives from an error of this package and from the one of :mod:`sqlite3` that it replaces, so
that code written for Python's driver (``except sqlite3.IntegrityError``) still works. Result codes:
https://www.sqlite.org/rescode.html
"""

import re
import sqlite3
from collections.abc import Callable

from piccolo_engines import errors

__all__ = [
    "FENCED",
    "SQLiteCheckViolation",
    "SQLiteForeignKeyViolation",
    "SQLiteIntegrityViolation",
    "SQLiteLockTimeout",
    "SQLiteNotNullViolation",
    "SQLiteSchemaMismatch",
    "SQLiteStatementError",
    "SQLiteUniqueViolation",
    "is_fatal",
    "translate",
]


class SQLiteIntegrityViolation(errors.IntegrityViolation, sqlite3.IntegrityError):
    """A constraint of another kind than those below, such as a trigger's ``RAISE``."""


class SQLiteUniqueViolation(errors.UniqueViolation, sqlite3.IntegrityError):
    """``UNIQUE constraint failed``. Names table and columns, except for an index on expressions."""


class SQLiteForeignKeyViolation(errors.ForeignKeyViolation, sqlite3.IntegrityError):
    """``FOREIGN KEY constraint failed``. SQLite does not report which one."""


class SQLiteNotNullViolation(errors.NotNullViolation, sqlite3.IntegrityError):
    """``NOT NULL constraint failed``."""


class SQLiteCheckViolation(errors.CheckViolation, sqlite3.IntegrityError):
    """``CHECK constraint failed``."""


class SQLiteLockTimeout(errors.LockTimeout, sqlite3.OperationalError):
    """``database is locked``, by another process or connection, for longer than the busy timeout."""


class SQLiteStatementError(errors.StatementError, sqlite3.OperationalError):
    """Invalid SQL, an unknown table or column, or values that do not match the placeholders."""


class SQLiteSchemaMismatch(errors.SchemaMismatch, sqlite3.OperationalError):
    """``no such table``, ``no such column`` and the like."""


FENCED = "the database is fenced"
"""The message of the triggers of :mod:`piccolo_engines.sqlite.fence`."""

_MISSING = re.compile(r"no such (?:table|column): |table .+ has no column named ")


def _statement(message: str) -> errors.DatabaseError:
    """SQLite has a single code for every invalid statement."""
    return SQLiteSchemaMismatch() if _MISSING.match(message) else SQLiteStatementError()


def _unique(message: str) -> errors.DatabaseError:
    names = [name.rpartition(".") for name in _subject(message).split(", ")]
    if not names[0][0]:
        return SQLiteUniqueViolation()  # an index on expressions: "index 'name'"
    return SQLiteUniqueViolation(names[0][0], [column for _, _, column in names])


def _not_null(message: str) -> errors.DatabaseError:
    table, _, column = _subject(message).rpartition(".")
    return SQLiteNotNullViolation(column or None, table or None)


def _trigger(message: str) -> errors.DatabaseError:
    """SQLite implements ``ON DELETE RESTRICT`` with an internal trigger, and reports it as one."""
    if message == FENCED:
        return errors.WritesRefused()
    is_reference = message.startswith("FOREIGN KEY")
    return SQLiteForeignKeyViolation() if is_reference else SQLiteIntegrityViolation()


def _check(message: str) -> errors.DatabaseError:
    subject = _subject(message)
    return SQLiteCheckViolation(subject if re.fullmatch(r"\w+", subject) else None)


def _subject(message: str) -> str:
    """Return the part after the colon: ``band.name`` of ``UNIQUE constraint failed: band.name``."""
    return message.partition("constraint failed: ")[2]


_EXACT: dict[int, Callable[[str], errors.DatabaseError]] = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: _unique,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: _unique,
    sqlite3.SQLITE_CONSTRAINT_ROWID: _unique,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: _not_null,
    sqlite3.SQLITE_CONSTRAINT_CHECK: _check,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: lambda _: SQLiteForeignKeyViolation(),
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: _trigger,
    sqlite3.SQLITE_BUSY_SNAPSHOT: lambda _: errors.Deadlock(),
    sqlite3.SQLITE_READONLY_DBMOVED: lambda _: errors.DatabaseMissing(),
}
_PRIMARY: dict[int, Callable[[str], errors.DatabaseError]] = {
    sqlite3.SQLITE_CONSTRAINT: lambda _: SQLiteIntegrityViolation(),
    sqlite3.SQLITE_BUSY: lambda _: SQLiteLockTimeout(),
    sqlite3.SQLITE_LOCKED: lambda _: SQLiteLockTimeout(),
    sqlite3.SQLITE_ABORT: lambda _: errors.TransactionEnded(),
    sqlite3.SQLITE_INTERRUPT: lambda _: errors.ConnectionLost("The statement was interrupted."),
    sqlite3.SQLITE_CANTOPEN: lambda _: errors.AccessDenied(),
    sqlite3.SQLITE_READONLY: lambda _: errors.AccessDenied(),
    sqlite3.SQLITE_PERM: lambda _: errors.AccessDenied(),
    sqlite3.SQLITE_AUTH: lambda _: errors.AccessDenied(),
    sqlite3.SQLITE_FULL: lambda _: errors.StorageFailed(),
    sqlite3.SQLITE_IOERR: lambda _: errors.StorageFailed(),
    sqlite3.SQLITE_CORRUPT: lambda _: errors.StorageFailed(),
    sqlite3.SQLITE_NOTADB: lambda _: errors.StorageFailed(),
    sqlite3.SQLITE_TOOBIG: lambda _: errors.DataTooLong(),
}
_FATAL = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)


def translate(error: Exception) -> Exception:
    """Return this package's error for an error of the driver; other errors are returned unchanged.

    The driver's error becomes the ``__cause__``. The driver refuses values with ``OverflowError`` (an integer
    beyond 64 bits) and ``UnicodeEncodeError`` (an unpaired surrogate).
    """
    if isinstance(error, OverflowError | UnicodeEncodeError):
        ours: Exception = errors.UnstorableValue()
    elif isinstance(error, sqlite3.Error) and not isinstance(error, errors.DatabaseError):
        ours = _translated(error)
    else:
        return error
    ours.__cause__ = error
    return ours


def _translated(error: sqlite3.Error) -> errors.DatabaseError:
    code = _code(error)
    make = _EXACT.get(code) or _PRIMARY.get(code & 0xFF)
    return make(str(error)) if make else _statement(str(error))


def _code(error: Exception) -> int:
    code = getattr(error, "sqlite_errorcode", None)
    return (
        code if isinstance(code, int) else sqlite3.SQLITE_ERROR
    )  # a misuse that Python's module found itself


def is_fatal(error: Exception) -> bool:
    """Whether the connection should be reopened after ``error``."""
    return isinstance(error, sqlite3.Error) and _code(error) & 0xFF in _FATAL
