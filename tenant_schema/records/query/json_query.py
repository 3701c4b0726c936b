"""Parses queries as JSON documents: the bodies of ``POST …/query`` and ``POST …/aggregate``, and row rules.

::

    {"filter": {"or": [{"stage": {"eq": "won"}}, {"owner": "$me"}], "amount": {"gte": "1000", "lt": "5000"}},
     "sort": ["-amount", "name"], "fields": ["id", "name"], "limit": 25, "cursor": "…"}
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.aggregates import AggregateQuery, AggregateReader
from tenant_schema.records.query.conditions import QueryProblems, json_condition
from tenant_schema.records.query.expansions import ExpansionReader
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
    read_include,
    read_limit,
    read_search,
    read_sort,
    read_zone,
    with_identity,
)
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.query_string import AGGREGATE_PARAMETERS, PARAMETERS
from tenant_schema.records.query.relations import Relation, Relations

__all__ = ["parse_json_aggregate", "parse_json_filter", "parse_json_query"]

_GROUPS: Final[Mapping[str, type[And] | type[Or]]] = {"and": And, "or": Or}


def parse_json_query(
    document: Mapping[str, object], fields: Fields, relations: Relations | None = None
) -> Query:
    """Return the query that the document describes, over the ``fields`` that the caller may read.

    Raises :class:`InvalidQuery` with every problem; nothing is ignored.

    :param relations: what can be expanded; nothing when there are none.
    """
    collector = QueryProblems()
    _refuse_unknown(document, PARAMETERS, "", collector)
    limit = _limit(document, collector)
    read_zone(_text(document, "timeZone", collector), collector)
    shown = read_fields(_names(document, "fields", collector), fields, collector)
    query = Query(
        filter=_Reader(fields, collector).read(document.get("filter", {})),
        words=read_search(_text(document, "search", collector), fields, collector),
        sort=read_sort(_names(document, "sort", collector), fields, collector),
        fields=with_identity(shown),
        expand=_expand(document, relations, limit, shown, collector),
        limit=limit,
        cursor=read_cursor(_text(document, "cursor", collector), collector),
        count=read_count(_text(document, "count", collector), collector),
        zone=collector.zone,
        can=read_include(_names(document, "include", collector), collector),
    )
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query


def parse_json_aggregate(document: Mapping[str, object], fields: Fields) -> AggregateQuery:
    """Return the aggregates that the document describes. Raises :class:`InvalidQuery` with every problem."""
    collector = QueryProblems()
    _refuse_unknown(document, AGGREGATE_PARAMETERS, "", collector)
    read_zone(_text(document, "timeZone", collector), collector)
    limit = document.get("limit")
    number = limit if isinstance(limit, int) and not isinstance(limit, bool) else 0
    wanted = (
        _Reader(fields, collector).read(document.get("filter", {})),
        read_search(_text(document, "search", collector), fields, collector),
    )
    names = {name: _names(document, name, collector) for name in ("groupBy", "select", "sort")}
    query = AggregateReader(fields, collector).read(wanted, names, None if limit is None else number)
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query


def _refuse_unknown(
    document: Mapping[str, object], known: Sequence[str], where: str, collector: QueryProblems
) -> None:
    """A problem for each name that means nothing here."""
    collector.unknown_among(document, "parameter", known, where)


def _expand(
    document: Mapping[str, object],
    relations: Relations | None,
    limit: int,
    shown: Sequence[str],
    collector: QueryProblems,
) -> tuple[Expansion, ...]:
    """Return the expansions with their options."""
    given = document.get("expand")
    if given is None:
        return ()
    if relations is None:
        collector.add("expand", "unknown-relation", "Nothing can be expanded here.")
        return ()
    return ExpansionReader(collector, _RelatedReader(collector).read).read(given, relations, limit, shown)


class _RelatedReader:
    """Read the options of an expansion."""

    def __init__(self, collector: QueryProblems) -> None:
        self.collector = collector

    def read(self, relation: Relation, options: Mapping[str, object], where: str) -> Query:
        """Of a lookup, what to show; of a list, which records, too."""
        fields, collector = relation.fields, self.collector
        known = ("filter", "sort", "fields", "limit", "expand") if relation.many else ("fields", "expand")
        _refuse_unknown(options, known, f"{where}.", collector)
        names = _names(options, "fields", collector, where)
        shown = read_fields(names, fields, collector, f"{where}.fields")
        if not relation.many:
            return Query(shown)
        return Query(
            shown,
            _Reader(fields, collector).read(options.get("filter", {}), f"{where}.filter"),
            sort=read_sort(_names(options, "sort", collector, where), fields, collector, f"{where}.sort"),
            limit=_limit(options, collector, f"{where}.limit", DEFAULT_RELATED),
        )


def parse_json_filter(document: object, fields: Fields, *, is_rule: bool = False) -> Filter:
    """Return the filter that the document describes. Raises :class:`InvalidQuery` with every problem.

    :param is_rule: it is a row rule.
    """
    collector = QueryProblems()
    collector.of_rule = is_rule
    found = _Reader(fields, collector).read(document)
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return found


class _Reader:
    """Reads one filter, counting its conditions."""

    def __init__(self, fields: Fields, collector: QueryProblems) -> None:
        self.fields, self.collector, self.number = fields, collector, 0

    def read(self, document: object, where: str = "filter") -> Filter:
        """Return the whole tree; everything, and a problem, when there are too many conditions."""
        terms = self.terms(document, where, depth=1)
        if self.number > MAX_TERMS:
            self.collector.add(where, "too-many-terms", f"A filter has at most {MAX_TERMS} conditions.")
            return ALL
        return And(tuple(terms))

    def terms(self, document: object, where: str, depth: int) -> list[Filter]:
        """Return the terms of one JSON object: groups, and conditions joined by AND."""
        if not isinstance(document, Mapping):
            self.collector.add(where, "invalid-type", "A filter is an object: fields, and, or.")
            return []
        found: list[Filter] = []
        for name, value in document.items():
            if self.collector.full or self.number > MAX_TERMS:
                break
            here = f"{where}.{name}"
            if name == "not":
                found += self.complement(value, here, depth)
            elif name in _GROUPS:
                found += self.group(name, value, here, depth)
            elif not self.collector.group_in_another_case(here, name, self.fields):
                found += self.conditions(name, value, here)
        return found

    def complement(self, document: object, where: str, depth: int) -> list[Filter]:
        """``not`` takes one filter with something in it."""
        if depth >= MAX_DEPTH:
            self.collector.add(where, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
            return []
        terms = self.member(document, where, depth)
        return [Not(terms[0] if len(terms) == 1 else And(tuple(terms)))]

    def group(self, name: str, members: object, where: str, depth: int) -> list[Filter]:
        """``and`` and ``or`` take a list of filters with something in them."""
        if depth >= MAX_DEPTH:
            self.collector.add(where, "too-deep", f"Groups go {MAX_DEPTH - 1} deep at most.")
            return []
        if not isinstance(members, list) or not members:
            self.collector.add(where, "invalid-type", f"{name} takes a list of filters.")
            return []
        if len(members) > MAX_TERMS:
            self.collector.add(where, "too-many-terms", f"A filter has at most {MAX_TERMS} conditions.")
            return []
        levels = [
            self.member(member, f"{where}.{position}", depth) for position, member in enumerate(members)
        ]
        return [_GROUPS[name](tuple(level[0] if len(level) == 1 else And(tuple(level)) for level in levels))]

    def member(self, document: object, where: str, depth: int) -> list[Filter]:
        """Return one filter of a group; an empty one would let everything pass, which nobody means."""
        if document == {}:
            self.collector.add(where, "empty-value", "This filter has no conditions.")
        return self.terms(document, where, depth + 1)

    def conditions(self, name: str, given: object, where: str) -> list[Filter]:
        """Return the conditions on one field: an object of operators, or a value it must equal."""
        comparisons = given if isinstance(given, Mapping) else {"eq": given}
        if not comparisons:
            self.collector.add(where, "empty-value", "There is no operator here.")
        self.number += max(1, len(comparisons))
        if self.number > MAX_TERMS:
            return []
        return [
            found
            for operator, value in comparisons.items()
            if (found := self.condition(name, operator, value, where))
        ]

    def condition(self, name: str, operator: str, value: object, where: str) -> Filter | None:
        """Return one comparison, or None and a problem."""
        place = where if operator == "eq" else f"{where}.{operator}"
        return json_condition(name, operator, value, place, self.fields, self.collector)


def _names(
    document: Mapping[str, object], parameter: str, collector: QueryProblems, where: str = ""
) -> list[str] | None:
    """Return a list of names, or one text with commas as in a query string."""
    given = document.get(parameter)
    if given is None:
        return None
    if isinstance(given, str):
        return given.split(",")
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return given
    place = f"{where}.{parameter}" if where else parameter
    collector.add(place, "invalid-type", f"{parameter} is a list of names.")
    return None


def _text(document: Mapping[str, object], parameter: str, collector: QueryProblems) -> str | None:
    """Return one text; null, as a first page's link is, means none."""
    given = document.get(parameter)
    if given is None or isinstance(given, str):
        return given or None
    collector.add(parameter, "invalid-type", f"{parameter} is a text.")
    return None


def _limit(
    document: Mapping[str, object],
    collector: QueryProblems,
    where: str = "limit",
    default: int = DEFAULT_LIMIT,
) -> int:
    """Return the limit, a number."""
    given = document.get("limit", default)
    number = given if isinstance(given, int) and not isinstance(given, bool) else None
    return read_limit(number, collector, where, default)
