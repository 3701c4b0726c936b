"""One OpenAPI 3.1 document from the routes of one kind of host."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import BeforeRequestHookHandler

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

__all__ = ["HostKind", "document_for"]

_Described = tuple[str, str, Operation, bool]
_PATH_TYPE: Final = re.compile(r":\w+(?=\})")


@dataclass(frozen=True, slots=True)
class HostKind:
    """What all routes of a kind of host have in common."""

    title: str
    description: str
    servers: tuple[Schema, ...]
    tags: tuple[tuple[str, str], ...]
    security_scheme: str
    security_schemes: Mapping[str, Schema]
    problems: tuple[int, ...]
    """Statuses with which any route may answer."""
    secured_problems: tuple[int, ...]
    """Statuses with which a route that needs a token may answer."""
    takes_key: Callable[[str, str], bool] = field(default=lambda _method, _path: False)
    """Whether a route (method, path) heeds an Idempotency-Key, without knowing of it itself."""


def document_for(
    app: Litestar, kind: HostKind, guard: BeforeRequestHookHandler, version: str
) -> dict[str, Any]:
    """The document of every route of ``app`` that says what it is; those behind ``guard`` need a token."""
    described = [
        (path, method, _completed(operation, takes_key=kind.takes_key(method, path)), secured)
        for path, method, operation, secured in _operations(app, guard)
    ]
    structs = {shape for _, _, operation, _ in described for shape in _structs(operation)}
    _, components = msgspec.json.schema_components(
        sorted({ProblemDocument, *structs}, key=lambda shape: shape.__name__),
        ref_template="#/components/schemas/{name}",
    )
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation, secured in described:
        paths.setdefault(path, {})[method] = _operation(operation, kind, path, secured=secured)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": kind.title,
            "version": version,
            "description": kind.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": list(kind.servers),
        "tags": [{"name": name, "description": text} for name, text in kind.tags],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": problem_responses(),
            "headers": HEADERS,
            "securitySchemes": dict(kind.security_schemes),
        },
    }


def _operations(app: Litestar, guard: BeforeRequestHookHandler) -> Iterator[_Described]:
    """Path, method, description of each route, and whether it needs a token."""
    for route in sorted(app.routes, key=lambda one: one.path):
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                operation = handler.opt.get("operation")
                if operation is not None:
                    path = _PATH_TYPE.sub("", route.path)
                    yield path, _method(handler), operation, handler.resolve_before_request() is guard


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


def _method(handler: HTTPRouteHandler) -> str:
    return next(iter(handler.http_methods)).lower()


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
    parameters = [_parameter(one) for one in (*_path_parameters(path), *_all_parameters(operation))]
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


def _parameter(parameter: Parameter) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "schema": dict(parameter.schema),
        **parameter.more,
    }
    if parameter.required:
        shown["required"] = True
    if parameter.example is not None:
        shown["example"] = parameter.example
    return shown


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
