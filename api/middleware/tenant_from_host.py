"""TenantFromHost: finds the tenant by the request's host name, and binds its database."""

from dataclasses import replace
from functools import lru_cache

from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, HTTPScope, Receive, Send

from api.composition import Platform
from api.frontend.files import CENTRAL_PAGES, TENANT_PAGES, is_asset, is_frontend, serve_frontend
from api.middleware.cross_origin import CrossOrigin
from api.middleware.disconnects import CancelOnDisconnect, DisconnectWatch, may_be_cancelled
from api.middleware.expect_continue import try_without_body
from api.middleware.host_kinds import INTERNAL_PATHS, is_below
from api.middleware.idempotency import refuse_bad_key
from api.middleware.request_context import RequestContext
from api.middleware.rerun import rerun, rerun_repaired
from api.middleware.tenant_status import refuse_unless_served, refuse_writes
from api.operations.support_requests import record_status
from api.problems.table import status_of
from api.requests.addresses import client_address, is_proxy, requested_host
from api.requests.bodies import arrived, read_body, require_length, require_plain
from api.requests.guards import identify
from api.requests.imports import refuse_import
from api.requests.request import TenantRequest
from api.requests.uploads import boundary_of, is_upload, object_of, taken_in
from central.database import CENTRAL
from central.errors import TenantNotFound, TenantUpgrading
from central.hostnames import parse_host
from central.plans.errors import RequestsRefused
from central.registry import TenantRef
from central.tables import TenantStatus
from central.tenancy.resolver import Central, Unknown
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Origin, came_from

__all__ = ["TenantFromHost"]

_BODILESS = frozenset({"GET", "HEAD"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

_canonical = lru_cache(maxsize=4_096)(parse_host)
"""Cached, because the same few headers occur repeatedly and parsing them takes time."""


class TenantFromHost:
    """Forwards a request to ``central_app`` or ``tenant_app``, depending on its host name.

    The central database is bound around both, the tenant's own around the second, until the last byte and the
    last background task. The scope's state has ``platform``, ``address``, ``host`` (in canonical form),
    ``authority`` (host and port as the client sent them), ``behind_proxy``, on a central host ``is_central``,
    and on a tenant's host ``tenant`` (a :class:`~tenant_schema.scope.TenantScope`).

    Raises :class:`~central.errors.InvalidHost`, :class:`~central.errors.TenantNotFound`,
    :class:`~api.errors.TenantSuspended`, :class:`~api.errors.TenantArchived`,
    :class:`~api.errors.TenantNotReady`, :class:`~central.errors.TenantUpgrading`, and
    :class:`~api.errors.TenantReadOnly` and :class:`~central.plans.errors.RequestsRefused` before a body is
    taken in; the latter also if other requests have begun meanwhile.
    """

    __slots__ = ("_central_app", "_cross_origin", "_platform", "_tenant_app", "_watch")

    def __init__(
        self, platform: Platform, cross_origin: CrossOrigin, *, central_app: ASGIApp, tenant_app: ASGIApp
    ) -> None:
        self._platform = platform
        self._cross_origin = cross_origin
        self._central_app = central_app
        self._tenant_app = tenant_app
        self._watch = DisconnectWatch()

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        platform, state = self._platform, scope["state"]
        state["platform"] = platform
        context: RequestContext = state["context"]
        if (preflight := self._cross_origin.preflight(scope, context)) is not None:
            await preflight(scope, receive, send)
            return
        with CENTRAL.bind(platform.central_engine):
            host = self._requested(scope)
            if is_asset(scope):  # the pages for unknown and suspended tenants need them, too
                await serve_frontend(scope, receive, send)
                return
            if is_below(scope["path"], INTERNAL_PATHS):
                _require_proxy_itself(scope)
                state["is_central"] = True
                await self._serve_central(scope, receive, send)
                return
            tenant = self._known(scope, host) or await rerun(scope, lambda _: self._find(scope, host))
            if tenant is None:
                state["is_central"] = True
                if is_frontend(scope, CENTRAL_PAGES):
                    await serve_frontend(scope, receive, send)
                else:
                    await self._serve_central(scope, receive, send)
                return
            context.tenant, context.tenant_id = tenant.slug, tenant.id
            refuse_unless_served(tenant)
            tenant = tenant if platform.levels.serves(tenant.schema_level) else await self._upgraded(tenant)
            state["tenant"] = TenantScope(tenant.id, tenant.slug, tenant.name)
            state["domain"], state["status"] = tenant.primary_domain, tenant.status
            if is_frontend(scope, TENANT_PAGES):
                await serve_frontend(scope, receive, send)
                return
            context.rate = platform.usage.rate_of(tenant)
            await self._serve_recorded(tenant, scope, receive, send)

    async def _upgraded(self, tenant: TenantRef) -> TenantRef:
        """Return the tenant at a level that is served, if its database has one by now.

        Raises :class:`~central.errors.TenantUpgrading`.
        """
        level = await self._platform.resolver.latest_level(tenant)
        if not self._platform.levels.serves(level):
            raise TenantUpgrading(tenant.slug)
        return replace(tenant, schema_level=level)

    async def _serve_central(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if scope["method"] not in _BODILESS:
            await self._watched(self._central_app, scope, receive, send)
            return
        await rerun(scope, lambda one: self._watched(self._central_app, one, receive, send))

    async def _serve_recorded(
        self, tenant: TenantRef, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        """Serve the request if the plan admits it, and record its outcome if it has support access."""
        context: RequestContext = scope["state"]["context"]
        try:
            if context.rate is not None:
                context.rate.take(self._platform.usage.clock())
            await self._serve_tenant(tenant, scope, receive, send)
        except Exception as error:
            if isinstance(error, RequestsRefused):
                self._platform.usage.count_refused(tenant)
            await self._record_status(tenant, context, context.status or status_of(error))
            raise
        if context.support is not None:
            await self._record_status(tenant, context, context.status)

    async def _serve_tenant(self, tenant: TenantRef, scope: HTTPScope, receive: Receive, send: Send) -> None:
        context: RequestContext = scope["state"]["context"]
        if not self._cross_origin.allows_none(scope["state"]["tenant"]):
            await self._cross_origin.decide(tenant, scope, context)
        if (preflight := self._cross_origin.preflight(scope, context)) is not None:
            await preflight(scope, receive, send)
            return
        if tenant.status is TenantStatus.READ_ONLY:
            await refuse_writes(tenant, scope)
        if is_upload(scope):
            await self._with_upload(tenant, scope, receive, send)
            return
        if scope["method"] in _WITH_BODY:
            if not await self._may_send_body(tenant, scope, send):
                return
            await self._take_in(scope, receive)
        await self._serve(tenant, scope, receive, send)

    async def _record_status(self, tenant: TenantRef, context: RequestContext, status: int) -> None:
        """Record the outcome of a request with support access, if it is one."""
        if context.support is not None:
            async with self._platform.tenancy.use(tenant):
                await record_status(context.support, status)

    async def _serve(self, tenant: TenantRef, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Serve the request, whose body has been received."""

        async def serve(one: HTTPScope) -> None:
            body = one["state"].get("body")
            await self._once(tenant, one, receive if body is None else arrived(body, receive), send)

        async def repair() -> bool:
            async with self._platform.tenancy.use(tenant):
                return await self._platform.schema.repair_after_error(scope["state"]["tenant"])

        rate = scope["state"]["context"].rate
        if rate is not None:
            rate.begin()
        try:
            await rerun_repaired(scope, serve, repair)
        finally:
            if rate is not None:
                rate.end()

    async def _once(self, tenant: TenantRef, scope: HTTPScope, receive: Receive, send: Send) -> None:
        origin = Origin(scope["state"]["context"].id, scope["state"]["address"])
        async with self._platform.tenancy.use(tenant):
            with came_from(origin):
                try:
                    await self._watched(self._tenant_app, scope, receive, send)
                finally:
                    if (slot := scope["state"].get("slot")) is not None:
                        slot.__exit__(None, None, None)

    async def _watched(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Serve the request; cancel it when its client disconnects, if that is safe."""
        if not may_be_cancelled(scope):
            await app(scope, receive, send)
            return
        with CancelOnDisconnect(self._watch, receive, scope["state"]["context"]):
            await app(scope, receive, send)

    async def _with_upload(self, tenant: TenantRef, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Receive a file, then serve the request.

        Nothing of the file is read before the caller's rights, the object and everything else that does not
        need the file are checked; nor while the maximum number of uploads is running.
        """
        settings, request = self._platform.settings, TenantRequest(scope, receive, send)
        async with self._platform.tenancy.use(tenant):
            await identify(request)
            await refuse_import(request, object_of(scope))
        refuse_bad_key(scope)
        require_plain((request.header(b"content-encoding") or "").encode())
        boundary = boundary_of(request.header(b"content-type") or "")
        require_length(request.header(b"content-length"), settings.max_import_bytes)
        with self._platform.long_requests.uploads.take(tenant.id):
            async with taken_in(
                receive, boundary, settings.max_import_bytes, settings.import_timeout, ("mapping",)
            ) as upload:
                scope["state"]["upload"] = upload
                await self._serve(tenant, scope, receive, send)

    async def _may_send_body(self, tenant: TenantRef, scope: HTTPScope, send: Send) -> bool:
        """Check the headers, and refuse the request if the body need not be read."""
        waits = False
        for name, value in scope["headers"]:
            if name == b"content-length":
                require_length(value.decode("latin-1"), self._platform.settings.max_body_bytes)
            elif name == b"content-encoding" or (
                name == b"transfer-encoding" and value.strip().lower() != b"chunked"
            ):
                require_plain(value)
            elif name == b"expect":
                waits = value.lower() == b"100-continue"
        if not waits:
            return True
        async with self._platform.tenancy.use(tenant):
            return await try_without_body(self._tenant_app, scope, send)

    async def _take_in(self, scope: HTTPScope, receive: Receive) -> None:
        """Read the body before an engine is leased, so that a slow client blocks nobody.

        Stored as ``body`` in the scope's state.
        """
        settings = self._platform.settings
        body = await read_body(receive, settings.max_body_bytes, settings.request_timeout)
        scope["state"]["body"] = body

    def _requested(self, scope: HTTPScope) -> str:
        """Return the requested host in canonical form. Stores it and the client's address in the state."""
        settings, headers, state = self._platform.settings, scope["headers"], scope["state"]
        client = scope.get("client")
        peer = client[0] if client else ""
        behind_proxy = is_proxy(peer, settings.trusted_proxies)
        state["address"] = client_address(peer, headers, settings.trusted_proxies) if behind_proxy else peer
        header = requested_host(headers, behind_proxy=behind_proxy)
        state["authority"], state["behind_proxy"] = header, behind_proxy
        host = state["host"] = _canonical(header)
        if not header.isascii():
            _rewrite_host(scope, host)
        return host

    def _known(self, scope: HTTPScope, host: str) -> TenantRef | None:
        """Return the tenant of the host if it is at hand, unless a header may name another one."""
        if self._platform.settings.allow_tenant_header and _tenant_key(scope) is not None:
            return None
        return self._platform.resolver.known(host)

    async def _find(self, scope: HTTPScope, host: str) -> TenantRef | None:
        """Return the requested tenant; None on a central host."""
        key = _tenant_key(scope) if self._platform.settings.allow_tenant_header else None
        resolver = self._platform.resolver
        found = await (resolver.resolve(host) if key is None else resolver.resolve_key(key))
        if isinstance(found, Unknown):
            raise TenantNotFound(key or host)
        return None if isinstance(found, Central) else found


def _require_proxy_itself(scope: HTTPScope) -> None:
    """Refuse a request that does not come from a trusted proxy, or that a proxy has forwarded.

    Raises ``NotFoundException``.
    """
    names = [name for name, _ in scope["headers"]]
    is_forwarded = any(name.startswith(b"x-forwarded-") or name == b"forwarded" for name in names)
    if is_forwarded or not scope["state"]["behind_proxy"]:
        raise NotFoundException


def _tenant_key(scope: HTTPScope) -> str | None:
    found = next((value for name, value in scope["headers"] if name == b"x-tenant-id"), None)
    return None if found is None else found.decode("latin-1")


def _rewrite_host(scope: HTTPScope, host: str) -> None:
    """Replace the Host header by the name in A-labels, the only form that Litestar accepts."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
    scope["headers"] = [*kept, (b"host", host.encode())]
