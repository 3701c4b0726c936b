"""Keyset pagination: the total order of a sort, and the condition for the records after a position.

Every order ends with the id, so it is total. Nulls sort first in ascending and last in descending order, as
SQLite, MySQL and MariaDB do by default. A page is read backwards by reading the reversed order forwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from piccolo.columns import And as Both
from piccolo.columns import Column
from piccolo.columns import Or as Either
from piccolo.columns.combination import WhereRaw

from tenant_schema.records.query.model import SortTerm
from tenant_schema.records.sql.compiler import Predicate
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.text_order import compare, is_missing, is_text, order_of

__all__ = ["beyond", "full_order", "turned"]

_Columns = Mapping[str, Column]


def full_order(sort: Sequence[SortTerm]) -> tuple[SortTerm, ...]:
    """The sort up to and including the id, which is appended in the direction of the last field if it is
    missing, so that an index on that field and the id has the order.

    >>> [(term.field, term.descending) for term in full_order([SortTerm("amount", descending=True)])]
    [('amount', True), ('id', True)]
    """
    names = [term.field for term in sort]
    if "id" in names:
        return tuple(sort[: names.index("id") + 1])
    return (*sort, SortTerm("id", bool(sort) and sort[-1].descending))


def turned(order: Sequence[SortTerm]) -> tuple[SortTerm, ...]:
    """The reversed order."""
    return tuple(SortTerm(term.field, not term.descending) for term in order)


def beyond(
    order: Sequence[SortTerm],
    position: Sequence[object],
    columns: _Columns,
    dialect: RecordsDialect,
    *,
    inclusive: bool,
) -> list[Predicate]:
    """The conditions for the records after a position, in one range of the first field or in two that follow
    each other: records with a value, and those without. Each begins with a comparison of the first field
    alone, for which an index can be used.

    A field and the id are compared as a pair where the database uses an index for that, so that records with
    the same value before the position are not read.

    :param order: a full order.
    :param position: a value for each term of the order; None for null.
    :param inclusive: whether the record at the position is included.
    """
    one_way = len({term.descending for term in order}) == 1
    ends = _At(order[-1], position[-1], columns["id"], dialect)
    if dialect.compares_pairs and one_way and len(order) == 2 and position[0] is not None:
        return _at_both(
            _At(order[0], position[0], columns[order[0].field], dialect), ends, inclusive=inclusive
        )
    rest: Predicate = ends.compared("<=" if order[-1].descending else ">=") if inclusive else ends.beyond
    terms = [
        _At(term, value, columns[term.field], dialect) for term, value in zip(order, position, strict=True)
    ]
    for term in reversed(terms[1:-1]):
        rest = _step(term, rest)
    return [rest] if len(order) == 1 else _stretches(terms[0], rest)


@dataclass(frozen=True, slots=True)
class _At:
    """The position in one term of the order. ``value`` is None for null."""

    term: SortTerm
    value: object
    column: Column
    dialect: RecordsDialect

    def compared(self, sign: str) -> Predicate:
        """The condition that the column compares like this with the value."""
        return compare(self.column, sign, self.value, self.dialect)

    @property
    def sign(self) -> str:
        """The operator for later values in the direction of the term."""
        return "<" if self.term.descending else ">"

    @property
    def beyond(self) -> Predicate:
        """The condition for later values that are not null."""
        return self.compared(self.sign)

    @property
    def missing(self) -> Predicate:
        """The condition for null."""
        return is_missing(self.column)

    @property
    def ends_in_nulls(self) -> bool:
        """Whether nulls come last."""
        return self.term.descending and bool(self.column._meta.null)


def _at_both(one: _At, last: _At, *, inclusive: bool) -> list[Predicate]:
    """The ranges of a field and the id, compared as a pair; both have the same direction."""
    template = f"({{}}, {{}}) {one.sign}{'=' if inclusive else ''} ({{}}, {{}})"
    value = one.dialect.sort_keys.of_value(one.value) if is_text(one.column) else one.value
    here = WhereRaw(template, order_of(one.column, one.dialect), last.column, value, last.value)
    return [here, one.missing] if one.ends_in_nulls else [here]


def _stretches(one: _At, rest: Predicate) -> list[Predicate]:
    """The ranges: later in the first field, or equal in it and later in the rest."""
    if one.value is None:
        here = Both(one.missing, rest)
        return [here] if one.term.descending else [here, is_missing(one.column, there=True)]
    here = Both(one.compared(f"{one.sign}="), Either(one.beyond, Both(one.compared("="), rest)))
    return [here, one.missing] if one.ends_in_nulls else [here]


def _step(one: _At, rest: Predicate) -> Predicate:
    """As :func:`_stretches`, in one condition, for a field that is not the first."""
    equal = Both(one.missing if one.value is None else one.compared("="), rest)
    later = _further(one)
    return equal if later is None else Either(later, equal)


def _further(one: _At) -> Predicate | None:
    """Later in one field; None when nothing can be."""
    if one.value is None:
        return None if one.term.descending else is_missing(one.column, there=True)
    return Either(one.beyond, one.missing) if one.ends_in_nulls else one.beyond
