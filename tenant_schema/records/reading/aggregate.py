"""Computes aggregates with one statement, with the same exact results on every database.

Averages are computed here from sums and counts. How a database sums exactly, see
:meth:`tenant_schema.records.sql.dialects.protocol.RecordsDialect.total`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, TypeAlias

from piccolo.columns import Column
from piccolo.querystring import QueryString, Selectable

from piccolo_engines.columns import SortKey
from piccolo_engines.sort_keys import SORT_KEY_BYTES, sort_key, text_behind_key, text_of_key
from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.objects.model.sort_columns import kept_key
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.aggregates import AggregateQuery, Group, Measure
from tenant_schema.records.query.model import Filter
from tenant_schema.records.query.paths import fields_of
from tenant_schema.records.reading.clocks import clocks_of
from tenant_schema.records.record import Row
from tenant_schema.records.sql.dialects.protocol import RecordsDialect
from tenant_schema.records.sql.local_time import Clock, Clocks, local_time
from tenant_schema.records.sql.lookup_joins import PathColumns
from tenant_schema.records.sql.rendering import known
from tenant_schema.records.sql.statement_cache import Statement, compiled
from tenant_schema.records.sql.statements import Source
from tenant_schema.records.sql.text_order import is_text

__all__ = ["Groups", "aggregate"]

_IN_EVERY_INDEX: Final = frozenset({"id", "deleted_at"})
_MORE_DECIMALS: Final = 4
"""Decimals of an average, beyond those of its field."""

_Show: TypeAlias = Callable[[Row], object]
_Order: TypeAlias = Sequence[Column | QueryString]


@dataclass(frozen=True, slots=True)
class Groups:
    """The result: the groups by the keys of the query, and whether there are more."""

    data: list[dict[str, Any]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """A group or measure in a statement: what to select, how to order by it, and what to show of a row."""

    selected: tuple[Selectable, ...]
    hints: tuple[Column | None, ...]
    order: _Order
    show: _Show
    group: Column | QueryString | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """:ivar by_key: the aliases of groups that are sort keys, each of which is taken for a text."""

    statement: Statement
    show: tuple[tuple[str, _Show], ...]
    by_key: tuple[str, ...] = ()


async def aggregate(target: Target, query: AggregateQuery) -> Groups:
    """Return the groups of the records that match the query and that the caller may read."""
    values: list[object] = []
    where = target.records(target.searched(query.filter, query.words), values)
    hops = target.hops([*fields_of(query.filter), *query.fields], values)
    source = Source(target.model, where, hops, target.readable)
    asked = (query.groups, query.measures, query.sort, query.limit)
    clocks = await clocks_of(target, source, query, values)
    shape = (where, hops, *asked, clocks)
    use = _use_of_keys(query, where)
    plan = target.plan(lambda: _prepared(source, query, clocks, target.dialect, use), *shape)
    rows = await target.run(plan.statement, values)
    if any(_is_cut(row[alias]) for alias in plan.by_key for row in rows):
        use = _Keys.OF_OPTIONS
        plan = target.plan(lambda: _prepared(source, query, clocks, target.dialect, use), "by text", *shape)
        rows = await target.run(plan.statement, values)
    shown = [{key: show(row) for key, show in plan.show} for row in rows[: query.limit]]
    return Groups(shown, len(rows) > query.limit)


class _Keys(Enum):
    """Which groups of texts are groups of their sort keys, which have an index that the texts have not."""

    NONE = auto()
    OF_OPTIONS = auto()
    """Those whose keys are never cut."""
    ALL = auto()


def _use_of_keys(query: AggregateQuery, where: Filter) -> _Keys:
    """Which keys are worth it: those whose index has everything that the statement reads.

    Otherwise the database would read each record in the order of the index, which takes several times as long
    as reading all of them in theirs.
    """
    is_counted = all(measure.field is None for measure in query.measures)
    if not is_counted or query.words is not None or not set(fields_of(where)) <= _IN_EVERY_INDEX:
        return _Keys.NONE
    return _Keys.OF_OPTIONS if query.sort else _Keys.ALL


def _is_cut(key: bytes | None) -> bool:
    """Whether texts of several groups may have the key."""
    return key is not None and len(key) >= SORT_KEY_BYTES


def _prepared(
    source: Source, query: AggregateQuery, clocks: Clocks, dialect: RecordsDialect, use: _Keys
) -> _Plan:
    columns = PathColumns(source.model, source.hops)
    builder = _ItemBuilder(source, columns, dict(clocks), dialect, use)
    groups = [builder.group(group, f"g{place}") for place, group in enumerate(query.groups)]
    measures = [builder.measure(measure, f"m{place}") for place, measure in enumerate(query.measures)]
    items = [*groups, *measures]
    select = source.select(dialect, columns)
    select.selected = [one for item in items for one in item.selected]
    select.hints = [hint for item in items for hint in item.hints]
    select.groups = [_named(item.group) for item in groups if item.group is not None]
    ties = [(place, False) for place in range(len(groups))]
    select.order = [(by, down) for place, down in (*query.sort, *ties) for by in items[place].order]
    select.limit = query.limit + 1
    show = tuple((key, item.show) for key, item in zip(query.keys, items, strict=True))
    keys = tuple([f"g{place}" for place, item in enumerate(groups) if isinstance(item.group, SortKey)])
    return _Plan(compiled(select.querystring(dialect), dialect), show, keys)


def _named(group: Column | QueryString) -> QueryString:
    return QueryString("{}", group) if isinstance(group, Column) else group


class _ItemBuilder:
    """Builds the items of one statement."""

    def __init__(
        self,
        source: Source,
        columns: PathColumns,
        clocks: Mapping[str, Clock],
        dialect: RecordsDialect,
        use: _Keys,
    ) -> None:
        self.fields = source.model.fields if source.fields is None else source.fields
        self.columns, self.clocks, self.dialect = columns, clocks, dialect
        self.use = use

    def group(self, group: Group, alias: str) -> _Item:
        """Return a field's value or a part of it."""
        column, name = self.columns[group.field], QueryString(f'"{alias}"')
        if group.part is None:
            key = kept_key(column) if self._is_by_key(group.field) else None
            if key is not None:
                shown = QueryString("{}", key, alias=alias)
                return _Item((shown,), (None,), (key,), lambda row: _text_of(row[alias]), key)
            selected = self.dialect.selected(alias, column)
            order: _Order = (column,)
            if is_text(column):
                order = (self.dialect.sort_keys.of_column(column), column)
            return _Item((selected,), (column,), order, self._shown(group.field, alias), column)
        template = self.dialect.date_part(group.part)
        moment: Column | QueryString = column
        if group.field in self.clocks:
            moment = local_time(column, self.clocks[group.field], self.dialect)
        part = QueryString(template, *[moment] * template.count("{}"), alias=alias)
        return _Item((part,), (None,), (name,), lambda row: row[alias], name)

    def measure(self, measure: Measure, alias: str) -> _Item:
        """Return the SQL of a measure, and how its result is read."""
        name = QueryString(f'"{alias}"')
        if measure.field is None:
            counted = QueryString("COUNT(*)", alias=alias)
            return _Item((counted,), (None,), (name,), lambda row: row[alias])
        column, function = self.columns[measure.field], measure.function
        if function in {"sum", "avg"}:
            return self._total(function, column, known(measure.field, self.fields), alias)
        if function in {"min", "max"} and is_text(column):
            extreme = f"{function.upper()}({{}})"
            found = QueryString(extreme, self.dialect.sort_keys.with_text(column), alias=alias)
            return _Item((found,), (None,), (name,), lambda row: _text(row[alias]))
        found = QueryString(f"{function.upper()}({{}})", column, alias=alias)
        if function == "count":
            return _Item((found,), (None,), (name,), lambda row: row[alias])
        return _Item((found,), (column,), (name,), self._shown(measure.field, alias))

    def _is_by_key(self, field: str) -> bool:
        return self.use is _Keys.ALL or (self.use is _Keys.OF_OPTIONS and self._has_whole_keys(field))

    def _has_whole_keys(self, field: str) -> bool:
        """Whether no value of the field can have a key that is cut: it is one of a few options."""
        options = known(field, self.fields).settings.get("options", ())
        return bool(options) and all(not _is_cut(sort_key(one["value"])) for one in options)

    def _shown(self, field: str, alias: str) -> _Show:
        """Return the value in the form in which records show it."""
        render = self.dialect.renderer(known(field, self.fields), self.columns[field])
        if render is None:
            return lambda row: row[alias]
        return lambda row: None if row[alias] is None else render(row[alias])

    def _total(self, function: str, column: Column, field: FieldModel, alias: str) -> _Item:
        """Return a sum or an average."""
        scale = field.type.digits(field)[1] if isinstance(field.type, FixedDecimal) else 0
        total = self.dialect.total(function, column, scale, alias)
        counted = QueryString("COUNT({})", column, alias=f"{alias}n")
        selected = (*total.selected, counted) if function == "avg" else total.selected
        show = _show_total(function, field, scale, alias, self.dialect)
        return _Item(selected, (None,) * len(selected), total.order, show)


def _text(selected: bytes | None) -> str | None:
    return None if selected is None else text_behind_key(selected)


def _text_of(key: bytes | None) -> str | None:
    return None if key is None else text_of_key(key)


def _show_total(function: str, field: FieldModel, scale: int, alias: str, dialect: RecordsDialect) -> _Show:
    is_whole = not isinstance(field.type, FixedDecimal)

    def show(row: Row) -> object:
        units = dialect.units(row, alias, scale)
        if units is None:
            return None
        if function == "sum":
            return units if is_whole else _fixed(units, scale)
        return _fixed(_divided(units * 10**_MORE_DECIMALS, row[f"{alias}n"]), scale + _MORE_DECIMALS)

    return show


def _divided(units: int, count: int) -> int:
    """Rounded to the nearest, halves away from nought."""
    quotient = (abs(units) * 2 + count) // (count * 2)
    return -quotient if units < 0 else quotient


def _fixed(units: int, scale: int) -> str:
    """Smallest units as a decimal with all its digits.

    >>> _fixed(-5, 2)
    '-0.05'
    """
    if scale == 0:
        return str(units)
    whole, rest = divmod(abs(units), 10**scale)
    return f"{'-' if units < 0 else ''}{whole}.{rest:0{scale}d}"
