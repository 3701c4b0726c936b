"""A filter as Piccolo conditions. Names become columns by look-up, values are bound, nothing else goes in.

``ne`` and ``nin`` include records without a value: whoever asks for all that are not "won" means those too.
``contains``, ``startswith`` and ``endswith`` tell upper from lower case, ``icontains`` does not (on
SQLite it folds the letters A to Z only, as SQLite's ``LOWER`` does).
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final, TypeAlias
from uuid import UUID

from piccolo.columns import And as Both
from piccolo.columns import Column
from piccolo.columns import Or as Either
from piccolo.columns.combination import Where, WhereRaw

from tenant_schema.records.matching import matches
from tenant_schema.records.prepared import Slot
from tenant_schema.records.query import And, Condition, Filter, Me

__all__ = ["Predicate", "all_of", "any_of", "compile_filter", "with_slots"]

Predicate: TypeAlias = Both | Either | Where | WhereRaw
_Columns = Mapping[str, Column]


def compile_filter(tree: Filter, columns: _Columns, engine_type: str) -> Predicate | None:
    """The conditions for ``where``; None when everything passes. The filter holds no :class:`Me` any more."""
    if isinstance(tree, Condition):
        return _compile_condition(tree, columns[tree.field], engine_type)
    terms = [compile_filter(term, columns, engine_type) for term in tree.terms]
    if isinstance(tree, And):
        return all_of([term for term in terms if term is not None])
    return None if None in terms else any_of([term for term in terms if term is not None])


def _compile_condition(condition: Condition, column: Column, engine_type: str) -> Predicate:
    """One comparison."""
    compare = _COMPARISONS.get(condition.operator)
    if compare is None:
        return matches(condition.operator, column, condition.value, engine_type)
    return compare(column, condition.value)


def _different(column: Column, predicate: Predicate) -> Predicate:
    """The predicate, or no value at all."""
    return Either(predicate, column.is_null()) if column._meta.null else predicate


def _between(column: Column, limits: Any) -> Predicate:
    """Both limits included."""
    low, high = limits
    return Both(column >= low, column <= high)


_COMPARISONS: Final[Mapping[str, Callable[[Column, Any], Predicate]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: _different(column, column != value),
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "in": lambda column, values: column.is_in(list(values)),
    "nin": lambda column, values: _different(column, column.not_in(list(values))),
    "between": _between,
    "null": lambda column, is_null: column.is_null() if is_null else column.is_not_null(),
}


def all_of(predicates: list[Predicate]) -> Predicate | None:
    """All of them; None when there are none."""
    return reduce(Both, predicates) if predicates else None


def any_of(predicates: list[Predicate]) -> Predicate | None:
    """At least one of them; None when there are none."""
    return reduce(Either, predicates) if predicates else None


def with_slots(tree: Filter, user_id: UUID, values: list[object]) -> Filter:
    """The same filter with a slot for every value; the values are added to ``values``, ``$me`` as
    ``user_id``.

    Filters of one shape come out equal, so that this is what their prepared statement is found by.
    """
    if isinstance(tree, Condition):
        return _condition_with_slots(tree, user_id, values)
    return type(tree)(tuple([with_slots(term, user_id, values) for term in tree.terms]))


def _condition_with_slots(condition: Condition, user_id: UUID, values: list[object]) -> Condition:
    """One condition; that there is a value or none is part of the shape."""
    if condition.operator == "null":
        return condition
    if not isinstance(condition.value, tuple):
        return Condition(condition.field, condition.operator, _slot(condition.value, user_id, values))
    given = condition.value if condition.operator == "between" else _rounded_up(condition.value)
    slots = tuple([_slot(value, user_id, values) for value in given])
    return Condition(condition.field, condition.operator, slots)


def _slot(value: object, user_id: UUID, values: list[object]) -> Slot:
    """A slot for one value."""
    values.append(user_id if isinstance(value, Me) else value)
    return Slot.at(len(values) - 1)


def _rounded_up(values: tuple[object, ...]) -> tuple[object, ...]:
    """The last value repeated up to a power of two, so that lists of many lengths share a few statements."""
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))
