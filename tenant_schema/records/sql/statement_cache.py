"""Prepared statements: built with Piccolo once for each shape of request, then bound to the values of each.

Building and compiling a query takes Piccolo a few hundred microseconds, most of the time of a read. Requests
of one shape differ in values alone. A query is therefore built with a :class:`Slot` in place of each value,
compiled and kept. A statement that binds anything but slots is refused, so that no value of one request can
be part of a statement that is used for another.
"""

import weakref
from collections.abc import Callable, Hashable, Sequence
from sys import intern
from typing import Any, TypeVar
from uuid import UUID

from piccolo.query.base import Query
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.lru import Lru
from piccolo_engines.statements import Bound, EngineSQL, Slot
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.dialects.registry import dialect_of

__all__ = [
    "Plans",
    "Statement",
    "chained",
    "compiled",
    "planned",
    "prepare",
    "repeated",
]

_Value = TypeVar("_Value")


class Statement:
    """SQL with placeholders, and the position of the value for each.

    ``constants`` are expressions that the engine writes into the SQL when it sends the statement, each with
    its place among the placeholders.
    """

    __slots__ = ("constants", "hints", "order", "query_type", "sql")

    def __init__(
        self,
        sql: str,
        order: Sequence[int],
        query_type: str = "generic",
        hints: Sequence[Any] | None = None,
        constants: Sequence[tuple[int, EngineSQL]] = (),
    ) -> None:
        self.sql, self.order, self.query_type = sql, tuple(order), query_type
        self.hints, self.constants = hints, tuple(constants)

    def bind(self, values: Sequence[object], *, is_raw: bool = False) -> Bound:
        """Return the statement with these values."""
        bound: list[object] = [values[position] for position in self.order]
        for place, constant in self.constants:
            bound.insert(place, constant)
        return Bound(self.sql, bound, self.query_type, self.hints, is_raw=is_raw)


def prepare(query: Query[Any, Any]) -> Statement:
    """Compile a query whose values are all slots.

    :raises ValueError: a value is not a slot.
    """
    return compiled(query.querystrings[0], dialect_of(query.table._meta.db))


def compiled(querystring: QueryString, dialect: RecordsDialect) -> Statement:
    """As :func:`prepare`, for a ``QueryString``."""
    sql, values = dialect.compile(querystring)
    if not all(isinstance(value, Slot | EngineSQL) for value in values):
        raise ValueError("A prepared statement holds a value instead of a slot.")
    return Statement(
        intern(sql),  # tenants have mostly the same statements
        [int(slot) for slot in values if isinstance(slot, Slot)],
        querystring.query_type,
        getattr(querystring, "hints", None),
        [(place, value) for place, value in enumerate(values) if isinstance(value, EngineSQL)],
    )


def repeated(row: Statement, rows: int) -> Statement:
    """Return an INSERT of several rows, from that of one row. The values of the rows follow each other; one
    value may be used in several places of its row.

    Piccolo would create an object for each row and compile all of them, which takes many times as long as the
    statement itself.

    :raises ValueError: the statement is not an ``INSERT … VALUES``.
    """
    if rows == 1:
        return row
    head, values, group = row.sql.rpartition(" VALUES ")
    if not values:
        raise ValueError("Only an INSERT of values can be repeated.")
    width, places = 1 + max(row.order), len(row.order) + len(row.constants)
    order = [number * width + position for number in range(rows) for position in row.order]
    constants = [(number * places + place, sql) for number in range(rows) for place, sql in row.constants]
    return Statement(f"{head}{values}{','.join([group] * rows)}", order, row.query_type, row.hints, constants)


def chained(part: Statement, parts: int, slot: int) -> Statement:
    """Return the UNION ALL of a SELECT with itself. Each part has its own value at ``slot``: the value at
    that position for the first part, the values after it for the others. Only the part has to be cached, for
    any number of parts.
    """
    places = len(part.order) + len(part.constants)
    order = [
        position + number if position == slot else position
        for number in range(parts)
        for position in part.order
    ]
    constants = [(number * places + place, sql) for number in range(parts) for place, sql in part.constants]
    chain = " UNION ALL ".join([part.sql] * parts)
    return Statement(chain, order, part.query_type, part.hints, constants)


class Plans:
    """The prepared statements of all tenants' objects.

    Statements of an object are dropped when its table class is another one, as after a change of its
    definition. On SQLite they hold no reference to the class; on MySQL they hold its columns until the object
    is used again, or dropped from the cache.

    :param objects: the maximum number of objects, and of statements that tenants share.
    :param shapes: the maximum number of statements for each object.
    """

    def __init__(self, objects: int = 512, shapes: int = 48) -> None:
        self._shapes = shapes
        self._objects: Lru[tuple[int, str], tuple[weakref.ref[type[Table]], Lru[Hashable, Any]]] = Lru(
            objects
        )
        self._shared: Lru[tuple[int, Hashable], tuple[weakref.ref[type[Table]], Any]] = Lru(objects)

    def of(self, tenant_id: UUID, table: type[Table]) -> Lru[Hashable, Any]:
        """The statements of one table of one tenant."""
        key = (tenant_id.int, table._meta.tablename)  # a UUID is hashed in Python
        entry = self._objects.get(key)
        if entry is not None and entry[0]() is table:
            return entry[1]
        plans: Lru[Hashable, Any] = Lru(self._shapes)
        self._objects.put(key, (weakref.ref(table), plans))
        return plans

    def shared(self, table: type[Table], key: Hashable, build: Callable[[], _Value]) -> _Value:
        """Return what another tenant with the same table class has built for ``key``, or build it now.

        The key holds everything that it depends on, beside the table's columns.
        """
        entry = self._shared.get((id(table), key))
        if entry is not None and entry[0]() is table:
            found: _Value = entry[1]
            return found
        built = build()
        self._shared.put((id(table), key), (weakref.ref(table), built))
        return built


def planned(plans: Lru[Hashable, Any], key: Hashable, build: Callable[[], _Value]) -> _Value:
    """Return the plan for ``key``, which is built if it is missing. One key always has one type of plan."""
    plan: _Value | None = plans.get(key)
    if plan is None:
        plan = build()
        plans.put(key, plan)
    return plan
