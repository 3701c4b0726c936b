"""The errors of every engine of this package, the same whichever database raised them.

::

    DatabaseError
    ├── EngineNotBound          nothing is bound to a RoutedEngine
    ├── InvalidIdentifier       a name that may not enter SQL
    ├── ConnectionLost          the connection went away; what was under way may or may not have happened
    │   ├── EngineClosed        the engine was closed before or while the statement ran
    │   └── ServerNotReady      the server takes no statements at present: this one was not carried out
    ├── ServerTooOld            the server is older than the engine knows
    ├── AccessDenied            the server or the file system refuses
    ├── DatabaseMissing         there is no such database
    ├── StorageFailed           the disk is full, unreadable, or the file is damaged
    ├── PoolTimeout             no connection became free in time
    ├── StatementTimeout        the statement took longer than it may, and was stopped
    ├── LockTimeout             a lock was not to be had in time
    ├── Deadlock                the transaction was sacrificed; running it again may succeed
    ├── TransactionEnded        the transaction this statement belongs to is over or was rolled back
    ├── IntegrityViolation
    │   ├── UniqueViolation     (table, columns)
    │   ├── ForeignKeyViolation
    │   ├── NotNullViolation    (table, column)
    │   └── CheckViolation      (constraint)
    ├── UnstorableValue         a value that the database cannot hold
    │   ├── DataTooLong         (column)
    │   └── RowTooLarge         the values are too long together
    ├── Unsupported             something that this kind of database cannot do
    └── StatementError          the statement itself is wrong
        └── SchemaMismatch      it names a table, column or index that is not there, or no more

Messages name tables and columns, never values, addresses or credentials: what the driver said is in
``__cause__`` and belongs in a log, not in an answer. Every class has a ``code`` in kebab-case, for those who
match on it.
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
]


class DatabaseError(Exception):
    """Whatever went wrong between a statement and its database."""

    code: ClassVar[str] = "database-error"


class EngineNotBound(DatabaseError):
    """A query went to a :class:`~piccolo_engines.routed.RoutedEngine` to which no engine is bound.

    :ivar slot: the name of the routed engine.
    """

    code = "engine-not-bound"

    def __init__(self, slot: str, advice: str = "") -> None:
        what_to_do = (
            "Put the query inside `with <slot>.bind(engine):`, in the same task or in one started within "
            "that block."
        )
        said = f"No database is bound to {slot!r}, and there is no default. {what_to_do} {advice}"
        super().__init__(said.rstrip())
        self.slot = slot


class InvalidIdentifier(DatabaseError, ValueError):
    """A name that may not enter SQL as the name of a table, column, index or database.

    :ivar name: the name as it was given.
    """

    code = "invalid-identifier"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name[:80]!r} is not a name for SQL: 1 to 63 ASCII letters, digits, '_' and '-', "
            "not beginning with a digit or '-'."
        )
        self.name = name


class ConnectionLost(DatabaseError):
    """The connection went away; a statement that was under way may or may not have been carried out."""

    code = "connection-lost"

    def __init__(self, message: str = "The connection to the database was lost.") -> None:
        super().__init__(message)


class EngineClosed(ConnectionLost):
    """The engine was closed before the statement was sent, or while its transaction was open."""

    code = "engine-closed"

    def __init__(self) -> None:
        super().__init__("The engine is closed: `await engine.start_connection_pool()` opens it again.")


class ServerNotReady(ConnectionLost):
    """The server is there and carries nothing out: a node of a cluster that has lost the others."""

    code = "server-not-ready"

    def __init__(self) -> None:
        super().__init__("The database server takes no statements at present.")


class ServerTooOld(DatabaseError):
    """The server lacks what the engine's SQL needs; nothing was sent to it.

    :ivar server: what it calls itself, with its version.
    """

    code = "server-too-old"

    def __init__(self, server: str, needed: str) -> None:
        super().__init__(f"The database server is {server}, which is too old: {needed} or newer is needed.")
        self.server = server


class AccessDenied(DatabaseError):
    """The database server refuses the user, or the file system refuses the file."""

    code = "access-denied"

    def __init__(self) -> None:
        super().__init__("The database refuses access.")


class DatabaseMissing(DatabaseError):
    """The database does not exist (any more). It is never made by the way."""

    code = "database-missing"

    def __init__(self) -> None:
        super().__init__("The database does not exist.")


class StorageFailed(DatabaseError):
    """The database's storage is full, cannot be read or written, or is damaged."""

    code = "storage-failed"

    def __init__(self) -> None:
        super().__init__("The database's storage is full, damaged or out of reach.")


class PoolTimeout(DatabaseError):
    """No connection became free in time.

    :ivar seconds: how long was waited.
    """

    code = "pool-timeout"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No database connection became free within {seconds:g} s.")
        self.seconds = seconds


class LockTimeout(DatabaseError):
    """Somebody else kept a lock for longer than the caller was ready to wait. Nothing was changed."""

    code = "lock-timeout"

    def __init__(self) -> None:
        super().__init__("The database stayed locked by somebody else for too long.")


class StatementTimeout(DatabaseError):
    """The statement took longer than the engine's time limit, and was stopped. Nothing of it was done; a
    transaction that it was part of may have been rolled back.
    """

    code = "query-too-slow"

    def __init__(self) -> None:
        super().__init__("The statement took longer than it may, and was stopped.")


class Deadlock(DatabaseError):
    """The transaction could not go on beside another one and was given up; as a whole it may be run again."""

    code = "deadlock"

    def __init__(self) -> None:
        super().__init__("The transaction collided with another one and was given up.")


class TransactionEnded(DatabaseError):
    """A statement, commit or savepoint came after its transaction had been committed or rolled back."""

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

    :ivar table: the table's name in the database, ``None`` when the database did not say.
    :ivar columns: the columns' names in the database; empty when the database did not say.
    """

    code = "unique-violation"

    def __init__(self, table: str | None = None, columns: Sequence[str] = ()) -> None:
        self.table = table
        self.columns = tuple(columns)
        where = f" of {table}({', '.join(columns)})" if table else ""
        super().__init__(f"Another row has the same value{where}.")


class ForeignKeyViolation(IntegrityViolation):
    """The row refers to one that does not exist, or is referred to by one that does."""

    code = "foreign-key-violation"

    def __init__(self) -> None:
        super().__init__("The row refers to one that does not exist, or others refer to it.")


class NotNullViolation(IntegrityViolation):
    """A column that needs a value got none.

    :ivar column: the column's name in the database, ``None`` when the database did not say.
    :ivar table: the table's name, ``None`` when the database did not say.
    """

    code = "not-null-violation"

    def __init__(self, column: str | None = None, table: str | None = None) -> None:
        self.column = column
        self.table = table
        super().__init__(f"The column {column} needs a value." if column else "A column needs a value.")


class CheckViolation(IntegrityViolation):
    """A check constraint does not hold.

    :ivar constraint: the constraint's name, ``None`` when the database did not say.
    """

    code = "check-violation"

    def __init__(self, constraint: str | None = None) -> None:
        self.constraint = constraint
        super().__init__(f"The check {constraint} does not hold." if constraint else "A check does not hold.")


class UnstorableValue(DatabaseError):
    """A value that the database cannot hold: a number out of range, text that is not Unicode."""

    code = "unstorable-value"

    def __init__(self, message: str = "A value cannot be stored in this database.") -> None:
        super().__init__(message)


class DataTooLong(UnstorableValue):
    """A value is longer than its column, or than the database allows.

    :ivar column: the column's name in the database, ``None`` when the database did not say.
    """

    code = "data-too-long"

    def __init__(self, column: str | None = None) -> None:
        self.column = column
        super().__init__(f"The value of {column} is too long." if column else "A value is too long.")


class RowTooLarge(UnstorableValue):
    """The columns, or the values of one row, take more room than the database has for a row."""

    code = "row-too-large"

    def __init__(self) -> None:
        super().__init__("A row would be larger than this database allows.")


class Unsupported(DatabaseError):
    """Something that this kind of database does not have; the message says what to do instead."""

    code = "unsupported"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class StatementError(DatabaseError):
    """The statement is wrong: bad SQL, an unknown table or column, a wrong number of values."""

    code = "statement-error"

    def __init__(self) -> None:
        super().__init__("The database does not accept the statement.")


class SchemaMismatch(StatementError):
    """The statement names a table, column or full-text index that the database does not have: it was written
    for another schema, perhaps for one that has just changed.
    """

    code = "schema-mismatch"
