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
from collections.abc import Mapping, Sequence
from typing import Final

from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.aggregates import Summary, SummaryReader
from tenant_schema.records.query.conditions import Complaints
from tenant_schema.records.query.expansions import ExpansionReader, Options
from tenant_schema.records.query.export_format import ExportFormat, read_delimiter
from tenant_schema.records.query.filter_parameters import FilterEntry, filter_entry, read_filter
from tenant_schema.records.query.model import DEFAULT_LIMIT, DEFAULT_RELATED, Expansion, Query
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
_LIMIT: Final = re.compile(r"[0-9]{1,3}")
_SUMMARY_LIMIT: Final = re.compile(r"[0-9]{1,4}")


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
        filter=read_filter(entries, fields, complaints),
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
        filter=read_filter(entries, fields, complaints),
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
        read_filter(entries, fields, complaints),
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
) -> tuple[dict[str, str], list[FilterEntry]]:
    """The parameters that may be given once, and the filters; problems for unknown, repeated and
    malformed ones.
    """
    singles: dict[str, str] = {}
    entries: list[FilterEntry] = []
    for key, text in pairs:
        name = key.partition("[")[0]
        if name not in parameters or (key != name and name in _SINGLE):
            complaints.unknown(key, "parameter", key if name in parameters else name, parameters)
        elif name == "filter":
            entries += filter_entry(key, text, complaints)
        elif name in singles:
            complaints.add(name, "repeated", f"{name} can be given once.")
        elif text == "":
            complaints.add(name, "empty-value", f"{name} has no value.")
        else:
            singles[name] = text
    return singles, entries


def _split_names(text: str | None) -> list[str] | None:
    """Names separated by commas."""
    return None if text is None else text.split(",")


def _text_limit(text: str | None, complaints: Complaints) -> int:
    """The limit as a number, written in digits."""
    if text is None:
        return DEFAULT_LIMIT
    return read_limit(int(text) if _LIMIT.fullmatch(text) else None, complaints)
