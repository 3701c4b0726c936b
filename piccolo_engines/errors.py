"""The errors of all engines of this package, independent of the database.

::

    DatabaseError
    ├── EngineNotBound          no engine is bound to a RoutedEngine
    ├── InvalidIdentifier       a name that is not allowed in SQL
    ├── ConnectionLost          the connection ended; a running statement may or may not have been executed
    │   ├── EngineClosed        the engine was closed before or while the statement ran
    │   └── ServerNotReady      the server accepts no statements at present; this one was not executed
    ├── ServerTooOld            the server is older than the engine supports
    ├── AccessDenied            the server or the file system denies access
    │   └── WritesRefused       the database may be read and not written
    ├── DatabaseMissing         the database does not exist
    ├── StorageFailed           the disk is full or unreadable, or the file is damaged
    ├── PoolTimeout             no connection became free in time
    ├── StatementTimeout        the statement exceeded its time limit and was stopped
    ├── LockTimeout             a lock was not available in time
    ├── Deadlock                the transaction was rolled back; running it again may succeed
    ├── TransactionEnded        the transaction of this statement has ended or was rolled back
    ├── IntegrityViolation
    │   ├── UniqueViolation     (table, columns)
    │   ├── ForeignKeyViolation
    │   ├── NotNullViolation    (table, column)
    │   └── CheckViolation      (constraint)
    ├── UnstorableValue         a value that the database cannot store
    │   ├── DataTooLong         (column)
    │   └── RowTooLarge         the values of a row are too long together
    ├── Unsupported             a feature that this kind of database lacks
    └── StatementError          the statement is invalid
        └── SchemaMismatch      it names a table, column or index that does not exist

Messages name tables and columns, never values, addresses or credentials. The driver's error is the
``__cause__``, which belongs in a log and not in a response. Every class has a ``code`` in kebab-case.
"""

from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "AccessDenied",
    "CheckViolation",
    "ConnectionLost",
    "DataTooLong",
    "DatabaseError",
    "DatabaseMissing",
    "Deadlock",
    "EngineClosed",
    "EngineNotBound",
    "ForeignKeyViolation",
    "IntegrityViolation",
    "InvalidIdentifier",
    "LockTimeout",
    "NotNullViolation",
    "PoolTimeout",
    "RowTooLarge",
    "SchemaMismatch",
    "ServerNotReady",
    "ServerTooOld",
    "StatementError",
    "StatementTimeout",
    "StorageFailed",
    "TransactionEnded",
    "UniqueViolation",
    "UnstorableValue",
    "Unsupported",
    "WritesRefused",
]


class DatabaseError(Exception):
    """The base class of all errors below."""

    code: ClassVar[str] = "database-error"


class EngineNotBound(DatabaseError):
    """A query was sent to a :class:`~piccolo_engines.routed.RoutedEngine` without a bound engine.

    :ivar slot: the name of the routed engine.
    """

    code = "engine-not-bound"

    def __init__(self, slot: str, advice: str = "") -> None:
        remedy = (
            "Put the query inside `with <slot>.bind(engine):`, in the same task or in one started within "
            "that block."
        )
        message = f"No database is bound to {slot!r}, and there is no default. {remedy} {advice}"
        super().__init__(message.rstrip())
        self.slot = slot


class InvalidIdentifier(DatabaseError, ValueError):
    """A name that is not allowed in SQL as the name of a table, column, index or database.

    :ivar name: the name.
    """

    code = "invalid-identifier"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name[:80]!r} is not a name for SQL: 1 to 63 ASCII letters, digits, '_' and '-', "
            "not beginning with a digit or '-'."
        )
        self.name = name


class ConnectionLost(DatabaseError):
    """The connection ended. A running statement may or may not have been executed."""

    code = "connection-lost"

    def __init__(self, message: str = "The connection to the database was lost.") -> None:
        super().__init__(message)


class EngineClosed(ConnectionLost):
    """The engine was closed before the statement was sent, or while its transaction was open."""

    code = "engine-closed"

    def __init__(self) -> None:
        super().__init__("The engine is closed: `await engine.start_connection_pool()` opens it again.")


class ServerNotReady(ConnectionLost):
    """The server accepts no statements: for example a cluster node that has lost contact with the others."""

    code = "server-not-ready"

    def __init__(self) -> None:
        super().__init__("The database server accepts no statements at present.")


class ServerTooOld(DatabaseError):
    """The server lacks features that the engine's SQL needs. Nothing was sent to it.

    :ivar server: its name and version.
    """

    code = "server-too-old"

    def __init__(self, server: str, needed: str) -> None:
        super().__init__(f"The database server is {server}, which is too old: {needed} or newer is needed.")
        self.server = server


class AccessDenied(DatabaseError):
    """The database server denies the user access, or the file system denies access to the file."""

    code = "access-denied"

    def __init__(self) -> None:
        super().__init__("The database denies access.")


class WritesRefused(AccessDenied):
    """The database may be read and not written: its user lacks privileges, or it is fenced. Nothing was
    changed.
    """

    code = "writes-refused"


class DatabaseMissing(DatabaseError):
    """The database does not exist (any more). Engines never create it implicitly."""

    code = "database-missing"

    def __init__(self) -> None:
        super().__init__("The database does not exist.")


class StorageFailed(DatabaseError):
    """The database's storage is full, not readable or writable, or damaged."""

    code = "storage-failed"

    def __init__(self) -> None:
        super().__init__("The database's storage is full, damaged or unavailable.")


class PoolTimeout(DatabaseError):
    """No connection became free in time.

    :ivar seconds: how long the statement waited.
    """

    code = "pool-timeout"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No database connection became free within {seconds:g} s.")
        self.seconds = seconds


class LockTimeout(DatabaseError):
    """Another connection held a lock for too long. Nothing was changed."""

    code = "lock-timeout"

    def __init__(self) -> None:
        super().__init__("The database was locked by another connection for too long.")


class StatementTimeout(DatabaseError):
    """The statement exceeded the engine's time limit and was stopped.

    It had no effect. Its transaction, if any, may have been rolled back.
    """

    code = "query-too-slow"

    def __init__(self) -> None:
        super().__init__("The statement exceeded its time limit and was stopped.")


class Deadlock(DatabaseError):
    """The transaction conflicted with another one and was rolled back. As a whole it may be run again."""

    code = "deadlock"

    def __init__(self) -> None:
        super().__init__("The transaction conflicted with another one and was rolled back.")


class TransactionEnded(DatabaseError):
    """A statement, commit or savepoint followed the end of its transaction."""

    code = "transaction-ended"

    def __init__(self) -> None:
        super().__init__("The transaction has ended already, or the database rolled it back.")


class IntegrityViolation(DatabaseError):
    """A constraint of the schema forbids the change."""

    code = "integrity-violation"

    def __init__(self, message: str = "A constraint of the database forbids the change.") -> None:
        super().__init__(message)


class UniqueViolation(IntegrityViolation):
    """Another row has the same values in columns that are unique together.

    :ivar table: the table's name in the database; ``None`` when the database does not report it.
    :ivar columns: the columns' names in the database; empty when the database does not report them.
    """

    code = "unique-violation"

    def __init__(self, table: str | None = None, columns: Sequence[str] = ()) -> None:
        self.table = table
        self.columns = tuple(columns)
        where = f" of {table}({', '.join(columns)})" if table else ""
        super().__init__(f"Another row has the same value{where}.")


class ForeignKeyViolation(IntegrityViolation):
    """The row refers to a missing one, or other rows refer to it."""

    code = "foreign-key-violation"

    def __init__(self) -> None:
        super().__init__("The row refers to one that does not exist, or others refer to it.")


class NotNullViolation(IntegrityViolation):
    """A column that requires a value got none.

    :ivar column: the column's name in the database; ``None`` when the database does not report it.
    :ivar table: the table's name; ``None`` when the database does not report it.
    """

    code = "not-null-violation"

    def __init__(self, column: str | None = None, table: str | None = None) -> None:
        self.column = column
        self.table = table
        super().__init__(f"The column {column} needs a value." if column else "A column needs a value.")


class CheckViolation(IntegrityViolation):
    """A check constraint is violated.

    :ivar constraint: the constraint's name; ``None`` when the database does not report it.
    """

    code = "check-violation"

    def __init__(self, constraint: str | None = None) -> None:
        self.constraint = constraint
        super().__init__(f"The check {constraint} does not hold." if constraint else "A check does not hold.")


class UnstorableValue(DatabaseError):
    """A value that the database cannot store, such as a number out of range or text that is not Unicode."""

    code = "unstorable-value"

    def __init__(self, message: str = "A value cannot be stored in this database.") -> None:
        super().__init__(message)


class DataTooLong(UnstorableValue):
    """A value is longer than its column or the database allows.

    :ivar column: the column's name in the database; ``None`` when the database does not report it.
    """

    code = "data-too-long"

    def __init__(self, column: str | None = None) -> None:
        self.column = column
        super().__init__(f"The value of {column} is too long." if column else "A value is too long.")


class RowTooLarge(UnstorableValue):
    """The columns or values of a row need more space than the database has for a row."""

    code = "row-too-large"

    def __init__(self) -> None:
        super().__init__("A row would be larger than this database allows.")


class Unsupported(DatabaseError):
    """A feature that this kind of database lacks. The message says what to use instead."""

    code = "unsupported"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class StatementError(DatabaseError):
    """The statement is invalid: wrong SQL, an unknown table or column, a wrong number of values."""

    code = "statement-error"

    def __init__(self) -> None:
        super().__init__("The database does not accept the statement.")


class SchemaMismatch(StatementError):
    """The statement names a table, column or full-text index that does not exist.

    It was written for another schema, possibly for one that has just changed.
    """

    code = "schema-mismatch"
