"""OPTIONS for every path, with all of its methods.

Litestar's own handler has the methods of the handlers that were registered first, without HEAD.
"""

from litestar.handlers import HTTPRouteHandler
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from api.requests.guards import admits_anyone
from api.requests.methods import allowed
from api.responses import RawResponse, empty

__all__ = ["AllowedMethods"]


class AllowedMethods(ReceiveRoutePlugin):
    """Replaces the OPTIONS handler of every route when it is registered."""

    def receive_route(self, route: BaseRoute) -> None:
        """Put the handler in the place of Litestar's."""
        if not isinstance(route, HTTPRoute):
            return
        first = route.route_handlers[0]
        handler = _options(allowed(route.methods))
        handler.owner = first.owner
        handler.on_registration(first.app)
        handler.opt["query_names"] = frozenset()
        route.route_handler_map["OPTIONS"] = (handler, handler.create_kwargs_model(route.path_parameters))


def _options(methods: bytes) -> HTTPRouteHandler:
    async def options() -> RawResponse:
        return empty(headers=[(b"allow", methods)])

    decorate = HTTPRouteHandler(
        "/",
        http_method="OPTIONS",
        before_request=admits_anyone,
        status_code=200,
        include_in_schema=False,
    )
    return decorate(options)
