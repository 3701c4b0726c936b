"""Parses the query string of a list: ``filter[…]``, ``search``, ``sort`` and so on.

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
    limit=25    cursor=…    count=capped    include=can

Names are looked up in the definitions and values are parsed by their field's type, so that no text of the
request reaches SQL. All problems are reported together.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.aggregates import AggregateQuery, AggregateReader
from tenant_schema.records.query.conditions import QueryProblems
from tenant_schema.records.query.expansions import ExpansionReader, Options
from tenant_schema.records.query.export_format import ExportFormat, read_delimiter
from tenant_schema.records.query.filter_parameters import FilterEntry, filter_entry, read_filter
from tenant_schema.records.query.model import DEFAULT_LIMIT, DEFAULT_RELATED, Expansion, Query
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
from tenant_schema.records.query.relations import Relation, Relations

__all__ = [
    "AGGREGATE_PARAMETERS",
    "EXPORT_PARAMETERS",
    "PARAMETERS",
    "parse_aggregate",
    "parse_export",
    "parse_fields",
    "parse_query",
]

PARAMETERS: Final = (
    "filter",
    "search",
    "sort",
    "fields",
    "expand",
    "limit",
    "cursor",
    "count",
    "timeZone",
    "include",
)
EXPORT_PARAMETERS: Final = ("filter", "search", "sort", "fields", "timeZone", "bom", "delimiter")
AGGREGATE_PARAMETERS: Final = ("groupBy", "select", "filter", "search", "sort", "limit", "timeZone")
_SINGLE: Final = frozenset({*PARAMETERS, *EXPORT_PARAMETERS, *AGGREGATE_PARAMETERS}) - {"filter"}
_LIMIT: Final = re.compile(r"[0-9]{1,3}")
_AGGREGATE_LIMIT: Final = re.compile(r"[0-9]{1,4}")


def parse_query(
    pairs: Sequence[tuple[str, str]], fields: Fields, relations: Relations | None = None
) -> Query:
    """Return the query that the parameters describe, over the ``fields`` that the caller may read.

    Raises :class:`InvalidQuery` with every problem; nothing is ignored.

    :param relations: what can be expanded; nothing when there are none.
    """
    collector = QueryProblems()
    singles, entries = _sort_out(pairs, PARAMETERS, collector)
    limit = _text_limit(singles.get("limit"), collector)
    read_zone(singles.get("timeZone"), collector)
    shown = read_fields(_split_names(singles.get("fields")), fields, collector)
    query = Query(
        filter=read_filter(entries, fields, collector),
        words=read_search(singles.get("search"), fields, collector),
        sort=read_sort(_split_names(singles.get("sort")), fields, collector),
        fields=with_identity(shown),
        expand=_read_expand(singles.get("expand"), relations, limit, shown, collector),
        limit=limit,
        cursor=read_cursor(singles.get("cursor"), collector),
        count=read_count(singles.get("count"), collector),
        zone=collector.zone,
        can=read_include(_split_names(singles.get("include")), collector),
    )
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query


def parse_fields(
    pairs: Sequence[tuple[str, str]], fields: Fields, relations: Relations | None = None
) -> Query:
    """Parse the parameters of reading one record: ``fields``, ``expand`` and ``include``.

    Raises :class:`InvalidQuery` with every problem.
    """
    collector = QueryProblems()
    singles, _ = _sort_out(pairs, ("fields", "expand", "include"), collector)
    shown = read_fields(_split_names(singles.get("fields")), fields, collector)
    query = Query(
        fields=with_identity(shown),
        expand=_read_expand(singles.get("expand"), relations, 1, shown, collector),
        can=read_include(_split_names(singles.get("include")), collector),
    )
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query


def parse_export(pairs: Sequence[tuple[str, str]], fields: Fields) -> tuple[Query, ExportFormat]:
    """Return the query and the file format of an export: a list's filter, search, sort and fields, without
    pages.

    Raises :class:`InvalidQuery` with every problem.
    """
    collector = QueryProblems()
    singles, entries = _sort_out(pairs, EXPORT_PARAMETERS, collector)
    read_zone(singles.get("timeZone"), collector)
    query = Query(
        filter=read_filter(entries, fields, collector),
        words=read_search(singles.get("search"), fields, collector),
        sort=read_sort(_split_names(singles.get("sort")), fields, collector),
        fields=read_fields(_split_names(singles.get("fields")), fields, collector),
    )
    form = _read_export_format(singles, collector)
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query, form


def _read_export_format(singles: Mapping[str, str], collector: QueryProblems) -> ExportFormat:
    mark, delimiter = singles.get("bom", "false"), ","
    if mark not in {"true", "false"}:
        collector.add("bom", "invalid-value", "bom takes true or false.")
    try:
        delimiter = read_delimiter(singles.get("delimiter", ","))
    except ValueError as error:
        collector.add("delimiter", "invalid-value", str(error))
    return ExportFormat(delimiter, mark == "true")


def parse_aggregate(pairs: Sequence[tuple[str, str]], fields: Fields) -> AggregateQuery:
    """Return the aggregates that the parameters describe. Raises :class:`InvalidQuery` with every problem."""
    collector = QueryProblems()
    singles, entries = _sort_out(pairs, AGGREGATE_PARAMETERS, collector)
    read_zone(singles.get("timeZone"), collector)
    text = singles.get("limit")
    limit = None if text is None else int(text) if _AGGREGATE_LIMIT.fullmatch(text) else 0
    wanted = (
        read_filter(entries, fields, collector),
        read_search(singles.get("search"), fields, collector),
    )
    names = {name: _split_names(singles.get(name)) for name in ("groupBy", "select", "sort")}
    query = AggregateReader(fields, collector).read(wanted, names, limit)
    if collector.problems:
        raise InvalidQuery(collector.problems)
    return query


def _read_expand(
    text: str | None,
    relations: Relations | None,
    limit: int,
    shown: Sequence[str],
    collector: QueryProblems,
) -> tuple[Expansion, ...]:
    """Return the expansions that are named; of each, what the fields that are ``shown`` name beyond it, or
    all.
    """
    if text is None:
        return ()
    if relations is None:
        collector.unknown("expand", "relation", text, ())
        return ()
    return ExpansionReader(collector, _plain).read(text, relations, limit, shown)


def _plain(relation: Relation, _options: Options, _where: str) -> Query:
    return Query(tuple(relation.fields), limit=DEFAULT_RELATED)


def _sort_out(
    pairs: Sequence[tuple[str, str]], parameters: Sequence[str], collector: QueryProblems
) -> tuple[dict[str, str], list[FilterEntry]]:
    """Return the parameters that may be given once, and the filters; problems for unknown, repeated and
    malformed ones.
    """
    singles: dict[str, str] = {}
    entries: list[FilterEntry] = []
    for key, text in pairs:
        name = key.partition("[")[0]
        if name not in parameters or (key != name and name in _SINGLE):
            collector.unknown(key, "parameter", key if name in parameters else name, parameters)
        elif name == "filter":
            entries += filter_entry(key, text, collector)
        elif name in singles:
            collector.add(name, "repeated", f"{name} can be given once.")
        elif text == "":
            collector.add(name, "empty-value", f"{name} has no value.")
        else:
            singles[name] = text
    return singles, entries


def _split_names(text: str | None) -> list[str] | None:
    """Names separated by commas."""
    return None if text is None else text.split(",")


def _text_limit(text: str | None, collector: QueryProblems) -> int:
    """Return the limit as a number, written in digits."""
    if text is None:
        return DEFAULT_LIMIT
    return read_limit(int(text) if _LIMIT.fullmatch(text) else None, collector)
