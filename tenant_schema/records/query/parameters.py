"""Validates the parameters of a list except its filter, for both the query string and JSON."""

from collections.abc import Sequence
from typing import Final

from tenant_schema.problems import suggestion
from tenant_schema.records.query.conditions import QueryProblems, known_field
from tenant_schema.records.query.model import (
    DEFAULT_LIMIT,
    MAX_CURSOR,
    MAX_FIELDS,
    MAX_LIMIT,
    MAX_SEARCH,
    MAX_SORT,
    MAX_WORDS,
    Count,
    SortTerm,
)
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.search import is_searched, words_of
from tenant_schema.records.query.time_zones import UnknownZone, zone_names, zone_of

__all__ = [
    "read_count",
    "read_cursor",
    "read_fields",
    "read_include",
    "read_limit",
    "read_search",
    "read_sort",
    "read_zone",
    "with_identity",
]

_INCLUDES: Final = ("can",)
_IDENTITY: Final = ("id", "version")


def read_search(text: str | None, fields: Fields, collector: QueryProblems) -> tuple[str, ...] | None:
    """Return the words to search for; None without a search. Adds problems for too many words, and for
    objects without searchable fields.
    """
    if text is None:
        return None
    if not any(is_searched(field) for field in fields.values()):
        collector.add("search", "not-searchable", "No field of this object is marked as searchable.")
    if len(text) > MAX_SEARCH or "\0" in text:
        message = f"A search is text of at most {MAX_SEARCH} characters without NUL."
        collector.add("search", "invalid-value", message)
        return None
    words = words_of(text)
    if len(words) > MAX_WORDS:
        collector.add("search", "too-many-words", f"A search has at most {MAX_WORDS} words.")
    return words


def read_sort(
    names: Sequence[str] | None, fields: Fields, collector: QueryProblems, where: str = "sort"
) -> tuple[SortTerm, ...]:
    """``-amount`` is descending. Problems for unknown fields, ones without an order, repeated ones, too
    many.
    """
    if names is not None and len(names) > MAX_SORT:
        collector.add(where, "too-many-fields", f"A sort has at most {MAX_SORT} fields.")
        return ()
    terms: dict[str, SortTerm] = {}
    for name in names or ():
        field = known_field(name.removeprefix("-"), where, fields, collector)
        if field is None:
            continue
        path = name.removeprefix("-")
        if not field.type.sortable:
            collector.add(where, "not-sortable", f"{path} is {field.type.name}, which has no order.")
        if path in terms:
            collector.add(where, "repeated", f"{path} is given twice.")
        terms[path] = SortTerm(path, name.startswith("-"))
    return tuple(terms.values())


def read_fields(
    names: Sequence[str] | None, fields: Fields, collector: QueryProblems, where: str = "fields"
) -> tuple[str, ...]:
    """Return the names of the fields to return: all fields if none are given."""
    if names is None:
        return tuple(fields)
    if len(names) > MAX_FIELDS:
        collector.add(where, "too-many-fields", f"At most {MAX_FIELDS} fields can be asked for.")
        return ()
    found = (name for name in names if known_field(name, where, fields, collector) is not None)
    return tuple(dict.fromkeys(found))


def with_identity(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with the id and the version, which every record has that is returned by itself.

    >>> with_identity(["name", "id"])
    ('version', 'name', 'id')
    """
    return (*[one for one in _IDENTITY if one not in names], *names)


def read_include(names: Sequence[str] | None, collector: QueryProblems) -> bool:
    """Return whether the response includes what the caller may do with each record."""
    for name in names or ():
        if name not in _INCLUDES:
            collector.unknown("include", "addition", name, _INCLUDES)
    return bool(names)


def read_limit(
    number: int | None,
    collector: QueryProblems,
    where: str = "limit",
    default: int = DEFAULT_LIMIT,
    most: int = MAX_LIMIT,
) -> int:
    """Return the limit when it is one; a problem when it is not."""
    if number is None or not 1 <= number <= most:
        collector.add(where, "out-of-range", f"limit is a number from 1 to {most:,}.")
        return default
    return number


def read_cursor(text: str | None, collector: QueryProblems) -> str | None:
    """Return the cursor as it was given; only its length is looked at here."""
    if text is not None and len(text) > MAX_CURSOR:
        collector.add("cursor", "too-long", f"A cursor has at most {MAX_CURSOR} characters.")
        return None
    return text


def read_zone(text: str | None, collector: QueryProblems) -> None:
    """The time zone of the days in the filter and the groups, which is UTC when none is named: kept in the
    ``collector``, which go through all that is read.
    """
    if text is None:
        return
    try:
        collector.zone = zone_of(text)
        collector.callers_zone = False
    except UnknownZone:
        message = f"There is no time zone {text[:64]!r}; names are those of the IANA database."
        collector.add("timeZone", "unknown-time-zone", message, suggestion(text, tuple(zone_names())))


def read_count(text: str | None, collector: QueryProblems) -> Count:
    """Return whether and how far to count: ``none``, ``capped`` or ``exact``."""
    choices = [one.value for one in Count]
    if text is None:
        return Count.NONE
    if text not in choices:
        message = f"count is one of {', '.join(choices)}."
        collector.add("count", "not-an-option", message, suggestion(text, choices))
        return Count.NONE
    return Count(text)
