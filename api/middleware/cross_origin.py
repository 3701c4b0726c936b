"""Calls of the API by pages of other origins: CORS, as in https://fetch.spec.whatwg.org/#http-cors-protocol.

Pages of the origins in ALLOWED_ORIGINS, and of those that the tenant's administrators allow, may call it
with bearer tokens. ``Access-Control-Allow-Credentials`` is never sent, so that no page of another origin can
use a cookie, and a response to a request with a session's cookie is readable by no other origin.
"""

from typing import Final

from litestar.types import HTTPScope

from api.composition import Platform
from api.middleware.host_kinds import is_below
from api.middleware.request_context import RequestContext
from api.requests.origins import own_origin
from api.requests.request import ApiRequest
from api.responses import RawHeader, RawResponse
from central.origins import parse_origin
from central.registry import TenantRef
from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in.rules import SignInRules, SignInRulesReader

__all__ = ["CrossOrigin"]

_PATHS: Final = frozenset({"api", "setup"})
_HEADERS: Final = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-ID"
_SECONDS: Final = 600
_METHODS: Final[RawHeader] = (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE")
_MAX_AGE: Final[RawHeader] = (b"access-control-max-age", b"%d" % _SECONDS)


class CrossOrigin:
    """Decides which origin may read the response to a request, and responds to preflight requests."""

    __slots__ = ("_allowed", "_platform", "_preflight", "_rules")

    def __init__(self, platform: Platform) -> None:
        settings = platform.settings
        self._platform = platform
        self._allowed = frozenset(one.encode() for one in settings.allowed_origins)
        self._rules = SignInRulesReader(platform.people.cache)
        headers = f"{_HEADERS}, X-Tenant-ID" if settings.allow_tenant_header else _HEADERS
        self._preflight = [_METHODS, (b"access-control-allow-headers", headers.encode()), _MAX_AGE]

    def begin(self, scope: HTTPScope, context: RequestContext) -> None:
        """Decide by ALLOWED_ORIGINS, for any host and before anything can fail."""
        if self._allowed and is_below(scope["path"], _PATHS):
            context.varies_by_origin = True
            origin = _header(scope, b"origin")
            context.allowed_origin = origin if origin in self._allowed else None

    def allows_none(self, tenant: TenantScope) -> bool:
        """Whether the tenant's list is known to be empty. Then there is nothing to :meth:`decide`."""
        known = self._rules.known(tenant)
        return known is not None and not known.allowed_origins

    async def decide(self, tenant: TenantRef, scope: HTTPScope, context: RequestContext) -> None:
        """Decide by the tenant's list. No statement with a warm cache, nor for the tenant's own pages."""
        if not is_below(scope["path"], _PATHS):
            return
        known = self._rules.known(scope["state"]["tenant"])
        context.varies_by_origin = True
        origin = _header(scope, b"origin")
        if origin is None or context.allowed_origin is not None:
            return
        if known is None:
            if parse_origin(origin.decode("latin-1")) in (None, own_origin(ApiRequest(scope))):
                return
            known = await self._read(tenant, scope["state"]["tenant"])
        if origin.decode("latin-1") in known.allowed_origins:
            context.allowed_origin = origin

    def preflight(self, scope: HTTPScope, context: RequestContext) -> RawResponse | None:
        """Return the response to a preflight request of an allowed origin; None for other requests."""
        if context.allowed_origin is None or scope["method"] != "OPTIONS":
            return None
        if _header(scope, b"access-control-request-method") is None:
            return None
        return RawResponse(204, list(self._preflight))

    async def _read(self, tenant: TenantRef, scope: TenantScope) -> SignInRules:
        async with self._platform.tenancy.use(tenant):
            return await self._rules.current(scope)


def _header(scope: HTTPScope, name: bytes) -> bytes | None:
    return next((value for its_name, value in scope["headers"] if its_name == name), None)
