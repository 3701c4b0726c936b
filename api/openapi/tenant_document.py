"""The document of one tenant for one caller: the routes of records once for every object, with its fields.

Made of the document of all tenant hosts: its routes ``/api/v1/data/{object}…`` give way to those of each
object, which say what that object's records hold, take and can be found by.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.openapi.components import with_used_components
from api.openapi.record_envelopes import SHARED_SCHEMAS, record_envelopes
from api.openapi.record_parameters import aggregate_example, parameter_of
from api.openapi.record_schemas import comparison_schemas, component, example_of, record_schemas, reference
from tenant_schema.records.access.schema_view import USERS_VIEW, ObjectView, SchemaView
from tenant_schema.records.query.user_fields import USERS

__all__ = ["tenant_document"]

_Json = dict[str, Any]

_PREFIX: Final = "/api/v1/data/{object}"
_SELECTING: Final = frozenset({"readRecord", "listRecords", "queryRecords"})
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "createRecord": ("create",),
    "updateRecord": ("update",),
    "deleteRecord": ("delete",),
    "restoreRecord": ("delete",),
    "putRecord": ("create", "update"),
    "importRecords": ("create",),
}
"""What a route of records asks of the caller; to read, when it is not named here."""
_WRITING: Final = frozenset({"create", "update", "delete"})
"""What many records at once asks: one of these."""


def tenant_document(fixed: Mapping[str, Any], schema: SchemaView, tenant_name: str) -> _Json:
    """The whole document. ``fixed`` is the one of all tenant hosts, and stays as it is."""
    objects = schema.usable
    paths: _Json = {}
    for path, methods in fixed["paths"].items():
        if not path.startswith(_PREFIX):
            paths[path] = methods
    for one in objects:
        paths |= dict(_paths(fixed, one))
    schemas = {**fixed["components"]["schemas"], **SHARED_SCHEMAS}
    for one in (USERS_VIEW, *objects):
        schemas |= dict(record_schemas(one, schema))
        schemas |= dict(comparison_schemas(one))
    for one in objects:
        schemas |= dict(record_envelopes(one, fixed["components"]["schemas"]["RecordPage"]))
    tags = [*map(_tag, objects), *(tag for tag in fixed["tags"] if tag["name"] != "Records")]
    document = {
        **fixed,
        "info": {**fixed["info"], "title": f"{tenant_name}: objects and records"},
        "tags": tags,
        "paths": paths,
        "components": {**fixed["components"], "schemas": schemas},
    }
    return with_used_components(document)


def _tag(one: ObjectView) -> _Json:
    description = one.model.description or f"Records of {one.name}."
    return {"name": one.name, "description": description, "x-record": component(one.name, "Record")}


def _paths(fixed: Mapping[str, Any], one: ObjectView) -> Iterator[tuple[str, _Json]]:
    for path, methods in fixed["paths"].items():
        if not path.startswith(_PREFIX) or ("{uniqueField}" in path and not one.unique_keys):
            continue
        own = {
            method: _operation(operation, one)
            for method, operation in methods.items()
            if _may(one, operation["operationId"])
        }
        if own:
            yield path.replace("{object}", one.name), own


def _may(one: ObjectView, kind: str) -> bool:
    if kind == "writeRecords":
        return bool(one.actions & _WRITING)
    return one.actions.issuperset(_NEEDED.get(kind, ("read",)))


def _operation(operation: Mapping[str, Any], one: ObjectView) -> _Json:
    kind = operation["operationId"]
    parameters = [parameter_of(parameter, kind, one) for parameter in operation["parameters"]]
    own = {
        **operation,
        "operationId": f"{kind}_{one.name}",
        "tags": [one.name],
        "responses": {
            status: _response(response, kind, one) for status, response in operation["responses"].items()
        },
        "parameters": [parameter for parameter in parameters if parameter is not None],
    }
    body = _body(kind, one)
    if body is not None:
        own["requestBody"] = {"required": True, "content": {"application/json": body}}
    return own


def _body(kind: str, one: ObjectView) -> _Json | None:
    if kind == "createRecord":
        return {"schema": reference(one.name, "Create"), "example": example_of(one.creatable)}
    if kind == "updateRecord":
        return {"schema": reference(one.name, "Change"), "example": _first(example_of(one.changeable))}
    if kind == "putRecord":
        return {"schema": reference(one.name, "Change"), "example": _first(example_of(one.creatable))}
    if kind == "queryRecords":
        return {"schema": reference(one.name, "Query"), "example": {"sort": ["-created_at"], "limit": 25}}
    if kind == "aggregateRecordsByQuery":
        return {"schema": reference(one.name, "Aggregate"), "example": aggregate_example(one)}
    if kind == "writeRecords":
        return {"schema": reference(one.name, "Bulk"), "example": _bulk_example(one)}
    return None


def _first(example: _Json) -> _Json:
    return dict(list(example.items())[:2])


def _bulk_example(one: ObjectView) -> _Json:
    some_id = {"id": USERS.fields["id"].type.example(USERS.fields["id"])}
    if "create" in one.actions:
        return {"op": "create", "records": [example_of(one.creatable)]}
    if "update" in one.actions:
        return {"op": "update", "records": [some_id | _first(example_of(one.changeable))]}
    return {"op": "delete", "records": [some_id]}


def _response(response: Mapping[str, Any], kind: str, one: ObjectView) -> _Json:
    """The response with the schema and an example of this object's record."""
    shape = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    names = {"RecordResponse": "Selected" if kind in _SELECTING else "Record", "RecordPage": "Page"}
    found = names.get(shape.rpartition("/")[2])
    if found is None:
        return _without_example(response)
    example = example_of(one.readable)
    if found == "Page":
        schema = reference(one.name, "Page")
        content = {"schema": schema, "example": {"data": [example], "page": {"next": None, "prev": None}}}
    else:
        content = {"schema": _envelope(reference(one.name, found)), "example": {"data": example}}
    return {**response, "content": {"application/json": content}}


def _without_example(response: Mapping[str, Any]) -> _Json:
    """The response without its example, which would show another object."""
    content = {
        media_type: {key: value for key, value in one.items() if key != "example"}
        for media_type, one in response.get("content", {}).items()
    }
    return {**response, "content": content} if content else dict(response)


def _envelope(record: _Json) -> _Json:
    return {"type": "object", "properties": {"data": record}, "required": ["data"]}
