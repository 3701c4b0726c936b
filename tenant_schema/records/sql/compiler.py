"""Compiles filters to Piccolo conditions.

Fields become columns by look-up in a mapping, and values are bound: no text of a request enters the SQL.

``ne`` and ``nin`` include records without a value. ``contains``, ``startswith`` and ``endswith`` are
case-sensitive, ``icontains`` is not. ``gt``, ``gte``, ``lt``, ``lte`` and ``between`` compare texts in the
order in which lists sort them; ``eq`` and ``in`` are exact.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, Final, TypeAlias
from uuid import UUID

from piccolo.columns import And as Both
from piccolo.columns import Column
from piccolo.columns import Or as Either
from piccolo.columns.combination import Where, WhereRaw

from piccolo_engines.statements import Slot
from tenant_schema.objects.model.sort_columns import kept_key
from tenant_schema.records.query.model import And, Condition, Filter, Indexed, LookupFilter, Me, Not
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.text_matching import equal_numbers, matches
from tenant_schema.records.sql.text_order import found_by_key, is_text

__all__ = ["Predicate", "all_of", "any_of", "compile_filter", "with_slots"]

Predicate: TypeAlias = Both | Either | Where | WhereRaw
_Columns = Mapping[str, Column]


def compile_filter(
    tree: Filter, columns: _Columns, dialect: RecordsDialect, depth: int = 0
) -> Predicate | None:
    """Compile a filter to the condition of a WHERE clause; None when every record passes.

    :param tree: a filter without :class:`Me`, which :func:`with_slots` replaces.
    :param columns: by field name, and by path for the paths in the filter.
    :param depth: the number of subqueries around the filter, which makes their aliases differ.
    """
    if isinstance(tree, Condition):
        found = _compile_condition(tree, columns[tree.field], dialect)
        return found if "." not in tree.field else _beyond_lookup(tree, columns[tree.field], found)
    if isinstance(tree, LookupFilter):
        return _compile_lookup(tree, columns[tree.field], dialect, depth + 1)
    if isinstance(tree, Indexed):
        return dialect.found_by_index(tree, columns["id"])
    if isinstance(tree, Not):
        return _complement(compile_filter(tree.term, columns, dialect, depth))
    terms = [compile_filter(term, columns, dialect, depth) for term in tree.terms]
    if isinstance(tree, And):
        return all_of([term for term in terms if term is not None])
    return None if None in terms else any_of([term for term in terms if term is not None])


def _beyond_lookup(condition: Condition, column: Column, found: Predicate) -> Predicate:
    """A condition on a joined row that the optimizer uses to read that table first only if an index finds it.

    Without ``IS TRUE`` it may scan the other table for matches and sort all records that refer to them, for
    the first page of a list whose order an index has.
    """
    meta = column._meta
    key = kept_key(column)
    has_index = meta.index or meta.unique or meta.primary_key or (key is not None and key._meta.index)
    if condition.operator in _FOUND_BY_INDEX and has_index:
        return found
    return WhereRaw("({}) IS TRUE", found.querystring)


_FOUND_BY_INDEX: Final = frozenset({"eq", "in"})


def _complement(predicate: Predicate | None) -> Predicate:
    """The records for which the predicate is false or null. Piccolo has no NOT."""
    if predicate is None:
        return WhereRaw("1 = 0")
    return WhereRaw("({}) IS NOT TRUE", predicate.querystring)


class _Aliased(dict[str, Column]):
    """The columns of another table under an alias, created when they are looked up."""

    def __init__(self, node: LookupFilter, alias: str) -> None:
        super().__init__()
        self.node, self.alias = node, alias

    def __missing__(self, name: str) -> Column:
        column = self[name] = self.node.table.column(name, self.alias)
        return column


def _compile_lookup(node: LookupFilter, lookup: Column, dialect: RecordsDialect, depth: int) -> Predicate:
    """A subquery for the record that the lookup refers to. It has an alias, which Piccolo's subqueries lack,
    because a table may refer to itself.
    """
    columns = _Aliased(node, f"x{depth}")
    term = compile_filter(node.term, columns, dialect, depth)
    template = f'EXISTS (SELECT 1 FROM "{node.table.name}" AS "{columns.alias}" WHERE {{}} = {{}}'  # noqa: S608 (names come from definitions)
    arguments = [columns["id"], lookup, *([] if term is None else [term.querystring])]
    template += ")" if term is None else " AND {})"
    found = WhereRaw(f"NOT {template}" if node.negated else template, *arguments)
    found.querystring.columns = ()  # otherwise Piccolo joins their tables in the outer statement
    return found


def _compile_condition(condition: Condition, column: Column, dialect: RecordsDialect) -> Predicate:
    """Compile one comparison."""
    if is_text(column):
        found: Predicate | None = found_by_key(condition.operator, column, condition.value, dialect)
        if found is not None:
            return found
    compare = _COMPARISONS.get(condition.operator)
    if compare is None:
        return matches(condition.operator, column, condition.value, dialect)
    return compare(column, condition.value)


def _different(column: Column, predicate: Predicate) -> Predicate:
    """The predicate, or that the column is null."""
    return Either(predicate, column.is_null()) if column._meta.null else predicate


def _between(column: Column, limits: Any) -> Predicate:
    """A range that includes both limits."""
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
    "eq_number": lambda column, number: equal_numbers(column, (number,)),
    "ne_number": lambda column, number: _different(column, equal_numbers(column, (number,), negated=True)),
    "in_number": equal_numbers,
    "nin_number": lambda column, numbers: _different(column, equal_numbers(column, numbers, negated=True)),
}


def all_of(predicates: list[Predicate]) -> Predicate | None:
    """The conjunction of the predicates; None for an empty list."""
    return reduce(Both, predicates) if predicates else None


def any_of(predicates: list[Predicate]) -> Predicate | None:
    """The disjunction of the predicates; None for an empty list."""
    return reduce(Either, predicates) if predicates else None


def with_slots(tree: Filter, user_id: UUID, values: list[object]) -> Filter:
    """Return the filter with a slot in place of each value. Filters that differ in values alone become equal,
    so the result is part of the key of a prepared statement.

    :param user_id: the value of :class:`Me`.
    :param values: the values are appended to it.
    """
    if isinstance(tree, Condition):
        return _condition_with_slots(tree, user_id, values)
    if isinstance(tree, LookupFilter):
        return replace(tree, term=with_slots(tree.term, user_id, values))
    if isinstance(tree, Not):
        return Not(with_slots(tree.term, user_id, values))
    if isinstance(tree, Indexed):
        expression = _slot(tree.expression, user_id, values)
        held = tuple([_slot(text, user_id, values) for text in tree.held])
        return Indexed(tree.index, expression, tree.columns, held)
    return type(tree)(tuple([with_slots(term, user_id, values) for term in tree.terms]))


def _condition_with_slots(condition: Condition, user_id: UUID, values: list[object]) -> Condition:
    """One condition with slots. The operand of ``null`` stays: it is part of the statement."""
    if condition.operator == "null":
        return condition
    if not isinstance(condition.value, tuple):
        return Condition(condition.field, condition.operator, _slot(condition.value, user_id, values))
    given = condition.value if condition.operator == "between" else _rounded_up(condition.value)
    slots = tuple([_slot(value, user_id, values) for value in given])
    return Condition(condition.field, condition.operator, slots)


def _slot(value: object, user_id: UUID, values: list[object]) -> Slot:
    """Append a value and return its slot."""
    values.append(user_id if isinstance(value, Me) else value)
    return Slot.at(len(values) - 1)


def _rounded_up(values: tuple[object, ...]) -> tuple[object, ...]:
    """The values, the last one repeated up to a power of two: lists of any length share a few statements."""
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))
