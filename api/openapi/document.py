"""One OpenAPI 3.1 document from the routes of one kind of host: Litestar's, completed."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.openapi.completion import completed, parameter_schema, structs_of
from api.openapi.host_kind import HostKind
from api.openapi.operation import Operation, Parameter, Reply, Schema
from api.openapi.shared import (
    HEADERS,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    PATH_PARAMETERS,
    problem_responses,
    response_name,
)
from api.problems.table import ProblemDocument

__all__ = ["document_for"]

_SCHEMAS: Final = "#/components/schemas/"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def document_for(app: Litestar, kinds: Sequence[HostKind], version: str) -> dict[str, Any]:
    """The document of every route of ``app`` that one of the ``kinds`` of host serves."""
    given = app.plugins.get(OpenAPIPlugin).provide_openapi().to_schema()
    structs: set[type[msgspec.Struct]] = {ProblemDocument}
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(app.routes, key=lambda one: one.path):
        kind = next((one for one in kinds if one.serves(route.path)), None)
        if kind is None or not isinstance(route, HTTPRoute):
            continue
        for method, handler in _handlers(route):
            paths.setdefault(route.path_format, {})[method] = _shown(
                given, handler, kind, method, route.path_format
            )
            structs.update(_all_structs(handler))
    schemas = {**given["components"].get("schemas", {}), **_schemas(structs)}
    return {
        "openapi": "3.1.0",
        "info": _info(kinds, version),
        "servers": list(kinds[0].servers),
        "tags": [
            {"name": name, "description": text}
            for name, text in dict(tag for kind in kinds for tag in kind.tags).items()
        ],
        "paths": paths,
        "components": {
            "schemas": _referenced(paths, schemas),
            "responses": problem_responses(),
            "headers": HEADERS,
            "securitySchemes": {name: one for kind in kinds for name, one in kind.security_schemes.items()},
        },
    }


def _info(kinds: Sequence[HostKind], version: str) -> dict[str, Any]:
    is_one = len(kinds) == 1
    return {
        "title": kinds[0].title if is_one else "Freehold",
        "version": version,
        "description": kinds[0].description if is_one else "Every route of both kinds of host.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _handlers(route: HTTPRoute) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Methods in lower case, in the order in which a reader looks for them."""
    for method in _METHODS:
        if method in route.route_handler_map:
            handler, _ = route.route_handler_map[method]
            if handler.opt.get("operation") is not None or handler.resolve_include_in_schema():
                yield method.lower(), handler


def _shown(
    given: dict[str, Any], handler: HTTPRouteHandler, kind: HostKind, method: str, path: str
) -> dict[str, Any]:
    operation = handler.opt.get("operation")
    if operation is None:
        return completed(given["paths"][path][method], handler, kind, method, path)
    operation = _completed(operation, takes_key=kind.takes_key(method, path))
    return _operation(operation, kind, path, secured=handler.resolve_before_request() is kind.guard)


def _all_structs(handler: HTTPRouteHandler) -> Iterator[type[msgspec.Struct]]:
    operation = handler.opt.get("operation")
    yield from structs_of(handler) if operation is None else _structs(operation)


def _schemas(structs: Set[type[msgspec.Struct]]) -> dict[str, Any]:
    """msgspec's schemas by the names of the Structs, which are those of Litestar's too."""
    _, components = msgspec.json.schema_components(
        sorted(structs, key=lambda shape: shape.__name__), ref_template="#/components/schemas/{name}"
    )
    return components


def _referenced(paths: object, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas that the paths or other schemas refer to, and that of problems."""
    wanted, pending = {ProblemDocument.__name__}, [paths, schemas[ProblemDocument.__name__]]
    while pending:
        for name in set(_references(pending.pop())) - wanted:
            wanted.add(name)
            pending.append(schemas[name])
    return {name: schema for name, schema in sorted(schemas.items()) if name in wanted}


def _references(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(_SCHEMAS):
            yield reference.removeprefix(_SCHEMAS)
        for held in part.values():
            yield from _references(held)
    elif isinstance(part, list | tuple):
        for held in part:
            yield from _references(held)


def _completed(operation: Operation, *, takes_key: bool) -> Operation:
    """The operation with the headers that many routes share, and the responses that come of them."""
    if operation.conditional:
        replies = {
            status: replace(reply, headers=(*reply.headers, "ETag"))
            for status, reply in operation.replies.items()
        }
        return replace(
            operation,
            parameters=(*operation.parameters, IF_NONE_MATCH),
            replies={**replies, 304: NOT_MODIFIED},
        )
    if not takes_key:
        return operation
    return replace(
        operation,
        parameters=(*operation.parameters, IDEMPOTENCY_KEY),
        problems=(*operation.problems, 409, 422),
    )


def _structs(operation: Operation) -> Iterator[type[msgspec.Struct]]:
    for shape in (operation.body, *(reply.content for reply in operation.replies.values())):
        if isinstance(shape, type):
            yield shape


def _operation(operation: Operation, kind: HostKind, path: str, *, secured: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description or operation.summary + ".",
        "responses": _responses(operation, kind, secured=secured),
        "security": [{kind.security_scheme: []}] if secured else [],
    }
    parameters = [parameter_schema(one) for one in (*_path_parameters(path), *_all_parameters(operation))]
    if parameters:
        shown["parameters"] = parameters
    if operation.body is not None:
        content: dict[str, Any] = {"schema": _schema(operation.body)}
        if operation.body_example is not None:
            content["example"] = operation.body_example
        shown["requestBody"] = {"required": True, "content": {operation.body_type: content}}
    return shown


def _all_parameters(operation: Operation) -> Iterator[Parameter]:
    if operation.query is not None:
        yield from _query_parameters(operation.query)
    yield from operation.parameters


def _query_parameters(shape: type[msgspec.Struct]) -> Iterator[Parameter]:
    """The fields of a query's Struct as parameters; descriptions and examples come from its annotations."""
    _, components = msgspec.json.schema_components([shape], ref_template="{name}")
    for name, schema in components[shape.__name__]["properties"].items():
        yield Parameter(
            name=name,
            description=schema.get("description", ""),
            schema={key: value for key, value in schema.items() if key != "description"},
            required=name in components[shape.__name__].get("required", ()),
        )


def _path_parameters(path: str) -> Iterator[Parameter]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield PATH_PARAMETERS[name]


def _schema(shape: type[msgspec.Struct] | Schema) -> dict[str, Any]:
    if isinstance(shape, type):
        return {"$ref": f"#/components/schemas/{shape.__name__}"}
    return dict(shape)


def _responses(operation: Operation, kind: HostKind, *, secured: bool) -> dict[str, Any]:
    problems = {*kind.problems, *operation.problems}
    if secured:
        problems.update(kind.secured_problems)
    if operation.body is not None:
        problems.update((408, 413, 415, 422))
    shown = {str(status): _reply(reply) for status, reply in operation.replies.items()}
    for status in sorted(problems):
        shown[str(status)] = {"$ref": f"#/components/responses/{response_name(status)}"}
    return shown


def _reply(reply: Reply) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "description": reply.description,
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", *reply.headers)
        },
    }
    if reply.content is not None:
        content: dict[str, Any] = {"schema": _schema(reply.content)}
        if reply.example is not None:
            content["example"] = reply.example
        shown["content"] = {reply.media_type: content}
    if reply.also_html:
        shown["content"]["text/html"] = {"schema": {"type": "string"}}
    return shown
