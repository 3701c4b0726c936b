"""One OpenAPI 3.1 document from the routes of one kind of host: Litestar's, completed."""

from collections.abc import Iterator, Sequence, Set
from inspect import cleandoc
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.openapi.completion import completed, structs_of
from api.openapi.components import with_open_objects, with_used_components
from api.openapi.host_kind import HostKind
from api.openapi.shared import (
    HEADERS,
    problem_responses,
)
from api.problems.documents import ProblemDocument

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
            path = route.path_format
            operation = given["paths"][path][method]
            paths.setdefault(path, {})[method] = completed(operation, handler, kind, method, path)
            structs.update(structs_of(handler))
    schemas = {**given["components"].get("schemas", {}), **_schemas(structs)}
    document = {
        "openapi": "3.1.0",
        "info": _info(kinds, version),
        "servers": list(kinds[0].servers),
        "tags": [
            {"name": name, "description": text}
            for name, text in dict(tag for kind in kinds for tag in kind.tags).items()
        ],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": problem_responses(),
            "headers": HEADERS,
            "securitySchemes": {name: one for kind in kinds for name, one in kind.security_schemes.items()},
        },
    }
    return with_used_components(with_open_objects(document))


def _info(kinds: Sequence[HostKind], version: str) -> dict[str, Any]:
    is_one = len(kinds) == 1
    return {
        "title": kinds[0].title if is_one else "Freehold",
        "version": version,
        "description": kinds[0].description if is_one else "Every route of both kinds of host.",
        "contact": {"name": "Freehold"},
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _handlers(route: HTTPRoute) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Methods in lower case, in the order in which a reader looks for them."""
    for method in _METHODS:
        if method in route.route_handler_map:
            handler, _ = route.route_handler_map[method]
            if handler.resolve_include_in_schema():
                yield method.lower(), handler


def _schemas(structs: Set[type[msgspec.Struct]]) -> dict[str, Any]:
    """msgspec's schemas by the names of the Structs, which are those of Litestar's too."""
    _, components = msgspec.json.schema_components(
        sorted(structs, key=lambda shape: shape.__name__), ref_template="#/components/schemas/{name}"
    )
    for schema in components.values():  # before Python 3.13, a docstring has the indentation of its source
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    return components
