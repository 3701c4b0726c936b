"""Moments as clocks in a time zone show them, worked out by the database without knowing of time zones.

MySQL and MariaDB know zones only where somebody has loaded them, and SQLite knows none. So a statement is
given what it needs: the moments at which clocks were changed between the first and the last moment that are
there, and what clocks showed from each on.
"""

from typing import TypeAlias

from piccolo.columns import Column
from piccolo.querystring import QueryString

from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.statement_cache import Slot

__all__ = ["Clock", "Clocks", "local_time"]

Clock: TypeAlias = tuple[tuple[Slot, Slot], ...]
"""For each offset, the slots of the moment from which on it holds and of its seconds; the first holds before
its moment, too.
"""
Clocks: TypeAlias = tuple[tuple[str, Clock], ...]
"""The clock for each field that needs one."""


def local_time(column: Column, clock: Clock, dialect: RecordsDialect) -> QueryString:
    """The moments of a column as clocks show them."""
    return dialect.shifted(column, _offset(column, clock))


def _offset(column: Column, clock: Clock) -> QueryString:
    """The seconds that clocks are ahead of UTC: a tree of comparisons."""
    if len(clock) == 1:
        return QueryString("{}", clock[0][1])
    middle = len(clock) // 2
    earlier, later = _offset(column, clock[:middle]), _offset(column, clock[middle:])
    return QueryString("CASE WHEN {} < {} THEN {} ELSE {} END", column, clock[middle][0], earlier, later)
