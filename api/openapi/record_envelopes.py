"""JSON Schemas of what holds an object's records: a page, a query for one, many at once."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.openapi.record_schemas import change_properties, component, reference
from tenant_schema.records.access.schema_view import ObjectView
from tenant_schema.records.query.model import DEFAULT_LIMIT, MAX_FIELDS, MAX_LIMIT, MAX_SEARCH, MAX_SORT
from tenant_schema.records.query.query_string import PARAMETERS
from tenant_schema.records.writing.bulk import MAX_BULK

__all__ = ["SHARED_SCHEMAS", "record_envelopes"]

_Json = dict[str, Any]

_IDENTITY: Final = "BulkIdentity"
_NAMES: Final[_Json] = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_FIELDS}
_EXPAND: Final[_Json] = {
    "description": "Names of lookups and related lists, or an object of these with what to show of each.",
    "anyOf": [_NAMES, {"$ref": "#/components/schemas/Expansions"}],
}
SHARED_SCHEMAS: Final[_Json] = {
    _IDENTITY: {
        "type": "object",
        "description": "A record of a bulk request, and the version that it must have.",
        "properties": {"id": {"type": "string", "format": "uuid"}, "version": {"type": "integer"}},
        "required": ["id"],
        "additionalProperties": False,
    },
    "Expansions": {
        "type": "object",
        "description": "What to show of each lookup or related list, by its name.",
        "additionalProperties": {"$ref": "#/components/schemas/Expansion"},
    },
    "Expansion": {
        "type": "object",
        "description": "What to show of a lookup, or which records of a related list.",
        "properties": {
            "fields": _NAMES,
            "expand": _EXPAND,
            "filter": {
                "type": "object",
                "description": "Of a list: a filter of its object.",
                "additionalProperties": True,
            },
            "sort": {**_NAMES, "maxItems": MAX_SORT, "description": "Of a list."},
            "limit": {"type": "integer", "minimum": 1, "description": "Of a list."},
        },
        "additionalProperties": False,
    },
}
"""Schemas that the schemas of several objects refer to."""

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
    if "update" in one.actions:
        yield component(one.name, "BulkChange"), _changed(one)
    writes = dict(_bulk_schemas(one))
    if writes:
        yield from ((component(one.name, kind), schema) for kind, schema in writes.items())
        yield component(one.name, "Bulk"), {"oneOf": [reference(one.name, kind) for kind in writes]}


def _query(one: ObjectView) -> _Json:
    sort = "Names of fields or paths; `-` in front is descending."
    properties: _Json = {
        "filter": reference(one.name, "Filter"),
        "search": {"type": "string", "maxLength": MAX_SEARCH},
        "sort": {**_NAMES, "maxItems": MAX_SORT, "description": sort},
        "fields": {**_NAMES, "description": "Names of fields or paths."},
        "expand": _EXPAND,
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "cursor": {"type": "string", "minLength": 1},
        "count": {"type": "string", "enum": ["none", "capped", "exact"], "default": "none"},
        "timeZone": _TIME_ZONE,
        "include": {**_NAMES, "items": {"type": "string", "enum": ["can"]}, "maxItems": 1},
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
    """The operations on many records that the caller may do; of what matches a filter, for who may read."""
    identity = {"$ref": f"#/components/schemas/{_IDENTITY}"}
    records = {
        "create": reference(one.name, "Create"),
        "update": reference(one.name, "BulkChange"),
        **dict.fromkeys(("delete", "restore", "destroy"), identity),
    }
    for op, record in records.items():
        if (op if op in {"create", "update"} else "delete") in one.actions:
            yield f"Bulk{op.capitalize()}", _bulk(op, record)
            if op != "create" and "read" in one.actions:
                yield f"Bulk{op.capitalize()}Matching", _bulk_matching(op, one)


def _changed(one: ObjectView) -> _Json:
    """The changes of one of several records."""
    identity = SHARED_SCHEMAS[_IDENTITY]
    return {**identity, "properties": {**identity["properties"], **change_properties(one)}}


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


def _bulk_matching(op: str, one: ObjectView) -> _Json:
    values = {
        "values": {"type": "object", "properties": change_properties(one), "additionalProperties": False}
    }
    properties: _Json = {
        "op": {"const": op},
        "filter": reference(one.name, "Filter"),
        "search": {"type": "string", "maxLength": MAX_SEARCH},
        "timeZone": _TIME_ZONE,
        **(values if op == "update" else {}),
        "expected": {"type": "integer", "minimum": 0},
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["op", "filter", *(["values"] if op == "update" else [])],
        "additionalProperties": False,
    }
