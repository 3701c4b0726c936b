"""Authentication of routes, and the refusal of unknown query parameters.

These are ``before_request`` hooks: Litestar's own ``guards`` copy the whole route handler for every request,
which costs more than the check.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from litestar import Request

from api.errors import CrossSite, NotAuthenticated
from api.middleware.expect_continue import stop_if_tried
from api.operations.support_requests import record_request
from api.requests.cookies import session_secret
from api.requests.origins import is_from_other_origin, is_from_own_page
from api.requests.query_parameters import refuse_unknown
from api.requests.request import ApiRequest, CentralRequest, TenantRequest
from tenant_schema.users.rights.permissions import Access

__all__ = [
    "access_of",
    "admits_anyone",
    "admits_own_pages",
    "admits_own_session",
    "identify",
    "record_support",
    "requires_operator",
    "requires_user",
]

_Any = Request[Any, Any, Any]
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def admits_anyone(request: _Any) -> None:
    """For routes that need no token."""
    _pass(cast("ApiRequest", request))


async def admits_own_pages(request: _Any) -> None:
    """For routes that set a cookie and need none. Programs are admitted, and what a browser sends for a page
    of this origin: another page could sign somebody in as another user.

    Raises :class:`~api.errors.CrossSite`.
    """
    asked = cast("ApiRequest", request)
    if is_from_other_origin(asked):
        raise CrossSite
    _pass(asked)


async def admits_own_session(request: _Any) -> None:
    """For routes that change the session of the browser, if it has one.

    Raises :class:`~api.errors.CrossSite` as :func:`access_of` does.
    """
    asked = cast("TenantRequest", request)
    if session_secret(asked) is not None and not is_from_own_page(asked):
        raise CrossSite
    _pass(asked)


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
    """For routes of a tenant's users: the user of the token or cookie becomes ``request.auth``."""
    asked: Any = request
    await identify(asked)
    _pass(asked)


async def identify(request: TenantRequest) -> None:
    """Set ``request.auth`` to the user of the token or cookie. Raises what :func:`access_of` raises.

    Raises :class:`~tenant_schema.users.factor_errors.FactorRequired` for a session that lacks a second factor
    which a role requires, unless the route has the option ``without_factor``.
    """
    access = await access_of(request)
    if access.missing_factor is not None and not _is_open_without_factor(request):
        access.require_factor()
    request.scope["auth"] = access
    request.context.caller = access.user_id


def _is_open_without_factor(request: TenantRequest) -> bool:
    """Whether the route has the option. An upload is checked before it has a route."""
    handler = cast("Mapping[str, Any]", request.scope).get("route_handler")
    return handler is not None and bool(handler.opt.get("without_factor", False))


async def access_of(request: TenantRequest) -> Access:
    """Return the caller by the bearer token if there is an Authorization header, otherwise by the cookie.

    Raises :class:`~api.errors.NotAuthenticated` without either, :class:`~api.errors.CrossSite` for a cookie
    with an unsafe method and no sign that a page of this origin sent it, and what authentication raises.
    A request with support access is recorded; only a cookie can have it.
    """
    tenant = request.tenant
    token = request.token_if_any()
    if token is not None:
        authentication = request.platform.authentication
        known = authentication.known_access(tenant, token)
        return _noted(request, known or await authentication.authenticate(tenant, token))
    secret = session_secret(request)
    if secret is None:
        raise NotAuthenticated
    if request.scope["method"] not in _SAFE and not is_from_own_page(request):
        raise CrossSite
    sessions = request.platform.browser_sessions
    access = sessions.known_access(tenant, secret) or await sessions.authenticate(tenant, secret)
    await record_support(request, access)
    return _noted(request, access)


def _noted(request: TenantRequest, access: Access) -> Access:
    """Note the version of the metadata that the caller sees, for the response."""
    version = request.platform.metadata_versions.of(request.tenant, access)
    request.context.metadata_version = (b"metadata-version", version)
    return access


async def record_support(request: TenantRequest, access: Access) -> None:
    """Record the request if its caller has support access. Raises SupportEnded if that is over."""
    if access.support is not None:
        await record_request(request.platform, request.tenant, access, request.context, request.address)


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
