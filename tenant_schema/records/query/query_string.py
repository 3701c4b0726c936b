"""The query string of a list: ``filter[…]``, ``search``, ``sort`` and so on, told apart and
checked.

::

    filter[stage]=won                                    eq
    filter[amount][gte]=1000&filter[amount][lt]=5000     both
    filter[industry][in]=tech,health                     one of them
    filter[or][0][stage]=won&filter[or][1][owner]=$me    either; what shares a number must hold together
    filter[not][stage]=won                               what does not match that
    filter[phone][null]=true                             no value
    filter[account.industry]=tech                        of the record that a lookup leads to
    filter[name]=                                        no value
    filter[name][in]="Doe, John",Smith                   values with commas
    filter[created_at]=2026-03-02&timeZone=Europe/Berlin the whole day
    search=acme widg    sort=-amount,name    fields=id,account.name    expand=account,contacts
    limit=25    cursor=…    count=capped

A name is looked up in the definitions and a value is parsed by its field's type, so that nothing of the
text itself goes any further. Everything wrong is told at once.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tenant_schema.records.csv.file_format import ExportFormat, read_delimiter
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.aggregates import Summary, SummaryReader
from tenant_schema.records.query.conditions import Complaints, text_condition
from tenant_schema.records.query.expansions import ExpansionReader, Options
from tenant_schema.records.query.model import (
    ALL,
    DEFAULT_LIMIT,
    DEFAULT_RELATED,
    MAX_DEPTH,
    MAX_TERMS,
    And,
    Expansion,
    Filter,
    Not,
    Or,
    Query,
)
from tenant_schema.records.query.parameters import (
    read_count,
    read_cursor,
    read_fields,
    read_limit,
    read_search,
    read_sort,
    read_zone,
)
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.relations import Relation, Relations

__all__ = [
    "EXPORT_PARAMETERS",
    "PARAMETERS",
    "SUMMARY_PARAMETERS",
    "parse_export",
    "parse_fields",
    "parse_query",
    "parse_summary",
]

PARAMETERS: Final = ("filter", "search", "sort", "fields", "expand", "limit", "cursor", "count", "timeZone")
EXPORT_PARAMETERS: Final = ("filter", "search", "sort", "fields", "timeZone", "bom", "delimiter")
SUMMARY_PARAMETERS: Final = ("groupBy", "select", "filter", "search", "sort", "limit", "timeZone")
_SINGLE: Final = frozenset({*PARAMETERS, *EXPORT_PARAMETERS, *SUMMARY_PARAMETERS}) - {"filter"}
_GROUPS: Final[Mapping[str, type[And] | type[Or]]] = {"and": And, "or": Or}
_KEY: Final = re.compile(r"filter((?:\[[^\[\]]+\])+)")
_SEGMENT: Final = re.compile(r"\[([^\[\]]+)\]")
_POSITION: Final = re.compile(r"[0-9]{1,3}")
_SUMMARY_LIMIT: Final = re.compile(r"[0-9]{1,4}")


class _Entry(NamedTuple):
    """One ``filter`` parameter: what is left of its brackets, the whole key, and its value."""

    path: tuple[str, ...]
    key: str
    text: str


def parse_query(
    pairs: Sequence[tuple[str, str]], fields: Fields, relations: Relations | None = None
) -> Query:
    """The query that the parameters describe, over the ``fields`` that the caller may read.

    Raises :class:`InvalidQuery` with every problem; nothing is ignored.

    :param relations: what can be expanded; nothing when there are none.
    """
    complaints = Complaints()
    singles, entries = _sort_out(pairs, PARAMETERS, complaints)
    limit = _text_limit(singles.get("limit"), complaints)
    read_zone(singles.get("timeZone"), complaints)
    shown = read_fields(_split_names(singles.get("fields")), fields, complaints)
    query = Query(
        filter=_read_filter(entries, fields, complaints),
        words=read_search(singles.get("search"), fields, complaints),
        sort=read_sort(_split_names(singles.get("sort")), fields, complaints),
        fields=shown,
        expand=_read_expand(singles.get("expand"), relations, limit, shown, complaints),
        limit=limit,
        cursor=read_cursor(singles.get("cursor"), complaints),
        count=read_count(singles.get("count"), complaints),
        zone=complaints.zone,
    )
    if complaints.problems:
        raise InvalidQuery(complaints.problems)
    return query


def parse_fields(
    pairs: Sequence[tuple[str, str]], fields: Fields, relations: Relations | None = None
) -> Query:
    """What to answer with when one record is read: ``fields`` and ``expand`` are the only parameters there.

    Raises :class:`InvalidQuery` with every problem.
    """
    complaints = Complaints()
    singles, _ = _sort_out(pairs, ("fields", "expand"), complaints)
    shown = read_fields(_split_names(singles.get("fields")), fields, complaints)
    query = Query(fields=shown, expand=_read_expand(singles.get("expand"), relations, 1, shown, complaints))
    if complaints.problems:
        raise InvalidQuery(complaints.problems)
    return query


def parse_export(pairs: Sequence[tuple[str, str]], fields: Fields) -> tuple[Query, ExportFormat]:
    """What is to be exported, a list's filter, search, sort and fields, and no page of it; and how.

    Raises :class:`InvalidQuery` with every problem.
    """
    complaints = Complaints()
    singles, entries = _sort_out(pairs, EXPORT_PARAMETERS, complaints)
    read_zone(singles.get("timeZone"), complaints)
    query = Query(
        filter=_read_filter(entries, fields, complaints),
        words=read_search(singles.get("search"), fields, complaints),
        sort=read_sort(_split_names(singles.get("sort")), fields, complaints),
        fields=read_fields(_split_names(singles.get("fields")), fields, complaints),
    )
    form = _read_export_format(singles, complaints)
    if complaints.problems:
        raise InvalidQuery(complaints.problems)
    return query, form


def _read_export_format(singles: Mapping[str, str], complaints: Complaints) -> ExportFormat:
    mark, delimiter = singles.get("bom", "false"), ","
    if mark not in {"true", "false"}:
        complaints.add("bom", "invalid-value", "bom takes true or false.")
    try:
        delimiter = read_delimiter(singles.get("delimiter", ","))
    except ValueError as error:
        complaints.add("delimiter", "invalid-value", str(error))
    return ExportFormat(delimiter, mark == "true")


def parse_summary(pairs: Sequence[tuple[str, str]], fields: Fields) -> Summary:
    """The aggregates that the parameters describe. Raises :class:`InvalidQuery` with every problem."""
    complaints = Complaints()
    singles, entries = _sort_out(pairs, SUMMARY_PARAMETERS, complaints)
    read_zone(singles.get("timeZone"), complaints)
    text = singles.get("limit")
    limit = None if text is None else int(text) if _SUMMARY_LIMIT.fullmatch(text) else 0
    wanted = (
        _read_filter(entries, fields, complaints),
        read_search(singles.get("search"), fields, complaints),
    )
    names = {name: _split_names(singles.get(name)) for name in ("groupBy", "select", "sort")}
    summary = SummaryReader(fields, complaints).read(wanted, names, limit)
    if complaints.problems:
        raise InvalidQuery(complaints.problems)
    return summary


def _read_expand(
    text: str | None,
    relations: Relations | None,
    limit: int,
    shown: Sequence[str],
    complaints: Complaints,
) -> tuple[Expansion, ...]:
    """The expansions that are named; of each, what the fields that are ``shown`` name beyond it, or all."""
    if text is None:
        return ()
    if relations is None:
        complaints.unknown("expand", "relation", text, ())
        return ()
    return ExpansionReader(complaints, _plain).read(text, relations, limit, shown)


def _plain(relation: Relation, _options: Options, _where: str) -> Query:
    return Query(tuple(relation.fields), limit=DEFAULT_RELATED)


def _sort_out(
    pairs: Sequence[tuple[str, str]], parameters: Sequence[str], complaints: Complaints
) -> tuple[dict[str, str], list[_Entry]]:
    """The parameters that may be given once, and the filters; problems for unknown, repeated and
    malformed ones.
    """
    singles: dict[str, str] = {}
    entries: list[_Entry] = []
    for key, text in pairs:
        name = key.partition("[")[0]
        if name not in parameters or (key != name and name in _SINGLE):
            complaints.unknown(key, "parameter", key if name in parameters else name, parameters)
        elif name == "filter":
            entries += _filter_entry(key, text, complaints)
        elif name in singles:
            complaints.add(name, "repeated", f"{name} can be given once.")
        elif text == "":
            complaints.add(name, "empty-value", f"{name} has no value.")
        else:
            singles[name] = text
    return singles, entries


def _filter_entry(key: str, text: str, complaints: Complaints) -> list[_Entry]:
    """The parameter's brackets taken apart; none of it, and a problem, when they do not pair."""
    match = _KEY.fullmatch(key)
    if match is None:
        complaints.add(
            key, "malformed", "A filter reads filter[field]=value or filter[field][operator]=value."
        )
        return []
    return [_Entry(tuple(_SEGMENT.findall(match[1])), key, text)]


def _read_filter(entries: Sequence[_Entry], fields: Fields, complaints: Complaints) -> Filter:
    """The tree of conditions; problems for too many, too deep, and whatever is wrong with each."""
    if len(entries) > MAX_TERMS:
        complaints.add("filter", "too-many-terms", f"A filter has at most {MAX_TERMS} conditions.")
        return ALL
    return And(tuple(_read_terms(entries, fields, complaints, depth=1)))


def _read_terms(
    entries: Iterable[_Entry], fields: Fields, complaints: Complaints, depth: int
) -> list[Filter]:
    """What one level of brackets holds: groups, and conditions that must hold together."""
    terms: list[Filter] = []
    seen: set[tuple[str, str]] = set()
    for first, level in _by_first(entries).items():
        if first in _GROUPS:
            terms += _read_group(_GROUPS[first], level, fields, complaints, depth)
            continue
        if first == "not":
            terms += _read_complement(level, fields, complaints, depth)
            continue
        if complaints.group_in_another_case(level[0].key, first, fields):
            continue
        for entry in level:
            terms += _read_condition(first, entry, fields, complaints, seen)
    return terms


def _read_condition(
    name: str, entry: _Entry, fields: Fields, complaints: Complaints, seen: set[tuple[str, str]]
) -> list[Filter]:
    """The condition of one parameter whose field is known by ``name``; nothing when there is a problem."""
    operator = entry.path[0] if entry.path else "eq"
    if len(entry.path) > 1:
        complaints.add(entry.key, "malformed", "After the operator there are no more brackets.")
        return []
    if (name, operator) in seen:
        complaints.add(
            entry.key, "repeated", f"{name} {operator} is given twice: use in, between, or filter[or][0][…]."
        )
        return []
    seen.add((name, operator))
    found = text_condition(name, operator, entry.text, entry.key, fields, complaints)
    return [] if found is None else [found]


def _read_group(
    kind: type[And] | type[Or], entries: Sequence[_Entry], fields: Fields, complaints: Complaints, depth: int
) -> list[Filter]:
    """A group in which the parameters with one number belong together."""
    if depth >= MAX_DEPTH:
        complaints.add(entries[0].key, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
        return []
    numbered = [entry for entry in entries if _has_number(entry, complaints)]
    levels = [
        _read_terms(level, fields, complaints, depth + 1) for level in _by_first(numbered, key=int).values()
    ]
    members = [level[0] if len(level) == 1 else And(tuple(level)) for level in levels if level]
    return [kind(tuple(members))] if members else []


def _read_complement(
    entries: Sequence[_Entry], fields: Fields, complaints: Complaints, depth: int
) -> list[Filter]:
    """What does not match the conditions that follow, taken together."""
    if depth >= MAX_DEPTH:
        complaints.add(entries[0].key, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
        return []
    going_on = [entry for entry in entries if entry.path or _complain_of_end(entry, complaints)]
    terms = _read_terms(going_on, fields, complaints, depth + 1)
    return [Not(terms[0] if len(terms) == 1 else And(tuple(terms)))] if terms else []


def _complain_of_end(entry: _Entry, complaints: Complaints) -> bool:
    """A problem: something has to follow ``not``."""
    complaints.add(entry.key, "malformed", "A complement reads filter[not][field][operator]=value.")
    return False


def _has_number(entry: _Entry, complaints: Complaints) -> bool:
    """Whether a group's parameter goes on with a number and then something."""
    if len(entry.path) > 1 and _POSITION.fullmatch(entry.path[0]):
        return True
    complaints.add(
        entry.key, "malformed", "A group reads filter[or][0][field][operator]=value, with numbers up to 999."
    )
    return False


def _by_first(entries: Iterable[_Entry], key: Callable[[str], object] = str) -> dict[str, list[_Entry]]:
    """The entries by the first of their brackets (as ``key`` sees it), which is taken off; in order."""
    levels: dict[object, list[_Entry]] = {}
    for entry in entries:
        levels.setdefault(key(entry.path[0]), []).append(entry._replace(path=entry.path[1:]))
    return {str(first): level for first, level in levels.items()}


def _split_names(text: str | None) -> list[str] | None:
    """Names separated by commas."""
    return None if text is None else text.split(",")


def _text_limit(text: str | None, complaints: Complaints) -> int:
    """The limit as a number, written in digits."""
    if text is None:
        return DEFAULT_LIMIT
    return read_limit(int(text) if _POSITION.fullmatch(text) else None, complaints)
