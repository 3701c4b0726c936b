"""Prepared statements of a session, for statements that it sends repeatedly.

The server parses a prepared statement once, values and rows are transferred in binary, and the columns of its
result are known from the first execution: half the work on both sides for selecting a row by its key.
Preparing costs a round trip, so a statement is prepared after a session has sent it several times. Values and
results that could differ in binary are still sent as text: decimals and JSON, and results with times of day
or single precision.

Protocol: `COM_STMT_PREPARE and COM_STMT_EXECUTE
<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html>`_.
"""

import datetime as dt
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any

from asyncmy.constants import FIELD_TYPE

from piccolo_engines.mysql.literals import microseconds, without_zone

__all__ = ["PreparedStatements", "binary"]

_TIMES = 4
_NEVER = -1
_MOST_COUNTED = 512
_LONGEST = 1 << 16  # characters: longer values are sent as text, whose failures are handled
_TOO_LARGE = 1 << 63
_SAME_IN_BINARY = frozenset(
    (
        *(FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24),
        *(FIELD_TYPE.DOUBLE, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.DATE, FIELD_TYPE.DATETIME),
        *(FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.JSON),
    )
)


class PreparedStatements:
    """The prepared statements of one session, up to a limit.

    :param connection: the driver's connection.
    :param most: how many may be kept; 0 for none.
    """

    __slots__ = ("_connection", "_counts", "_kept", "_most")

    def __init__(self, connection: Any, most: int) -> None:
        self._connection = connection
        self._most = most
        self._kept: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def find(self, template: str) -> Any:
        """Return the driver's statement, if it is prepared."""
        return self._kept.get(template)

    def is_due(self, template: str) -> bool:
        """Count a use of an unprepared statement. Returns whether to prepare it now."""
        count = self._counts.get(template, 0)
        if count == _NEVER or not self._most:
            return False
        if count == _TIMES:
            if template.count("SELECT ") <= 1:
                return True
            count = _NEVER  # servers have had bugs with prepared subqueries
        else:
            count += 1
        if len(self._counts) >= _MOST_COUNTED:
            self._counts.clear()
        self._counts[template] = count
        return False

    def refuse(self, template: str) -> None:
        """Send the statement as text for the rest of the session."""
        self._kept.pop(template, None)
        self._counts[template] = _NEVER

    def look_at(self, template: str, fields: Sequence[Any]) -> None:
        """Refuse the statement if a column of its result differs in binary."""
        if any(field.type_code not in _SAME_IN_BINARY for field in fields):
            self.refuse(template)

    async def prepare(self, template: str, count: int) -> Any:
        """Prepare the statement for ``count`` values. Closes the oldest one above the limit."""
        statement = await self._connection.prepare(template % (("?",) * count))
        while len(self._kept) >= self._most:
            await self._kept.pop(next(iter(self._kept))).close()  # the server sends no response
        self._kept[template] = statement
        del self._counts[template]
        return statement

    def clear(self) -> None:
        """Remove all statements of a closed connection."""
        self._kept.clear()
        self._counts.clear()


class _AsText(Exception):
    """The value must be sent as text."""


def _text(value: str) -> str:
    if len(value) > _LONGEST:
        raise _AsText
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _AsText from None
    return value


def _integer(value: int) -> int:
    if not -_TOO_LARGE <= value < _TOO_LARGE:
        raise _AsText
    return value


def _float(value: float) -> float:
    if not math.isfinite(value):
        raise _AsText
    return value


def _datetime(value: dt.datetime) -> str:
    return without_zone(value).isoformat(" ")


def _same(value: Any) -> Any:
    return value


_BINDERS: Mapping[type, Callable[[Any], Any]] = {
    **dict.fromkeys((bool, NoneType), _same),
    str: _text,
    int: _integer,
    float: _float,
    uuid.UUID: lambda value: value.bytes,
    dt.datetime: _datetime,  # as texts, so that they compare like literals
    dt.date: dt.date.isoformat,
    dt.timedelta: microseconds,
}


def binary(values: Sequence[object]) -> list[Any] | None:
    """Return the values for a prepared statement; ``None`` if one of them must be sent as text."""
    try:
        return [_BINDERS[type(value)](value) for value in values]
    except (KeyError, _AsText):
        return None
