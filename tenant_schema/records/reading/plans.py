"""Plans: what a request for records means, for all callers who see the same schema.

A plan is made of the parsed query, the caller's rights and the definitions. It holds the prepared statement
with its values, except for the caller's id and the id of the record that is read. Nothing in it depends on
the time: days are converted to moments with the time zone that the query names, and relative dates when the
statement is run.
"""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import And, Condition, Filter, Not, Or, Query, SortTerm
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.query.relative_dates import Relative
from tenant_schema.records.reading.abilities import Abilities, abilities_of
from tenant_schema.records.reading.cursors import Cursors, Place, digest, shape_digest
from tenant_schema.records.reading.expand import needed
from tenant_schema.records.reading.pages import restored, window_of
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.lookup_joins import PathColumns
from tenant_schema.records.sql.statements import Reading, Source, Window, reading

__all__ = ["PagePlan", "Plan", "RecordPlan", "plan_page", "plan_record"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The common part of both kinds.

    :ivar values: the values of the statement's slots.
    :ivar mine: the positions of those that are the caller's id.
    :ivar abilities: how what the caller may do with each record is read, if that was asked for.
    """

    query: Query
    values: tuple[object, ...]
    mine: tuple[int, ...]
    abilities: Abilities | None
    _reading: weakref.ref[Reading]

    @property
    def is_alive(self) -> bool:
        """Whether the statement is still cached. The plan does not keep it, as it may keep a table class."""
        return self._reading() is not None

    @property
    def reading(self) -> Reading:
        """The prepared statement of a plan that :attr:`is_alive`."""
        found = self._reading()
        assert found is not None, "nothing was awaited since the plan was made or found"
        return found

    def values_for(self, user_id: UUID) -> list[object]:
        """Return the values for a caller."""
        values = list(self.values)
        for position in self.mine:
            values[position] = user_id
        return values


@dataclass(frozen=True, slots=True)
class RecordPlan(Plan):
    """One record; its id is the first of the values.

    :ivar is_whole: whether the record has every field of the object.
    """

    is_whole: bool


@dataclass(frozen=True, slots=True)
class PagePlan(Plan):
    """One page of a list.

    :ivar order: the full order.
    :ivar place: where the page starts, from the query's cursor.
    :ivar shape: the digest of the query without its values.
    :ivar filtered: the number of values that the filter has; they come first.
    :ivar is_relative: whether the filter has relative dates.
    :ivar sealed_for: what the page's cursors are bound to, unless that is different for each caller.
    """

    order: tuple[SortTerm, ...]
    place: Place | None
    shape: bytes
    filtered: int
    sealed_for: bytes
    is_relative: bool

    def digest_for(self, target: Target, values: Sequence[object]) -> bytes:
        """Return what the cursors of a caller's page are bound to."""
        if not self.mine:
            return self.sealed_for
        return digest(target.scope.id, self.shape, list(values[: self.filtered]), self.query.zone.name)


def plan_record(target: Target, query: Query) -> RecordPlan:
    """Return the plan for reading one record with the fields and expansions of the query."""
    values: list[object] = []
    names = needed(query.fields, query.expand)
    where = target.record(_ANY_RECORD, values)
    source = Source(target.model, where, target.hops(names, values), target.readable)
    abilities = abilities_of(target, query, values)
    read = _prepared(target, source, names, None, abilities)
    is_whole = not query.expand and len(query.fields) == len(target.model.fields)
    return RecordPlan(query, tuple(values), _mine(target, values), abilities, weakref.ref(read), is_whole)


_ANY_RECORD = UUID(int=0)


def plan_page(target: Target, query: Query, cursors: Cursors) -> PagePlan:
    """Return the plan for reading the page that the query describes. Raises :class:`CursorInvalid`,
    :class:`CursorMismatch`.
    """
    values: list[object] = []
    where = target.records(target.searched(query.filter, query.words), values)
    order, names = full_order(query.sort), needed(query.fields, query.expand)
    shape = target.plan(lambda: shape_digest(target.model.table_name, where, order), "digest", where, order)
    filtered, sealed_for = len(values), digest(target.scope.id, shape, values, query.zone.name)
    paths = [*fields_of(query.filter), *(term.field for term in order), *names]
    source = Source(target.model, where, target.hops(paths, values), target.readable)
    place = None
    if query.cursor is not None:
        place = cursors.open(target.scope.id, sealed_for, query.cursor)
        place = restored(place, order, PathColumns(target.model, source.hops), target.dialect)
    window = window_of(order, query.limit, place, values)
    abilities = abilities_of(target, query, values)
    read = _prepared(target, source, names, window, abilities)
    common = (query, tuple(values), _mine(target, values), abilities, weakref.ref(read))
    is_relative = any(isinstance(one, Relative) and not one.of_rule for one in values)
    return PagePlan(*common, order, place, shape, filtered, sealed_for, is_relative)


def _mine(target: Target, values: Sequence[object]) -> tuple[int, ...]:
    """Return the positions of the caller's id. It is there as this very object; an equal id that the query
    names is another one, and stays in the plan.
    """
    return tuple([place for place, value in enumerate(values) if value is target.access.user_id])


def _prepared(
    target: Target,
    source: Source,
    names: Sequence[str],
    window: Window | None,
    abilities: Abilities | None,
) -> Reading:
    """Return the SELECT of this shape. Tenants with the same table class share it, unless it refers to other
    tables, which are each tenant's own.
    """
    flags = () if abilities is None else abilities.flags
    key = (names, source.where, source.hops, window, *flags)

    def build() -> Reading:
        return reading(source, names, window, target.dialect, flags=flags)

    if source.hops or flags or not _is_plain(source.where):
        return target.plan(build, *key)
    one = target.all_plans.shared(target.model.table, (target.dialect, *key), build)
    return target.plan(lambda: Reading(one.statement, one.layout, one.converts, one.dialect), *key)


def _is_plain(condition: Filter) -> bool:
    """Whether the filter has conditions on the object's own fields only."""
    if isinstance(condition, And | Or):
        return all(map(_is_plain, condition.terms))
    return isinstance(condition, Condition) or (isinstance(condition, Not) and _is_plain(condition.term))
