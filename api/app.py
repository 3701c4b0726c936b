"""create_app: the whole service as one Litestar application."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, cast

from litestar import Litestar, Router
from litestar.connection import Request
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import (
    BeforeRequestHookHandler,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

from api.admin.mount import AdminDoor
from api.admin.operators.site import OperatorSite
from api.admin.tenant.site import TenantSite
from api.composition import Platform, compose
from api.middleware.error_boundary import Edge
from api.middleware.idempotency import Idempotent
from api.middleware.tenant_from_host import TenantFromHost
from api.openapi.document import HostKind, document_for
from api.openapi.hosts import CENTRAL_HOST, TENANT_HOST
from api.requests.guards import admits_anyone, requires_operator, requires_user
from api.requests.request import ApiRequest, CentralRequest, TenantRequest
from api.routes import (
    api_keys,
    apps,
    audit,
    auth,
    domains,
    drift,
    navigation,
    objects,
    permissions,
    problems,
    roles,
    schema,
    service,
    sessions,
    tenants,
    users,
    views,
)
from api.routes.options import with_options
from api.routes.records import aggregates as data_aggregates
from api.routes.records import bulk as data_bulk
from api.routes.records import by_value as data_writes
from api.routes.records import imports as data_import
from api.routes.records import lists as data_queries
from api.routes.records import records as data
from api.server.lifespan import running
from api.server.logs import configure_logs
from api.server.shutdown import ending_within
from api.version import VERSION
from central.settings.settings import Settings, read_env_file

__all__ = ["Freehold", "central_app", "create_app", "tenant_app"]


def create_app(settings: Settings | None = None, *, platform: Platform | None = None) -> "Freehold":
    """The application; ``LITESTAR_APP=api.app:create_app`` for ``litestar run``.

    Without ``settings`` they are read from the environment and a ``.env`` beside it, and logs are set up as
    they say. ``platform`` are services that somebody composed already.
    """
    if settings is None and platform is None:
        settings = Settings.from_env(read_env_file(Path(".env")))
        configure_logs(settings.log_level, settings.log_format)
        app = Freehold(compose(settings))
        _settle_memory()
        return app
    return Freehold(platform or compose(cast("Settings", settings)))


def _settle_memory() -> None:
    """What is there now stays; collecting it again and again would keep the event loop for 50 ms and more."""
    gc.collect()
    gc.freeze()


class Freehold(Litestar):
    """The outer application: has the lifespan, and hands requests to the application of their kind of host.

    Two applications, so that a path of one kind of host is not there on the other, and ``/schema`` is each
    kind's own. They know no platform, so that one pair can serve several.
    """

    def __init__(self, platform: Platform, inner: tuple[Litestar, Litestar] | None = None) -> None:
        self.platform = platform
        self.inner = inner or (central_app(), tenant_app())
        host = TenantFromHost(
            platform,
            central_app=AdminDoor(OperatorSite(), CentralRequest, self.inner[0]),
            tenant_app=AdminDoor(TenantSite(), TenantRequest, Idempotent(self.inner[1])),
        )
        self.edge = Edge(host, platform.request_counts)
        super().__init__([], openapi_config=None, logging_config=None, lifespan=[self._running])

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """One request, or the lifespan."""
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.edge(scope, cast("Receive", receive), cast("Send", send))

    @asynccontextmanager
    async def _running(self, _app: Litestar) -> AsyncIterator[None]:
        central, tenant = self.inner
        with ending_within(self.platform.settings.shutdown_timeout):
            async with running(self.platform), central.lifespan(), tenant.lifespan():
                yield


def central_app() -> Litestar:
    """What a central host serves."""
    routers = [
        _router("/setup", [*tenants.ROUTES, *domains.ROUTES], requires_operator),
        _router("/", [*service.ROUTES, *problems.ROUTES, schema.schema], admits_anyone),
    ]
    return _application(routers, CentralRequest, CENTRAL_HOST, requires_operator)


_USERS_ROUTES = [
    schema.typescript,
    *auth.ROUTES,
    *users.ROUTES,
    *roles.ROUTES,
    *permissions.ROUTES,
    *api_keys.ROUTES,
    *sessions.ROUTES,
    *audit.ROUTES,
    *data_queries.ROUTES,
    *data_aggregates.ROUTES,
    *drift.ROUTES,
    *objects.ROUTES,
    *data.ROUTES,
    *data_bulk.ROUTES,
    *data_import.ROUTES,
    *data_writes.ROUTES,
    *navigation.ROUTES,
    *apps.ROUTES,
    *views.ROUTES,
]


def tenant_app() -> Litestar:
    """What a tenant's host serves."""
    routers = [
        _router("/api/v1", [*auth.OPEN_ROUTES, *users.OPEN_ROUTES], admits_anyone),
        _router("/api/v1", _USERS_ROUTES, requires_user),
        _router("/", [*problems.ROUTES, schema.tenant_schema], admits_anyone),
    ]
    return _application(routers, TenantRequest, TENANT_HOST, requires_user)


def _router(path: str, handlers: Sequence[HTTPRouteHandler], guard: BeforeRequestHookHandler) -> Router:
    return Router(path, route_handlers=with_options(handlers), before_request=guard)


def _application(
    routers: Sequence[Router],
    request_class: type[ApiRequest],
    kind: HostKind,
    guard: BeforeRequestHookHandler,
) -> Litestar:
    app = Litestar(
        routers,
        request_class=request_class,
        exception_handlers={Exception: _hand_up},
        openapi_config=None,
        logging_config=None,
    )
    app.state = State({"schema": schema.SchemaAnswers(document_for(app, kind, guard, VERSION))})
    return app


def _hand_up(_request: Request[Any, Any, Any], error: Exception) -> NoReturn:
    """All errors are answered in one place, which is the edge."""
    raise error
