"""Aggregate queries: the groups, the measures of each group, and their order.

::

    groupBy=stage,month(close_date)    select=count,sum(amount),max(account.employees)
    sort=-sum(amount)    limit=50      and a filter and a search as for lists
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tenant_schema.objects.fields.fixed_decimal import FixedDecimal
from tenant_schema.objects.fields.integer import IntegerType
from tenant_schema.objects.fields.registry import kind_of
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import suggestion
from tenant_schema.records.query.conditions import QueryProblems, known_field
from tenant_schema.records.query.model import Filter
from tenant_schema.records.query.parameters import read_limit
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.time_zones import UTC, Zone

__all__ = ["FUNCTIONS", "MAX_GROUPS", "PARTS", "AggregateQuery", "AggregateReader", "Group", "Measure"]

PARTS: Final = ("year", "quarter", "month", "week", "day")
"""Parts of dates and moments to group by; weeks are those of ISO 8601."""
FUNCTIONS: Final = ("count", "sum", "avg", "min", "max")
MAX_GROUPS: Final = 1_000
"""Groups in one response."""
_DEFAULT_GROUPS: Final = 100
_MOST_GROUPED: Final = 5
_MOST_MEASURES: Final = 10
_CALL: Final = re.compile(r"([^()]*)\(([^()]*)\)")
_TIMES: Final = frozenset({"date", "datetime"})
_NOT_GROUPED: Final = frozenset({"long_text", "json", "multi_select"})
_NOT_ORDERED: Final = _NOT_GROUPED | {"boolean", "lookup", "id"}


_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Group:
    """The key of groups: a field's value, or a part of it such as the month."""

    field: str
    part: str | None = None

    @property
    def key(self) -> str:
        """Its name in requests and responses."""
        return f"{self.part}({self.field})" if self.part else self.field


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate of each group. A count without a field counts records."""

    function: str
    field: str | None = None

    @property
    def key(self) -> str:
        """Its name in requests and responses."""
        return f"{self.function}({self.field})" if self.field else self.function


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """One request. ``sort`` holds places among the groups and then the measures, and whether descending;
    ``zone`` is the time zone in which moments have days, weeks and so on.
    """

    filter: Filter
    words: tuple[str, ...] | None
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    sort: tuple[tuple[int, bool], ...]
    limit: int
    zone: Zone = UTC

    @property
    def keys(self) -> list[str]:
        """The names of the groups and the measures, in this order."""
        return [*(one.key for one in self.groups), *(one.key for one in self.measures)]

    @property
    def fields(self) -> list[str]:
        """The fields and paths that the groups and measures are of."""
        measured = [one.field for one in self.measures if one.field is not None]
        return [*(one.field for one in self.groups), *measured]


class AggregateReader:
    """Reads the parts of a request that lists do not have."""

    def __init__(self, fields: Fields, collector: QueryProblems) -> None:
        self.fields, self.collector = fields, collector

    def read(
        self,
        wanted: tuple[Filter, tuple[str, ...] | None],
        names: Mapping[str, Sequence[str] | None],
        limit: int | None,
    ) -> AggregateQuery:
        """Return the query of the records wanted; ``names`` are what groupBy, select and sort hold."""
        groups = self._several("groupBy", names.get("groupBy") or (), _MOST_GROUPED, self._group)
        measures = self._several("select", names.get("select") or ("count",), _MOST_MEASURES, self._measure)
        keys = [*(one.key for one in groups), *(one.key for one in measures)]
        sort = self._several(
            "sort",
            names.get("sort") or (),
            _MOST_GROUPED + _MOST_MEASURES,
            lambda name, _: self._sort_term(name, keys),
        )
        number = _DEFAULT_GROUPS if limit is None else limit
        return AggregateQuery(
            *wanted,
            tuple(groups),
            tuple(measures),
            tuple(sort),
            read_limit(number, self.collector, default=_DEFAULT_GROUPS, most=MAX_GROUPS),
            self.collector.zone,
        )

    def _several(
        self, where: str, names: Sequence[str], most: int, read: Callable[[str, str], _One | None]
    ) -> list[_One]:
        if len(names) > most:
            self.collector.add(where, "too-many-fields", f"{where} takes at most {most}.")
            return []
        found = [read(name.strip(), where) for name in names]
        return list(dict.fromkeys(one for one in found if one is not None))

    def _group(self, name: str, where: str) -> Group | None:
        part, path = self._taken_apart(name, where, PARTS)
        field = None if path is None else known_field(path, where, self.fields, self.collector)
        if field is None or path is None:
            return None
        if part and kind_of(field.type) not in _TIMES:
            self.collector.add(where, "not-a-time", f"{path} is {field.type.name}, which has no {part}.")
        elif not part and kind_of(field.type) in _NOT_GROUPED:
            message = f"{path} is {field.type.name}, by which one cannot group."
            self.collector.add(where, "not-groupable", message)
        return Group(path, part)

    def _measure(self, name: str, where: str) -> Measure | None:
        if name == "count":
            return Measure("count")
        function, path = self._taken_apart(name, where, FUNCTIONS)
        if function is None:
            message = "Measures read count, sum(field), avg(field), min(field), max(field) or count(field)."
            near = f"{name}(field)" if name in FUNCTIONS else "count" if name.lower() == "count" else None
            self.collector.add(where, "malformed", message, near) if path is not None else None
            return None
        field = None if path is None else known_field(path, where, self.fields, self.collector)
        if field is None or path is None:
            return None
        if not _works_for(function, field):
            message = f"{path} is {field.type.name}, which has no {function}."
            self.collector.add(where, "function-not-allowed", message)
        return Measure(function, path)

    def _taken_apart(self, name: str, where: str, known: Sequence[str]) -> tuple[str | None, str | None]:
        """``month(close_date)`` as its two names; a name alone comes second. No second: it was a problem."""
        found = _CALL.fullmatch(name)
        if found is None:
            return None, name
        function, path = found[1].strip(), found[2].strip()
        if function not in known:
            self.collector.add(
                where, "unknown-function", f"There is no {function[:64]!r} here.", suggestion(function, known)
            )
            return None, None
        return function, path

    def _sort_term(self, name: str, keys: Sequence[str]) -> tuple[int, bool] | None:
        key = name.strip().removeprefix("-")
        if key in keys:
            return keys.index(key), name.strip().startswith("-")
        self.collector.unknown("sort", "field", key, keys)
        return None


def _works_for(function: str, field: FieldModel) -> bool:
    """Return whether the function means something for such values."""
    if function in {"sum", "avg"}:
        return isinstance(field.type, FixedDecimal | IntegerType)
    return function == "count" or kind_of(field.type) not in _NOT_ORDERED
