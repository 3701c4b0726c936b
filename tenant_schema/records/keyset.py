"""Where a page begins and ends: the full order of a sort, and the condition for what comes after a position.

Every order ends with the id, so that no two records are at the same place. Nulls come first ascending and
last descending, which is what SQLite, MySQL and MariaDB do by themselves. Reading backwards is reading the
reversed order forwards and turning the page around.
"""

from collections.abc import Mapping, Sequence

from piccolo.columns import And as Both
from piccolo.columns import Column
from piccolo.columns import Or as Either
from piccolo.columns.combination import WhereRaw

from tenant_schema.records.compiler import Predicate
from tenant_schema.records.query import SortTerm

__all__ = ["beyond", "full_order", "turned"]

_Columns = Mapping[str, Column]


def full_order(sort: Sequence[SortTerm]) -> tuple[SortTerm, ...]:
    """The sort up to the id, which is added in the direction of the last field (an index serves both
    directions).

    >>> [(term.field, term.descending) for term in full_order([SortTerm("amount", descending=True)])]
    [('amount', True), ('id', True)]
    """
    names = [term.field for term in sort]
    if "id" in names:
        return tuple(sort[: names.index("id") + 1])
    return (*sort, SortTerm("id", bool(sort) and sort[-1].descending))


def turned(order: Sequence[SortTerm]) -> tuple[SortTerm, ...]:
    """The same order read from its end."""
    return tuple(SortTerm(term.field, not term.descending) for term in order)


def beyond(
    order: Sequence[SortTerm],
    position: Sequence[object],
    columns: _Columns,
    *,
    inclusive: bool,
    row_values: bool = False,
) -> list[Predicate]:
    """What comes after the ``position``, which has one value (None for null) for each term of the full order.

    That is one stretch of the first field's values or two, one after the other: with a value and without. For
    each there is a plain range in front, which an index on that field can begin with.

    ``inclusive`` takes in the record at the position itself. ``row_values`` compares a field and the id at
    once, which SQLite's indexes can begin with, so that ties before the position are not read; MySQL sees as
    much in the long form, and nothing in this one.
    """
    one_way = len({term.descending for term in order}) == 1
    if row_values and one_way and len(order) == 2 and position[0] is not None:
        return _at_both(order[0], position, columns, inclusive=inclusive)
    rest = _at_id(order[-1], position[-1], columns["id"], inclusive=inclusive)
    for term, value in reversed(list(zip(order[1:-1], position[1:-1], strict=True))):
        rest = _step(term, value, columns[term.field], rest)
    if len(order) == 1:
        return [rest]
    return _stretches(order[0], position[0], columns[order[0].field], rest)


def _at_both(
    term: SortTerm, position: Sequence[object], columns: _Columns, *, inclusive: bool
) -> list[Predicate]:
    """Further on in one field and the id, which go in the same direction."""
    column, sign = columns[term.field], "<" if term.descending else ">"
    template = f"({{}}, {{}}) {sign}{'=' if inclusive else ''} ({{}}, {{}})"
    here = WhereRaw(template, column, columns["id"], *position)
    return [here, column.is_null()] if term.descending and column._meta.null else [here]


def _stretches(term: SortTerm, value: object, column: Column, rest: Predicate) -> list[Predicate]:
    """Further on in the first field, or equal in it and further on in the rest."""
    if value is None:
        here = Both(column.is_null(), rest)
        return [here] if term.descending else [here, column.is_not_null()]
    if not term.descending:
        return [Both(column >= value, Either(column > value, Both(column == value, rest)))]
    here = Both(column <= value, Either(column < value, Both(column == value, rest)))
    return [here, column.is_null()] if column._meta.null else [here]


def _at_id(term: SortTerm, value: object, column: Column, *, inclusive: bool) -> Predicate:
    """Among records that are equal in everything else."""
    if inclusive:
        return column <= value if term.descending else column >= value
    return column < value if term.descending else column > value


def _step(term: SortTerm, value: object, column: Column, rest: Predicate) -> Predicate:
    """As :func:`_stretches`, for a field that is not the first."""
    equal = Both(column.is_null() if value is None else column == value, rest)
    later = _further(term, value, column)
    return equal if later is None else Either(later, equal)


def _further(term: SortTerm, value: object, column: Column) -> Predicate | None:
    """Further on in one field; None when nothing is."""
    if value is None:
        return None if term.descending else column.is_not_null()
    if not term.descending:
        return column > value
    return Either(column < value, column.is_null()) if column._meta.null else column < value
