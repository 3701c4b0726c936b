"""Local time in SQL, for databases without time zones.

MySQL and MariaDB have time zones only after an administrator has loaded them, and SQLite has none. A
statement is therefore given the changes of the offset from UTC between the first and the last moment of the
data, and the offset after each.
"""

from typing import TypeAlias

from piccolo.columns import Column
from piccolo.querystring import QueryString

from piccolo_engines.statements import Slot
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["Clock", "Clocks", "local_time"]

Clock: TypeAlias = tuple[tuple[Slot, Slot], ...]
"""For each offset, in the order of time, the slots of the moment from which it applies and of the offset in
seconds. The first also applies before its moment.
"""
Clocks: TypeAlias = tuple[tuple[str, Clock], ...]
"""The clock of each field that is shown in local time."""


def local_time(column: Column, clock: Clock, dialect: RecordsDialect) -> QueryString:
    """The moments of a column in local time."""
    return dialect.shifted(column, _offset(column, clock))


def _offset(column: Column, clock: Clock) -> QueryString:
    """The offset from UTC in seconds at each moment of the column: a binary tree of comparisons."""
    if len(clock) == 1:
        return QueryString("{}", clock[0][1])
    middle = len(clock) // 2
    earlier, later = _offset(column, clock[:middle]), _offset(column, clock[middle:])
    return QueryString("CASE WHEN {} < {} THEN {} ELSE {} END", column, clock[middle][0], earlier, later)
