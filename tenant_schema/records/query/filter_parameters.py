"""The ``filter[…]`` parameters of a query string: their brackets become a tree of conditions."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tenant_schema.records.query.conditions import QueryProblems, text_condition
from tenant_schema.records.query.model import ALL, MAX_DEPTH, MAX_TERMS, And, Filter, Not, Or
from tenant_schema.records.query.paths import Fields

__all__ = ["FilterEntry", "filter_entry", "read_filter"]

_GROUPS: Final[Mapping[str, type[And] | type[Or]]] = {"and": And, "or": Or}
_KEY: Final = re.compile(r"filter((?:\[[^\[\]]+\])+)")
_SEGMENT: Final = re.compile(r"\[([^\[\]]+)\]")
_POSITION: Final = re.compile(r"[0-9]{1,3}")


class FilterEntry(NamedTuple):
    """One ``filter`` parameter: what is left of its brackets, the whole key, and its value."""

    path: tuple[str, ...]
    key: str
    text: str


def filter_entry(key: str, text: str, collector: QueryProblems) -> list[FilterEntry]:
    """Return the parameter's brackets taken apart; none of it, and a problem, when they do not pair."""
    match = _KEY.fullmatch(key)
    if match is None:
        collector.add(
            key, "malformed", "A filter reads filter[field]=value or filter[field][operator]=value."
        )
        return []
    return [FilterEntry(tuple(_SEGMENT.findall(match[1])), key, text)]


def read_filter(entries: Sequence[FilterEntry], fields: Fields, collector: QueryProblems) -> Filter:
    """Return the tree of conditions; problems for too many, too deep, and whatever is wrong with each."""
    if len(entries) > MAX_TERMS:
        collector.add("filter", "too-many-terms", f"A filter has at most {MAX_TERMS} conditions.")
        return ALL
    return And(tuple(_read_terms(entries, fields, collector, depth=1)))


def _read_terms(
    entries: Iterable[FilterEntry], fields: Fields, collector: QueryProblems, depth: int
) -> list[Filter]:
    """Return the terms of one level of brackets: groups, and conditions joined by AND."""
    terms: list[Filter] = []
    seen: set[tuple[str, str]] = set()
    for first, level in _by_first(entries).items():
        if first in _GROUPS:
            terms += _read_group(_GROUPS[first], level, fields, collector, depth)
            continue
        if first == "not":
            terms += _read_complement(level, fields, collector, depth)
            continue
        if collector.group_in_another_case(level[0].key, first, fields):
            continue
        for entry in level:
            terms += _read_condition(first, entry, fields, collector, seen)
    return terms


def _read_condition(
    name: str, entry: FilterEntry, fields: Fields, collector: QueryProblems, seen: set[tuple[str, str]]
) -> list[Filter]:
    """Return the condition of one parameter whose field is known by ``name``; nothing when there is a
    problem.
    """
    operator = entry.path[0] if entry.path else "eq"
    if len(entry.path) > 1:
        collector.add(entry.key, "malformed", "After the operator there are no more brackets.")
        return []
    if (name, operator) in seen:
        collector.add(
            entry.key, "repeated", f"{name} {operator} is given twice: use in, between, or filter[or][0][…]."
        )
        return []
    seen.add((name, operator))
    found = text_condition(name, operator, entry.text, entry.key, fields, collector)
    return [] if found is None else [found]


def _read_group(
    kind: type[And] | type[Or],
    entries: Sequence[FilterEntry],
    fields: Fields,
    collector: QueryProblems,
    depth: int,
) -> list[Filter]:
    """Return a group in which the parameters with one number belong together."""
    if depth >= MAX_DEPTH:
        collector.add(entries[0].key, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
        return []
    numbered = [entry for entry in entries if _has_number(entry, collector)]
    levels = [
        _read_terms(level, fields, collector, depth + 1) for level in _by_first(numbered, key=int).values()
    ]
    members = [level[0] if len(level) == 1 else And(tuple(level)) for level in levels if level]
    return [kind(tuple(members))] if members else []


def _read_complement(
    entries: Sequence[FilterEntry], fields: Fields, collector: QueryProblems, depth: int
) -> list[Filter]:
    """Return the negation of the conditions that follow, joined by AND."""
    if depth >= MAX_DEPTH:
        collector.add(entries[0].key, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
        return []
    going_on = [entry for entry in entries if entry.path or _report_end(entry, collector)]
    terms = _read_terms(going_on, fields, collector, depth + 1)
    return [Not(terms[0] if len(terms) == 1 else And(tuple(terms)))] if terms else []


def _report_end(entry: FilterEntry, collector: QueryProblems) -> bool:
    """Report that a condition has to follow ``not``; return False."""
    collector.add(entry.key, "malformed", "A complement reads filter[not][field][operator]=value.")
    return False


def _has_number(entry: FilterEntry, collector: QueryProblems) -> bool:
    """Return whether a group's parameter goes on with a number and then something."""
    if len(entry.path) > 1 and _POSITION.fullmatch(entry.path[0]):
        return True
    collector.add(
        entry.key, "malformed", "A group reads filter[or][0][field][operator]=value, with numbers up to 999."
    )
    return False


def _by_first(
    entries: Iterable[FilterEntry], key: Callable[[str], object] = str
) -> dict[str, list[FilterEntry]]:
    """Return the entries by the first of their brackets (as ``key`` sees it), which is taken off; in
    order.
    """
    levels: dict[object, list[FilterEntry]] = {}
    for entry in entries:
        levels.setdefault(key(entry.path[0]), []).append(entry._replace(path=entry.path[1:]))
    return {str(first): level for first, level in levels.items()}
