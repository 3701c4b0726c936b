"""The model of a query: a tree of conditions, a sort, fields to return, and a position to start from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from tenant_schema.records.query.table_ref import TableRef
from tenant_schema.records.query.time_zones import UTC, Zone

__all__ = [
    "ALL",
    "DEFAULT_LIMIT",
    "DEFAULT_RELATED",
    "IN_TRASH",
    "IN_USE",
    "MAX_COUNTED",
    "MAX_CURSOR",
    "MAX_DEPTH",
    "MAX_EXPANSIONS",
    "MAX_FIELDS",
    "MAX_HOPS",
    "MAX_LIMIT",
    "MAX_RELATED",
    "MAX_SEARCH",
    "MAX_SORT",
    "MAX_TERMS",
    "MAX_TEXT",
    "MAX_VALUES",
    "MAX_WORDS",
    "NOTHING",
    "And",
    "Condition",
    "Count",
    "Expansion",
    "Filter",
    "Indexed",
    "LookupFilter",
    "Me",
    "Not",
    "Or",
    "Query",
    "SortTerm",
]

DEFAULT_LIMIT: Final = 25
MAX_LIMIT: Final = 200
"""Records on a page."""
MAX_TERMS: Final = 50
"""Conditions in one filter."""
MAX_DEPTH: Final = 5
"""Groups within groups."""
MAX_HOPS: Final = 3
"""Lookups on the way to a field, or within one another when expanded."""
MAX_VALUES: Final = 100
"""Values of one ``in`` or ``nin``."""
MAX_TEXT: Final = 2_000
"""Characters of one value."""
MAX_SEARCH: Final = 200
"""Characters of ``search``."""
MAX_WORDS: Final = 10
"""Words of ``search``."""
MAX_SORT: Final = 5
"""Fields of one sort."""
MAX_FIELDS: Final = 500
"""Names in ``fields``."""
MAX_EXPANSIONS: Final = 10
"""Lookups and related lists that one query expands."""
DEFAULT_RELATED: Final = 10
"""Records of a related list."""
MAX_RELATED: Final = 10_000
"""Related records of a page: its limit times that of the list, and of the list within."""
MAX_COUNTED: Final = 1_000
"""Where a capped count stops."""
MAX_CURSOR: Final = 16_384
"""Characters of a cursor."""


class Me(Enum):
    """Stands for the caller's user id in a filter (``$me``) until the query is run."""

    ME = "$me"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. ``value`` is stored form; a tuple for in, nin and between; a bool for null; or
    :class:`Me`.

    ``field`` is a name, or a path over lookups: ``account.industry``. Where a lookup leads nowhere, what lies
    beyond it has no value.
    """

    field: str
    operator: str
    value: object


@dataclass(frozen=True, slots=True)
class And:
    """All of the terms; everything when there are none."""

    terms: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the terms, of which there is at least one."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a term. Matches records without a value, too."""

    term: Filter


@dataclass(frozen=True, slots=True)
class LookupFilter:
    """The lookup ``field`` leads to a row of the other table that passes the term; to none, if ``negated``.

    What conditions on paths become where there are no joins: in row rules and in statements that lock.
    """

    field: str
    table: TableRef
    term: Filter
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Indexed:
    """A search with the full-text index, in the database's own search syntax.

    ``index`` names the index: on SQLite by its two tables, on MySQL by the table of words and its columns.
    There, each of ``held`` must also stand in the words of one of ``columns``.
    """

    index: tuple[str, ...]
    expression: object
    columns: tuple[str, ...] = ()
    held: tuple[object, ...] = ()


Filter: TypeAlias = And | Or | Not | Condition | LookupFilter | Indexed

ALL: Final = And()
"""The filter that lets everything pass."""
NOTHING: Final = Not(ALL)
"""The filter that lets nothing pass."""
IN_USE: Final = Condition("deleted_at", "null", True)
"""Not in the trash."""
IN_TRASH: Final = Condition("deleted_at", "null", False)
"""In the trash."""


@dataclass(frozen=True, slots=True)
class SortTerm:
    """One field of a sort. Nulls come first ascending and last descending, on every database."""

    field: str
    descending: bool = False


class Count(Enum):
    """Whether to count all records: not at all, up to :data:`MAX_COUNTED`, or exactly."""

    NONE = "none"
    CAPPED = "capped"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Query:
    """One list request. ``fields`` are the names to return, in order; ``cursor`` is still encoded;
    ``zone`` is the time zone of the days that the filter named.

    ``can`` asks what the caller may do with each record (``include=can``).
    ``words`` are searched for, all of them, each as the beginning of a word; None when there is no search.
    """

    fields: tuple[str, ...]
    filter: Filter = ALL
    words: tuple[str, ...] | None = None
    sort: tuple[SortTerm, ...] = ()
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    count: Count = Count.NONE
    expand: tuple[Expansion, ...] = ()
    zone: Zone = UTC
    can: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """Related records to include: the target of a lookup, or the records that refer by one.

    :param key: under which name they are shown.
    :param object_name: the object of those records.
    :param lookup: the field that connects them: of the record found, or, when ``many``, of theirs.
    :param many: a list of records that look up the one found.
    :param query: what to show of them; which, in which order and how many, when they are many.
    """

    key: str
    object_name: str
    lookup: str
    many: bool
    query: Query
