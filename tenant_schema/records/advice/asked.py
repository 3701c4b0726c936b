"""Asked: the shapes of lists and groups that this process was asked for, with what they cost.

A shape has names of fields and no values. Every slow request is noted, and one in sixteen of the others, so
that most requests cost one comparison. Memory is bounded: the shapes of an object that were asked last, and
the objects that were asked last.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import getrandbits
from typing import Final
from uuid import UUID

from piccolo_engines.lru import Lru
from tenant_schema.objects.model.object_indexes import DESCENDING
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.aggregates import AggregateQuery
from tenant_schema.records.query.model import And, Condition, Filter, Query

__all__ = ["Asked", "Cost", "Shape"]

_SLOW: Final = 0.02
"""Seconds from which every request is noted."""
_SAMPLE_BITS: Final = 4
"""One of 2**4 other requests is noted."""
_MOST_FIELDS: Final = 8
_EQUAL: Final = frozenset({"eq", "in", "null"})
_RANGED: Final = frozenset({"gt", "gte", "lt", "lte", "between", "startswith"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a list or an aggregate asks of the records of one object.

    :ivar equal: fields that are compared with given values, sorted by name.
    :ivar ranged: fields that are compared with a limit, sorted by name.
    :ivar order: fields of the sort with ``-`` before descending ones, or those of groups.
    :ivar is_groups: whether it is an aggregate.
    """

    equal: tuple[str, ...]
    ranged: tuple[str, ...]
    order: tuple[str, ...]
    is_groups: bool = False


@dataclass(slots=True)
class Cost:
    """How often a shape was asked for, about, and how many seconds those that were noted took."""

    asked: int = 0
    noted: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    @property
    def mean(self) -> float:
        """Seconds of a request, of those that were noted."""
        return self.seconds / self.noted if self.noted else 0.0


class Asked:
    """Shapes by tenant and object.

    :param objects: the maximum number of objects, of all tenants.
    :param shapes: the maximum number of shapes of each.
    :param slow: seconds from which every request is noted.
    """

    def __init__(self, objects: int = 256, shapes: int = 32, slow: float = _SLOW) -> None:
        self._objects: Lru[tuple[int, int], _Shapes] = Lru(objects)  # a UUID is hashed in Python
        self._queries: Lru[int, tuple[Query | AggregateQuery, Shape | None]] = Lru(objects)
        self._most, self.slow = shapes, slow

    def note(self, target: Target, query: Query | AggregateQuery, seconds: float) -> None:
        """Note what a request asked, or leave it out of the sample."""
        is_slow = seconds >= self.slow
        if not is_slow and getrandbits(_SAMPLE_BITS):
            return
        shape = self._known_shape_of(query)
        if shape is None:
            return
        key = (target.scope.id.int, target.model.id.int)
        shapes = self._objects.get(key)
        if shapes is None:
            shapes = _Shapes(self._most)
            self._objects.put(key, shapes)
        cost = shapes.cost_of(shape)
        cost.asked += 1 if is_slow else 1 << _SAMPLE_BITS
        cost.noted += 1
        cost.seconds += seconds
        cost.slowest = max(cost.slowest, seconds)

    def of(self, tenant_id: UUID, object_id: UUID) -> Mapping[Shape, Cost]:
        """Return the shapes that an object was asked for."""
        shapes = self._objects.get((tenant_id.int, object_id.int))
        return {} if shapes is None else dict(shapes.known)

    def _known_shape_of(self, query: Query | AggregateQuery) -> Shape | None:
        """Return the shape of a query; of a plan's, which is asked again and again, without finding out."""
        known = self._queries.get(id(query))
        if known is not None and known[0] is query:
            return known[1]
        shape = _shape_of(query)
        self._queries.put(id(query), (query, shape))
        return shape


class _Shapes:
    """The shapes of one object. The one that cost least gives way to a new one."""

    def __init__(self, most: int) -> None:
        self.known: dict[Shape, Cost] = {}
        self._most = most

    def cost_of(self, shape: Shape) -> Cost:
        cost = self.known.get(shape)
        if cost is None:
            if len(self.known) >= self._most:
                del self.known[min(self.known, key=lambda one: self.known[one].seconds)]
            cost = self.known[shape] = Cost()
        return cost


def _shape_of(query: Query | AggregateQuery) -> Shape | None:
    """Return the shape; None for a search, which has an index of its own, and for what asks for nothing."""
    if query.words is not None:
        return None
    operators: Counter[tuple[str, str]] = Counter()
    for condition in _conditions(query.filter):
        kind = "equal" if condition.operator in _EQUAL else "ranged"
        operators[kind, condition.field] += 1
    equal = {field for kind, field in operators if kind == "equal"}
    ranged = {field for kind, field in operators if kind == "ranged"} - equal
    order = _order_of(query)
    if not (equal or ranged or order):
        return None
    limits = [tuple(sorted(names)[:_MOST_FIELDS]) for names in (equal, ranged)]
    return Shape(limits[0], limits[1], order[:_MOST_FIELDS], isinstance(query, AggregateQuery))


def _conditions(tree: Filter) -> Iterator[Condition]:
    """The conditions that all records have to meet, on fields of the object itself."""
    if isinstance(tree, And):
        for term in tree.terms:
            yield from _conditions(term)
    elif isinstance(tree, Condition) and "." not in tree.field and tree.operator in _EQUAL | _RANGED:
        yield tree


def _order_of(query: Query | AggregateQuery) -> tuple[str, ...]:
    """The order up to a field that no index of the object can have."""
    if isinstance(query, AggregateQuery):
        whole = all(group.part is None for group in query.groups)
        given = [group.field for group in query.groups] if whole else []
    else:
        given = [DESCENDING * term.descending + term.field for term in query.sort]
    names: list[str] = []
    for one in given:
        if "." in one or one.removeprefix(DESCENDING) == "id":
            break
        names.append(one)
    return tuple(names)
