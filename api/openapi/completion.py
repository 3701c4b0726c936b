"""Completes one operation of Litestar's OpenAPI document.

Litestar gives paths, parameters, bodies and responses as the handlers declare them. What it cannot say comes
from here: msgspec's full schemas, problems, headers, security, conditional requests, idempotency keys, and
the form of a filter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.typing import FieldDefinition

from api.openapi.described import BodySchema
from api.openapi.host_kind import HostKind
from api.openapi.shared import IDEMPOTENCY_KEY, IF_NONE_MATCH, NOT_MODIFIED, response_name
from api.requests.sources import FromRequest

__all__ = ["completed", "structs_of"]

_Json = dict[str, Any]
_BODY_PROBLEMS: Final = (408, 413, 415, 422)
_NO_BODY: Final = {"type": "null"}
"""Litestar's schema of None, as in ``Prepared[None]``."""


def structs_of(handler: HTTPRouteHandler) -> Iterator[type[msgspec.Struct]]:
    """The Structs that a route's body and responses consist of."""
    fields = [handler.parsed_fn_signature.return_type]
    if (body := handler.parsed_fn_signature.parameters.get("data")) is not None:
        fields.append(body)
    fields.extend(
        FieldDefinition.from_annotation(one.data_container) for one in (handler.responses or {}).values()
    )
    described = _described_body(handler)
    if described is not None and isinstance(described.described_by, type):
        yield described.described_by
    for one in fields:
        yield from _structs_in(one)


def _structs_in(field: FieldDefinition) -> Iterator[type[msgspec.Struct]]:
    if isinstance(field.annotation, type) and issubclass(field.annotation, msgspec.Struct):
        yield field.annotation
    for inner in field.inner_types:
        yield from _structs_in(inner)


def completed(operation: _Json, handler: HTTPRouteHandler, kind: HostKind, method: str, path: str) -> _Json:
    """The operation of one route. ``operation`` is Litestar's, and stays as it is."""
    is_secured = handler.resolve_before_request() is kind.guard
    is_conditional = "conditional" in handler.opt
    takes_key = kind.takes_key(method, path)
    body = _request_body(operation, handler)
    own = {int(status) for status in handler.responses or {} if int(status) >= 400}
    found = {*kind.problems, *own, *(kind.secured_problems if is_secured else ())}
    found.update(_BODY_PROBLEMS if body is not None else ())
    found.update((409, 422) if takes_key else ())
    shown: _Json = {
        "operationId": operation["operationId"],
        "tags": operation.get("tags") or ["More"],
        "summary": operation["summary"],
        "description": operation.get("description") or operation["summary"] + ".",
        "responses": _responses(operation, handler, found, kind if is_secured else None),
        "security": [{name: []} for name in kind.security_schemes] if is_secured else [],
    }
    parameters = list(_parameters(operation, handler))
    parameters += [IF_NONE_MATCH] if is_conditional else []
    parameters += [IDEMPOTENCY_KEY] if takes_key else []
    if parameters:
        shown["parameters"] = parameters
    if body is not None:
        shown["requestBody"] = body
    return shown


def _parameters(operation: _Json, handler: HTTPRouteHandler) -> Iterator[_Json]:
    """Yield the parameters, those of the path first."""
    schemas = _query_schemas(handler)
    found = operation.get("parameters", ())
    for one in sorted(found, key=lambda one: one["in"] != "path"):
        schema = dict(schemas.get(one["name"], one["schema"]) if one["in"] == "query" else one["schema"])
        description = schema.pop("description", None) or one.get("description", "")
        shown: _Json = {"name": one["name"], "in": one["in"], "description": description, "schema": schema}
        if one["in"] == "path" or one.get("required"):
            shown["required"] = True
        if schema.get("type") == "object":  # filter[industry]=technology
            shown |= {"style": "deepObject", "explode": True}
        shown |= _examples(one.get("examples", {}), schema.pop("examples", []))
        yield shown


def _examples(named: Mapping[str, _Json], values: list[Any]) -> _Json:
    """One example as ``example``, several by their names."""
    if len(named) > 1:
        return {"examples": {name: {"value": one["value"]} for name, one in named.items()}}
    return {"example": values[0]} if values else {}


def _query_schemas(handler: HTTPRouteHandler) -> Mapping[str, _Json]:
    """msgspec's schemas of the query parameters that a Struct describes, by name."""
    found: _Json = {}
    for name, provide in handler.resolve_dependencies().items():
        is_taken = name in handler.parsed_fn_signature.parameters
        if is_taken and isinstance(provide, FromRequest) and provide.shape is not None:
            _, components = msgspec.json.schema_components([provide.shape], ref_template="{name}")
            found |= components[provide.shape.__name__]["properties"]
    return found


def _request_body(operation: _Json, handler: HTTPRouteHandler) -> _Json | None:
    described = _described_body(handler)
    if described is not None:
        content: _Json = {described.media_type: {"schema": described.schema}}
    elif "requestBody" in operation:
        content = {kind: dict(one) for kind, one in operation["requestBody"]["content"].items()}
    else:
        return None
    if "body_example" in handler.opt:
        for one in content.values():
            one["example"] = handler.opt["body_example"]
    return {"required": True, "content": content}


def _described_body(handler: HTTPRouteHandler) -> BodySchema | None:
    field = handler.parsed_fn_signature.parameters.get("data")
    metadata = () if field is None else field.metadata
    return next((one for one in metadata if isinstance(one, BodySchema)), handler.opt.get("body"))


def _responses(operation: _Json, handler: HTTPRouteHandler, found: set[int], kind: HostKind | None) -> _Json:
    """The responses of a route. ``kind`` is that of the host, if the route needs a token."""
    is_conditional = "conditional" in handler.opt
    common = () if kind is None else kind.secured_headers
    shown: _Json = {}
    of_route = operation["responses"][str(handler.status_code)]
    for status, response in operation["responses"].items():
        if int(status) < 400:
            names = [*common, *_header_names(handler, int(status), is_conditional=is_conditional)]
            has_example = response.get("content") == of_route.get("content")
            shown[status] = _response(response, handler, names, has_example=has_example)
    if is_conditional:
        shown["304"] = {"description": NOT_MODIFIED, "headers": _headers([*common, "ETag"])}
    for status in sorted(found):
        shown[str(status)] = {"$ref": f"#/components/responses/{response_name(status)}"}
    return shown


def _header_names(handler: HTTPRouteHandler, status: int, *, is_conditional: bool) -> list[str]:
    """Return the names of a response's headers. Among other statuses than the route's own, only 201 has
    Location.
    """
    names = {one.name for one in handler.resolve_response_headers()}
    if status != handler.status_code:
        names = names | {"Location"} if status == 201 else names - {"Location"}
    return [*sorted(names, reverse=True), *(["ETag"] if is_conditional else [])]


def _response(response: _Json, handler: HTTPRouteHandler, headers: list[str], *, has_example: bool) -> _Json:
    shown: _Json = {"description": response["description"], "headers": _headers(headers)}
    given = response.get("content", {}).items()
    content = {kind: {"schema": one["schema"]} for kind, one in given if one["schema"] != _NO_BODY}
    if has_example and "example" in handler.opt:
        for one in content.values():
            one["example"] = handler.opt["example"]
    if "also_html" in handler.opt:
        content["text/html"] = {"schema": {"type": "string"}}
    if content:
        shown["content"] = content
    return shown


def _headers(names: Any) -> _Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", *names)}
