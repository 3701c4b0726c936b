"""How a handler's arguments are read from the request.

Litestar 2.25 runs independent dependencies in a task group, each with a copied context: 55 µs for two, 90 µs
for four. Here the providers that are synchronous and take only the request are called one after the other,
before the body is read. See docs/adr/0094-what-stays-our-own-around-litestar.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar._kwargs import KwargsModel
from litestar._kwargs.dependencies import DependencyContainer
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.typing import FieldDefinition

from api.requests.sources import CheckedBy, FromRequest, PathId

__all__ = ["HandlerArguments"]

_Read = Callable[[Any], Any]
_Extractor = Any


class HandlerArguments(ReceiveRoutePlugin):
    """Completes every route when it is registered.

    The order is that of the checks: path, dependencies and query, then the body. What a handler takes is
    noted in its ``opt``: ``query_names`` (the query parameters that Litestar itself reads; None where a
    provider checks them) and ``takes_json``.
    """

    def receive_route(self, route: BaseRoute) -> None:
        """Replace the extractors of each of the route's handlers."""
        if isinstance(route, HTTPRoute):
            for handler, model in route.route_handler_map.values():
                _complete(handler, model)


def _complete(handler: HTTPRouteHandler, model: KwargsModel) -> None:
    body = handler.parsed_fn_signature.parameters.get("data")
    providers = _take_over(model, list(handler.parsed_fn_signature.parameters))
    if body is not None and not _is_json(body):
        body = None
    if body is not None:
        model.expected_reserved_kwargs.discard("data")
    if not model.dependency_batches and "request" not in handler.parsed_fn_signature.parameters:
        model.expected_reserved_kwargs.discard("request")
    model.extractors = model._create_extractors()
    ids = _path_ids(handler)
    if ids or providers:
        model.extractors.append(_arguments(ids, {name: one.dependency for name, one in providers.items()}))
    if body is not None:
        model.extractors.append(_body(body))
    _note(handler, model, providers, takes_json=body is not None)


def _take_over(model: KwargsModel, order: Sequence[str]) -> dict[str, Provide]:
    """The providers that are called here, in the order of the handler's arguments. The others, and what they
    read, are left to Litestar.
    """
    found = {one.key: one for batch in model.dependency_batches for one in batch}
    names = sorted(found, key=lambda name: (order.index(name) if name in order else len(order), name))
    taken = {name: found[name].provide for name in names if _takes_only_the_request(found[name])}
    remaining = ({one for one in batch if one.key not in taken} for batch in model.dependency_batches)
    model.dependency_batches = [batch for batch in remaining if batch]
    read = {
        name for one in taken.values() if isinstance(one, FromRequest) for name in one.signature_model._fields
    }
    model.expected_query_params = {one for one in model.expected_query_params if one.field_name not in read}
    model.expected_header_params = {one for one in model.expected_header_params if one.field_name not in read}
    return taken


def _path_ids(handler: HTTPRouteHandler) -> dict[str, _Read]:
    fields = handler.parsed_fn_signature.parameters.items()
    return {
        name: one.kwarg_definition.parse for name, one in fields if isinstance(one.kwarg_definition, PathId)
    }


def _note(
    handler: HTTPRouteHandler, model: KwargsModel, providers: Mapping[str, Provide], *, takes_json: bool
) -> None:
    """What the route takes, for the ``before_request`` hooks."""
    has_own = any(isinstance(one, FromRequest) and one.shape is not None for one in providers.values())
    names = frozenset(one.field_alias for one in model.expected_query_params)
    handler.opt["query_names"] = None if has_own else names
    handler.opt["takes_json"] = takes_json
    if (operation := handler.opt.get("operation")) is not None:
        handler._resolved_include_in_schema = False
        handler.opt["query_names"] = None if operation.takes_query else frozenset()
        handler.opt["takes_json"] = operation.body is not None and operation.body_type == "application/json"


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


def _is_json(body: FieldDefinition) -> bool:
    described = body.kwarg_definition
    return not isinstance(described, BodyKwarg) or described.media_type == RequestEncodingType.JSON


def _arguments(ids: Mapping[str, _Read], reads: Mapping[str, _Read]) -> _Extractor:
    """Ids of the path, then dependencies in the order in which they are declared."""
    parses: Sequence[tuple[str, _Read]] = tuple(ids.items())
    providers: Sequence[tuple[str, _Read]] = tuple(reads.items())

    async def read_arguments(values: dict[str, Any], connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for name, parse in parses:
            values[name] = parse(values[name])
        for name, provide in providers:
            values[name] = provide(connection)

    return read_arguments


def _body(field: FieldDefinition) -> _Extractor:
    """The JSON body as what the handler asks for: a Struct, or an object as it is."""
    shape: Any = field.annotation
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):

        async def read_object(values: dict[str, Any], request: Any) -> None:
            values["data"] = await request.read_object()

        return read_object
    checked = next((one for one in field.metadata if isinstance(one, CheckedBy)), None)

    async def read_struct(values: dict[str, Any], request: Any) -> None:
        also = None if checked is None else checked.checks(request)
        values["data"] = await request.read(shape, also)

    return read_struct
