"""Statements that a session has prepared on the server, because it sends them over and over.

The server reads a prepared statement once, values and rows travel in binary, and what the columns of its
result are is taken from the first answer: half the work of both sides for a row by its key. It costs a round
trip, so a statement is prepared when a session has sent it some times. What might mean something else in
binary is sent as text, as before: values such as decimals and JSON, and results with times of day or single
precision.

Server side: `COM_STMT_PREPARE and COM_STMT_EXECUTE
<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase_ps.html>`_.
"""

import datetime as dt
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any

from asyncmy.constants import FIELD_TYPE

from piccolo_engines.mysql.literals import in_utc, microseconds

__all__ = ["PreparedStatements", "binary"]

_TIMES = 4
_NEVER = -1
_MOST_COUNTED = 512
_LONGEST = 1 << 16  # characters: what is longer than this is sent as text, which knows how to fail
_TOO_LARGE = 1 << 63
_SAME_IN_BINARY = frozenset(
    (
        *(FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24),
        *(FIELD_TYPE.DOUBLE, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.DATE, FIELD_TYPE.DATETIME),
        *(FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.BLOB, FIELD_TYPE.LONG_BLOB, FIELD_TYPE.JSON),
    )
)


class PreparedStatements:
    """Those of one session: the ones used last, up to a bound.

    :param connection: the driver's.
    :param most: how many may be kept; none at all when it is 0.
    """

    __slots__ = ("_connection", "_counts", "_kept", "_most")

    def __init__(self, connection: Any, most: int) -> None:
        self._connection = connection
        self._most = most
        self._kept: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def find(self, template: str) -> Any:
        """The driver's statement, when there is one."""
        return self._kept.get(template)

    def is_due(self, template: str) -> bool:
        """Count a use of what is not prepared; tell whether to prepare it now."""
        count = self._counts.get(template, 0)
        if count == _NEVER or not self._most:
            return False
        if count == _TIMES:
            if template.count("SELECT ") <= 1:
                return True
            count = _NEVER  # servers have had bugs in what is prepared with queries inside
        else:
            count += 1
        if len(self._counts) >= _MOST_COUNTED:
            self._counts.clear()
        self._counts[template] = count
        return False

    def refuse(self, template: str) -> None:
        """It is sent as text for as long as the session lasts."""
        self._kept.pop(template, None)
        self._counts[template] = _NEVER

    def look_at(self, template: str, fields: Sequence[Any]) -> None:
        """Note what an answer's columns say about preparing the statement."""
        if any(field.type_code not in _SAME_IN_BINARY for field in fields):
            self.refuse(template)

    async def prepare(self, template: str, count: int) -> Any:
        """Prepare it on the server, for so many values; drop the oldest when there are too many."""
        statement = await self._connection.prepare(template % (("?",) * count))
        while len(self._kept) >= self._most:
            await self._kept.pop(next(iter(self._kept))).close()  # there is no answer to that
        self._kept[template] = statement
        del self._counts[template]
        return statement

    def clear(self) -> None:
        """Forget all, with the connection."""
        self._kept.clear()
        self._counts.clear()


class _AsText(Exception):
    """The value is better written out."""


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
    if value.tzinfo is None:
        return value.isoformat(sep=" ")
    return in_utc(value).isoformat(sep=" ")[:-6]  # without the +00:00


def _same(value: Any) -> Any:
    return value


_BINDERS: Mapping[type, Callable[[Any], Any]] = {
    **dict.fromkeys((bool, NoneType), _same),
    str: _text,
    int: _integer,
    float: _float,
    uuid.UUID: lambda value: value.bytes,
    dt.datetime: _datetime,  # as texts, which is what they are in a statement: they compare like these
    dt.date: dt.date.isoformat,
    dt.timedelta: microseconds,
}


def binary(values: Sequence[object]) -> list[Any] | None:
    """The values as a prepared statement takes them; ``None`` when one of them has to be sent as text."""
    try:
        return [_BINDERS[type(value)](value) for value in values]
    except (KeyError, _AsText):
        return None
