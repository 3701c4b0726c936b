"""Authentication of routes, and the refusal of unknown query parameters.

These are ``before_request`` hooks: Litestar's own ``guards`` copy the whole route handler for every request,
which costs more than the check.
"""

from typing import Any, cast

from litestar import Request

from api.errors import NotAuthenticated
from api.middleware.expect_continue import stop_if_tried
from api.requests.query_parameters import refuse_unknown
from api.requests.request import ApiRequest, CentralRequest, TenantRequest

__all__ = ["admits_anyone", "identify", "requires_operator", "requires_user"]

_Any = Request[Any, Any, Any]


async def admits_anyone(request: _Any) -> None:
    """For routes that need no token."""
    _pass(cast("ApiRequest", request))


async def requires_operator(request: _Any) -> None:
    """For routes of operators: the operator of the token becomes ``request.auth``."""
    asked = cast("CentralRequest", request)
    operator = await asked.platform.operators.authenticate(asked.bearer_token())
    if operator is None:
        raise NotAuthenticated
    asked.scope["auth"] = operator
    asked.context.caller = operator.name
    _pass(asked)


async def requires_user(request: _Any) -> None:
    """For routes of a tenant's users: the user of the token becomes ``request.auth``."""
    asked = cast("TenantRequest", request)
    await identify(asked)
    _pass(asked)


async def identify(request: TenantRequest) -> None:
    """Set ``request.auth`` to the user of the token.

    Raises :class:`~api.errors.NotAuthenticated` without a valid one.
    """
    tenant, token, authentication = request.tenant, request.bearer_token(), request.platform.authentication
    access = authentication.known_access(tenant, token) or await authentication.authenticate(tenant, token)
    request.scope["auth"] = access
    request.context.caller = access.user_id


def _pass(request: ApiRequest) -> None:
    """Refuses query parameters that the route does not take; providers check their own. A request that is
    only tried goes no further.
    """
    options = request.route_handler.opt
    if request.scope["query_string"]:
        names = options["query_names"]
        if names is not None:
            refuse_unknown([name for name, _ in request.pairs()], sorted(names))
    stop_if_tried(request, takes_json=options.get("takes_json", False))
