"""Translates the driver's errors to those of :mod:`piccolo_engines.errors`, by the server's error numbers."""

import re
from collections.abc import Callable

from asyncmy.errors import Error as DriverError

from piccolo_engines.errors import (
    AccessDenied,
    CheckViolation,
    ConnectionLost,
    DatabaseError,
    DatabaseMissing,
    DataTooLong,
    Deadlock,
    ForeignKeyViolation,
    IntegrityViolation,
    LockTimeout,
    NotNullViolation,
    RowTooLarge,
    SchemaMismatch,
    ServerNotReady,
    StatementError,
    StatementTimeout,
    StorageFailed,
    UniqueViolation,
    UnstorableValue,
    WritesRefused,
)

__all__ = ["GONE_BEFORE_SENT", "duplicate_key", "is_farewell", "translate"]

GONE_BEFORE_SENT = 2006
"""The error number with which asyncmy reports that it could not send a statement."""

_END_OF_STREAM = (2013, "Lost connection to MySQL server during query")  # the driver's message
_OF_THE_DRIVER = frozenset((0, *range(2000, 3000)))
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")
_DUPLICATE_KEY = re.compile(r"for key '(?:(?P<table>[^'.]+)\.)?(?P<index>[^']+)'")
_COLUMN = re.compile(r"[Cc]olumn '([^']+)'|[Ff]ield '([^']+)'")


def _column(message: str) -> str | None:
    found = _COLUMN.search(message)
    return (found.group(1) or found.group(2)) if found else None


def _constraint(message: str) -> str | None:
    found = _QUOTED.search(message)
    return found.group(1) if found else None


def _denied(message: str) -> DatabaseError:
    """A command was denied for a table; the message names the command.

    To lock rows takes the privilege to change them: MySQL reports a ``SELECT with locking clause command``.
    """
    if message.startswith("SELECT with locking clause"):
        return WritesRefused()
    return AccessDenied() if message.startswith(("SELECT", "SHOW")) else WritesRefused()


def is_farewell(error: DriverError) -> bool:
    """Whether the server ended the connection, by an error or by closing it.

    The driver's own error numbers are 0 and from 2000 on.
    """
    return error.args == _END_OF_STREAM or error.args[0] not in _OF_THE_DRIVER


def duplicate_key(error: DriverError) -> tuple[str | None, str] | None:
    """Return the table (if the server reports it) and the index of a duplicate."""
    found = _DUPLICATE_KEY.search(_message(error))
    return (found["table"], found["index"]) if found else None


def _message(error: DriverError) -> str:
    return str(error.args[1]) if len(error.args) > 1 else ""


_KINDS: tuple[tuple[Callable[[str], DatabaseError], tuple[int, ...]], ...] = (
    (lambda _: UniqueViolation(), (1022, 1062, 1169, 1586, 1761)),
    (lambda _: ForeignKeyViolation(), (1216, 1217, 1451, 1452, 1834, 3730)),
    (lambda message: NotNullViolation(_column(message)), (1048, 1138, 1171, 1364, 1566)),
    (lambda message: CheckViolation(_column(message)), (3140,)),  # no JSON: on MariaDB a check of that name
    (lambda message: CheckViolation(_constraint(message)), (3819, 4022, 4025)),
    (lambda message: DataTooLong(_column(message)), (1153, 1162, 1406)),
    (lambda _: RowTooLarge(), (1118, 139)),
    (lambda _: UnstorableValue(), (1264, 1265, 1292, 1300, 1366, 1367, 1411, 1441, 1690, 3156, 3157)),
    (lambda _: Deadlock(), (1020, 1213, 1614, 3101)),
    (lambda _: ServerNotReady(), (1047,)),  # WSREP has not yet prepared node for application use
    (lambda _: LockTimeout(), (1205, 1222, 3572)),
    (lambda _: StatementTimeout(), (1969, 3024)),
    (
        lambda _: AccessDenied(),
        (
            1044,
            1045,
            1129,
            1130,
            1143,
            1227,
            1251,
            1290,
            1370,
            1396,
            1410,
            1698,
            1792,
            1820,
            1836,
            1862,
        ),
    ),
    (_denied, (1142,)),
    (lambda _: AccessDenied(), (2059, 2061, 3118, 3159, 3955, 4151)),
    (lambda _: DatabaseMissing(), (1046, 1049, 1102)),
    (lambda _: SchemaMismatch(), (1054, 1146, 1191, 1412)),
    (lambda _: StorageFailed(), (1021, 1030, 1034, 1114, 1194, 1206, 3, 28)),
    (lambda _: ConnectionLost(), (0, 1040, 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1203)),
    (
        lambda _: ConnectionLost(),
        (1180, 1226, 1317, 1927, 2002, 2003, 2005, 2006, 2013, 2014, 2055, 3169, 4031),
    ),
)
_BY_NUMBER = {number: make for make, numbers in _KINDS for number in numbers}

_BY_STATE: dict[str, type[DatabaseError]] = {
    "08": ConnectionLost,
    "22": UnstorableValue,
    "23": IntegrityViolation,
    "28": AccessDenied,
    "40": Deadlock,
}
"""By the class of the SQLSTATE, for unknown numbers."""


def translate(error: DriverError) -> DatabaseError:
    """Return the error for the driver's, which stays available as ``__cause__``."""
    number = error.args[0] if error.args else None
    make: Callable[[str], DatabaseError] | None = _BY_NUMBER.get(number) if isinstance(number, int) else None
    if make is not None:
        return make(_message(error))
    state = getattr(error, "sqlstate", None) or ""
    return _BY_STATE.get(state[:2], StatementError)()
