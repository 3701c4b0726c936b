"""Statements built with Piccolo once for each shape of request; afterwards only values are bound.

Putting a query together and compiling it takes Piccolo a few hundred microseconds, which is most of what a
read costs. What differs between two requests of one shape is the values alone, so a query is built with a
:class:`Slot` in the place of each value, compiled to SQL, and kept. A slot is bound like any value, and a
statement in which anything but slots is bound is refused: no value can have slipped into a statement that
others will use.
"""

import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from piccolo.query.base import Query
from piccolo.querystring import QueryString
from piccolo.table import Table

from piccolo_engines.lru import Lru
from piccolo_engines.statements import EngineSQL
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.dialects.registry import dialect_of

__all__ = [
    "Bound",
    "Plans",
    "Slot",
    "Statement",
    "chained",
    "compiled",
    "planned",
    "prepare",
    "repeated",
]

_Value = TypeVar("_Value")


class Slot(str):
    """Stands for the value at that position, counted from 0; a text, so that Piccolo lets it pass."""

    __slots__ = ()

    @classmethod
    def at(cls, position: int) -> "Slot":
        """The slot of the value at ``position``."""
        return cls(position)


class Bound(QueryString):
    """A compiled statement with its values, as an engine runs it.

    :ivar hints: the columns behind what a SELECT gives, where the engine wants them.
    :ivar repeats: that the engine may prepare it on the server.
    """

    __slots__ = ("hints",)
    repeats = True

    def __init__(
        self, sql: str, values: list[Any], query_type: str, hints: Sequence[Any] | None
    ) -> None:  # Piccolo's own would take it apart
        self.hints = hints
        self.template = sql
        self.args = values
        self.columns = ()
        self.query_type = query_type
        self.table = None
        self._alias = None
        self._frozen_compiled_strings = (sql, values)

    def __str__(self) -> str:
        """The SQL with its placeholders."""
        return self.template


class Statement:
    """SQL with placeholders, and which value goes to which of them.

    ``constants`` are SQL of the engine's own that it puts in as it sends the statement, by their places
    among the placeholders.
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

    def bind(self, values: Sequence[object]) -> Bound:
        """The statement with these values."""
        bound: list[object] = [values[position] for position in self.order]
        for place, constant in self.constants:
            bound.insert(place, constant)
        return Bound(self.sql, bound, self.query_type, self.hints)


def prepare(query: Query[Any, Any]) -> Statement:
    """Compile a query whose values are all slots. Raises ValueError when one is not."""
    return compiled(query.querystrings[0], dialect_of(query.table._meta.db))


def compiled(querystring: QueryString, dialect: RecordsDialect) -> Statement:
    """As :func:`prepare`, for a query that is put together already."""
    sql, values = dialect.compile(querystring)
    if not all(isinstance(value, Slot | EngineSQL) for value in values):
        raise ValueError("A prepared statement holds a value instead of a slot.")
    return Statement(
        sql,
        [int(slot) for slot in values if isinstance(slot, Slot)],
        querystring.query_type,
        getattr(querystring, "hints", None),
        [(place, value) for place, value in enumerate(values) if isinstance(value, EngineSQL)],
    )


def repeated(row: Statement, rows: int) -> Statement:
    """An INSERT of several rows from that of one; the values of each row follow those of the row before,
    and may have more places than one.

    Piccolo would make an object of every row and compile them all, at many times the cost of running it. The
    text is its own, and no values are in it.
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
    """A SELECT several times over, one after the other. The value at ``slot`` is another one for each: those
    that follow it, in turn. Only one of them has to be kept, however many are run at once.
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
    """The prepared statements of every tenant's objects, bounded both ways.

    Those of one object live as long as its table class is the one they were built with: a changed
    definition makes another class. On SQLite they hold text and never the class, so that nothing keeps that
    alive; on MySQL they hold its columns until the object is asked for again, or crowded out.
    """

    def __init__(self, objects: int = 512, shapes: int = 48) -> None:
        self._shapes = shapes
        self._objects: Lru[tuple[UUID, str], tuple[weakref.ref[type[Table]], Lru[Hashable, Any]]] = Lru(
            objects
        )

    def of(self, tenant_id: UUID, table: type[Table]) -> Lru[Hashable, Any]:
        """What is prepared for one table of one tenant."""
        key = (tenant_id, table._meta.tablename)
        entry = self._objects.get(key)
        if entry is not None and entry[0]() is table:
            return entry[1]
        plans: Lru[Hashable, Any] = Lru(self._shapes)
        self._objects.put(key, (weakref.ref(table), plans))
        return plans


def planned(plans: Lru[Hashable, Any], key: Hashable, build: Callable[[], _Value]) -> _Value:
    """The plan kept under ``key``, built now when there is none. One key always has the same kind of plan."""
    plan: _Value | None = plans.get(key)
    if plan is None:
        plan = build()
        plans.put(key, plan)
    return plan
