"""How a handler's arguments are read from the request.

Litestar 2.25 runs independent dependencies in a task group, each with a copied context (55 µs for two, 90 µs
for four), and converts all arguments once more when they are read. Here everything that has its type already
is read by one function: path, dependencies and query, in the order of the arguments, then the body, unless
the handler has a DTO. See
docs/adr/0094-what-stays-our-own-around-litestar.md.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from litestar._kwargs import KwargsModel
from litestar._kwargs.dependencies import DependencyContainer
from litestar._signature import SignatureModel
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, PathParameter
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.typing import FieldDefinition

from api.requests.sources import CheckedBy, FromRequest, PathId

__all__ = ["HandlerArguments"]

_Read = Callable[[Any], Any]
_Fields = Mapping[str, FieldDefinition]


class HandlerArguments(ReceiveRoutePlugin):
    """Completes every route when it is registered.

    What a handler takes is noted in its ``opt``: ``query_names`` (the query parameters that Litestar itself
    reads; None where a provider checks them) and ``takes_json``.
    """

    def receive_route(self, route: BaseRoute) -> None:
        """Replace the extractors of each of the route's handlers."""
        if isinstance(route, HTTPRoute):
            once = {id(model): (handler, model) for handler, model in route.route_handler_map.values()}
            for handler, model in once.values():  # several methods of one handler share a model
                _complete(handler, model)


def _complete(handler: HTTPRouteHandler, model: KwargsModel) -> None:
    fields = handler.parsed_fn_signature.parameters
    providers = _take_over(model, list(fields))
    paths = {name: parse for name, one in fields.items() if (parse := _path_reader(name, one)) is not None}
    has_json = "data" in fields and _is_json(fields["data"]) and handler.resolve_data_dto() is None
    body = fields["data"] if has_json else None
    read_here = {*providers, *paths, *(["data"] if body is not None else [])}
    remaining = fields.keys() - read_here - {"request"}
    model.expected_path_params = {one for one in model.expected_path_params if one.field_name not in paths}
    model.expected_reserved_kwargs -= {"data"} if body is not None else set()
    if not model.dependency_batches and not remaining:
        model.expected_reserved_kwargs -= {"request"}
        handler._signature_model = _as_read(handler.signature_model)
    model.extractors = model._create_extractors() if remaining or model.dependency_batches else []
    if read_here or "request" in fields:
        reads = {name: one.dependency for name, one in providers.items()}
        model.extractors.append(
            _reader(tuple(paths.items()), tuple(reads.items()), _body(body), "request" in fields)
        )
    model.has_kwargs = set(fields)
    _note(handler, model, providers, takes_json=body is not None)


def _as_read(model: type[SignatureModel]) -> type[SignatureModel]:
    """A signature model for arguments that have their types when they are read: they are not converted."""

    def as_read(
        cls: type[SignatureModel],  # noqa: ARG001 (Litestar's signature)
        connection: ASGIConnection[Any, Any, Any, Any],  # noqa: ARG001
        kwargs: dict[str, Any],
    ) -> dict[str, Any]:
        return kwargs

    namespace = {"parse_values_from_connection_kwargs": classmethod(as_read)}
    made = msgspec.defstruct(model.__name__, [], bases=(model,), namespace=namespace)
    return cast("type[SignatureModel]", made)


def _take_over(model: KwargsModel, order: Sequence[str]) -> dict[str, Provide]:
    """The providers that are called here, in the order of the handler's arguments. The others, and what they
    read, are left to Litestar, in batches of one: several would run in a task group, where a transaction that
    a provider begins is not the handler's and cannot end.
    """
    found = {one.key: one for batch in model.dependency_batches for one in batch}
    names = sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))
    taken = {name: found[name].provide for name in names if _takes_only_the_request(found[name])}
    model.dependency_batches = [
        {one}
        for batch in model.dependency_batches
        for one in sorted(batch, key=lambda one: names.index(one.key))
        if one.key not in taken
    ]
    read = {
        name for one in taken.values() if isinstance(one, FromRequest) for name in one.signature_model._fields
    }
    for kind in ("expected_query_params", "expected_header_params", "expected_path_params"):
        setattr(model, kind, {one for one in getattr(model, kind) if one.field_name not in read})
    return taken


def _takes_only_the_request(container: DependencyContainer) -> bool:
    provide = container.provide
    if isinstance(provide, FromRequest):
        return True
    return (
        provide.has_sync_callable
        and not provide.sync_to_thread
        and not provide.use_cache
        and not provide.has_sync_generator_dependency
        and list(provide.signature_model._fields) == ["request"]
    )


def _path_reader(name: str, field: FieldDefinition) -> _Read | None:
    """Reads a part of the path that is an id or a text. With a default, it is not in all of the paths."""
    if field.has_default:
        return None
    described = field.kwarg_definition
    alias = described.name or name if isinstance(described, PathParameter) else name
    if isinstance(described, PathId):
        parse = described.parse
        return lambda path_params: parse(path_params[alias])
    if isinstance(described, PathParameter) and field.annotation is str and not described.is_constrained:
        return lambda path_params: path_params[alias]
    return None


def _is_json(body: FieldDefinition) -> bool:
    described = body.kwarg_definition
    return not isinstance(described, BodyKwarg) or described.media_type == RequestEncodingType.JSON


def _note(
    handler: HTTPRouteHandler, model: KwargsModel, providers: Mapping[str, Provide], *, takes_json: bool
) -> None:
    """Store the route's query parameters and body for the ``before_request`` hooks."""
    has_own = any(isinstance(one, FromRequest) and one.shape is not None for one in providers.values())
    names = frozenset(one.field_alias for one in model.expected_query_params)
    handler.opt["query_names"] = None if has_own else names
    handler.opt["takes_json"] = takes_json


def _reader(
    paths: Sequence[tuple[str, _Read]],
    providers: Sequence[tuple[str, _Read]],
    read_body: Callable[[Any], Awaitable[Any]] | None,
    takes_request: bool,
) -> Any:
    """An extractor of Litestar's that reads all of it."""

    async def read(values: dict[str, Any], connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        if takes_request:
            values["request"] = connection
        if paths:
            path_params = connection.scope["path_params"]
            for name, parse in paths:
                values[name] = parse(path_params)
        for name, provide in providers:
            values[name] = provide(connection)
        if read_body is not None:
            values["data"] = await read_body(connection)

    return read


def _body(field: FieldDefinition | None) -> Callable[[Any], Awaitable[Any]] | None:
    """Reads the JSON body as what the handler takes: a Struct, an object as it is, or any other type."""
    if field is None:
        return None
    shape: Any = field.annotation
    if shape in (dict, dict[str, Any]):
        return lambda request: request.read_object()
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        return lambda request: request.read_as(shape)
    checked = next((one for one in field.metadata if isinstance(one, CheckedBy)), None)
    if checked is None:
        return lambda request: request.read(shape)
    checks = checked.checks
    return lambda request: request.read(shape, checks(request))
