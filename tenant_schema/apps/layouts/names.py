"""Validates the lists of fields, the sorts and the filters of layouts and list views."""

from collections.abc import Callable, Collection
from typing import Any, TypeGuard

from tenant_schema.problems import ProblemCollector, shortened
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.conditions import known_field
from tenant_schema.records.query.json_query import parse_json_filter
from tenant_schema.records.query.model import MAX_SORT
from tenant_schema.records.query.paths import Fields

__all__ = [
    "MOST",
    "NARROWEST",
    "WIDEST",
    "check_fields",
    "check_filter",
    "check_filterable",
    "check_keys",
    "check_names",
    "check_sort",
    "check_widths",
]

MOST = 200
"""Entries of one list."""
NARROWEST = 20
"""Pixels of a column, at least."""
WIDEST = 2_000
"""Pixels of a column, at most."""

_Look = Callable[[str, str], None]
"""Reports the problems of one name at one place."""


def check_keys(
    value: object, place: str, known: Collection[str], collector: ProblemCollector
) -> TypeGuard[dict[str, Any]]:
    """Return whether the value is an object, and report unknown keys."""
    if not isinstance(value, dict):
        collector.add(place, "wrong-type", "Must be an object.")
        return False
    for key in value:
        if key not in known:
            collector.unknown(f"{place}.{key}", "key", key, tuple(known))
    return True


def check_names(
    place: str, names: object, look: _Look, collector: ProblemCollector, *, least: int = 0, most: int = MOST
) -> None:
    """Report the problems of a list of names; ``look`` reports those of each name."""
    if not isinstance(names, list) or not least <= len(names) <= most:
        collector.add(place, "invalid-list", f"Must be a list of {least} to {most} names.")
        return
    for position, name in enumerate(names):
        here = f"{place}.{position}"
        if not isinstance(name, str):
            collector.add(here, "wrong-type", "Must be text.")
        elif name in names[:position]:
            collector.add(here, "duplicate-name", "Is there twice.")
        else:
            look(here, name)


def check_fields(
    place: str, names: object, fields: Fields, collector: ProblemCollector, *, least: int = 0
) -> None:
    """Report the problems of a list of fields."""

    def look(here: str, name: str) -> None:
        known_field(name, here, fields, collector)

    check_names(place, names, look, collector, least=least)


def check_sort(place: str, names: object, fields: Fields, collector: ProblemCollector) -> None:
    """Report the problems of a list of fields to sort by; a leading ``-`` is descending."""

    def look(here: str, name: str) -> None:
        field = known_field(name.removeprefix("-"), here, fields, collector)
        if field is not None and not field.type.sortable:
            collector.add(here, "not-sortable", f"{field.name} is {field.type.name}, which has no order.")

    check_names(place, names, look, collector, most=MAX_SORT)


def check_filterable(place: str, names: object, fields: Fields, collector: ProblemCollector) -> None:
    """Report the problems of a list of fields to filter by."""

    def look(here: str, name: str) -> None:
        field = known_field(name, here, fields, collector)
        if field is not None and not field.type.operators:
            collector.add(here, "not-filterable", f"{field.name} is {field.type.name}, which has no filters.")

    check_names(place, names, look, collector)


def check_widths(place: str, widths: object, fields: Fields, collector: ProblemCollector) -> None:
    """Report the problems of pixels by field."""
    if not isinstance(widths, dict) or len(widths) > MOST:
        collector.add(place, "wrong-type", f"Must be an object with at most {MOST} fields.")
        return
    for name, width in widths.items():
        here = f"{place}.{shortened(name, 100)}"
        known_field(name, here, fields, collector)
        is_whole = isinstance(width, int) and not isinstance(width, bool)
        if not is_whole or not NARROWEST <= width <= WIDEST:
            message = f"Must be a whole number of pixels from {NARROWEST} to {WIDEST:,}."
            collector.add(here, "out-of-range", message)


def check_filter(place: str, document: object, fields: Fields, collector: ProblemCollector) -> None:
    """Report the problems of a filter in the grammar of the record API; ``place`` ends in ``filter``."""
    try:
        parse_json_filter(document, fields)
    except InvalidQuery as error:
        around = place.removesuffix("filter")
        for problem in error.problems:
            collector.add(f"{around}{problem.field}", problem.code, problem.message, problem.did_you_mean)
