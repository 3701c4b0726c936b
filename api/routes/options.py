"""OPTIONS for every path, telling all of its methods.

Litestar's own answer names only the methods of the first handler that was registered for the path.
"""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from api.requests.guards import admits_anyone
from api.requests.methods import allowed
from api.responses import Answer, empty

__all__ = ["with_options"]


def with_options(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """The handlers, and before them one for OPTIONS on each of their paths: the first of a path counts."""
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, {"OPTIONS"}).update(handler.http_methods)
    return [*(_options(path, known) for path, known in methods.items()), *handlers]


def _options(path: str, methods: set[str]) -> HTTPRouteHandler:
    allow = (b"allow", allowed(methods))

    async def options() -> Answer:
        return empty(headers=[allow])

    return HTTPRouteHandler(path, http_method="OPTIONS", before_request=admits_anyone, status_code=200)(
        options
    )
