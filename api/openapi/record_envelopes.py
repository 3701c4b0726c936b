"""JSON Schemas of what holds an object's records: a page, a query for one, many at once."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.openapi.record_schemas import change_properties, component, reference
from tenant_schema.records.access.schema_view import ObjectView
from tenant_schema.records.query.model import DEFAULT_LIMIT, MAX_FIELDS, MAX_LIMIT, MAX_SEARCH, MAX_SORT
from tenant_schema.records.query.query_string import PARAMETERS
from tenant_schema.records.writing.bulk import MAX_BULK

__all__ = ["record_envelopes"]

_Json = dict[str, Any]

_TIME_ZONE: Final[_Json] = {
    "type": "string",
    "default": "UTC",
    "description": "The time zone (IANA) of days in the filter and of the parts of moments in groups.",
}


def record_envelopes(one: ObjectView, any_page: Mapping[str, Any]) -> Iterator[tuple[str, _Json]]:
    """Their schemas by name; ``any_page`` is that of a page of any records."""
    if "read" in one.actions:
        data = {"type": "array", "items": reference(one.name, "Selected")}
        yield (
            component(one.name, "Page"),
            {
                **any_page,
                "title": component(one.name, "Page"),
                "properties": {**any_page["properties"], "data": data},
            },
        )
        yield component(one.name, "Query"), _query(one)
        yield component(one.name, "Aggregate"), _aggregate(one)
    writes = [schema for action, schema in _bulk_schemas(one) if action in one.actions]
    if writes:
        yield component(one.name, "Bulk"), {"oneOf": writes}


def _query(one: ObjectView) -> _Json:
    names = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_FIELDS}
    sort = "Names of fields or paths; `-` in front is descending."
    expand = "Names of lookups and related lists, or an object of these with what to show of each."
    properties: _Json = {
        "filter": reference(one.name, "Filter"),
        "search": {"type": "string", "maxLength": MAX_SEARCH},
        "sort": {**names, "maxItems": MAX_SORT, "description": sort},
        "fields": {**names, "description": "Names of fields or paths."},
        "expand": {"description": expand, "anyOf": [names, {"type": "object"}]},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "cursor": {"type": "string", "minLength": 1},
        "count": {"type": "string", "enum": ["none", "capped", "exact"], "default": "none"},
        "timeZone": _TIME_ZONE,
    }
    return {
        "type": "object",
        "description": "What the parameters of the list say, as JSON.",
        "properties": {name: properties[name] for name in PARAMETERS},
        "additionalProperties": False,
    }


def _aggregate(one: ObjectView) -> _Json:
    names: _Json = {"type": "array", "items": {"type": "string"}}
    parts = "`year(…)`, `quarter(…)`, `month(…)`, `week(…)` and `day(…)` of dates and moments"
    measures = "`count`, `count(…)`, `sum(…)`, `avg(…)`, `min(…)`, `max(…)`"
    return {
        "type": "object",
        "description": "What the parameters of an aggregate say, as JSON.",
        "properties": {
            "groupBy": {**names, "description": f"Fields, or paths over lookups; {parts}."},
            "select": {**names, "description": f"{measures} of a field.", "default": ["count"]},
            "filter": reference(one.name, "Filter"),
            "search": {"type": "string", "maxLength": MAX_SEARCH},
            "sort": {**names, "description": "Groups and measures as asked for; `-` in front is descending."},
            "limit": {"type": "integer", "minimum": 1},
            "timeZone": _TIME_ZONE,
        },
        "additionalProperties": False,
    }


def _bulk_schemas(one: ObjectView) -> Iterator[tuple[str, _Json]]:
    identity: _Json = {
        "type": "object",
        "properties": {"id": {"type": "string", "format": "uuid"}, "version": {"type": "integer"}},
        "required": ["id"],
    }
    change = {
        **identity,
        "properties": {**identity["properties"], **change_properties(one)},
        "additionalProperties": False,
    }
    yield "create", _bulk("create", reference(one.name, "Create"))
    yield "update", _bulk("update", change)
    yield "delete", _bulk("delete", {**identity, "additionalProperties": False})


def _bulk(op: str, record: _Json) -> _Json:
    return {
        "type": "object",
        "properties": {
            "op": {"const": op},
            "records": {"type": "array", "items": record, "minItems": 1, "maxItems": MAX_BULK},
            "atomic": {"type": "boolean", "default": False},
        },
        "required": ["op", "records"],
        "additionalProperties": False,
    }
