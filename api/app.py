"""create_app: the whole service as one Litestar application."""

import gc
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, NoReturn, cast

from litestar import Litestar, Router
from litestar.connection import Request
from litestar.openapi.spec import OpenAPI
from litestar.types import (
    BeforeRequestHookHandler,
    ControllerRouterHandler,
    ExceptionHandlersMap,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    RouteHandlerType,
    Scope,
    Send,
)

import piccolo_conf
from api.admin.mount import AdminMount
from api.admin.operators.site import OperatorSite
from api.admin.tenant.site import TenantSite
from api.composition import Platform, compose
from api.controllers.account import AccountController
from api.controllers.api_keys import ApiKeyController
from api.controllers.apps import AppController
from api.controllers.archives import ArchiveController
from api.controllers.audit import AuditController
from api.controllers.backups import BackupController
from api.controllers.browser_sessions import BrowserSessionController
from api.controllers.central_sign_in import CentralSignInController
from api.controllers.domains import DomainController
from api.controllers.drift import DriftController
from api.controllers.factors import FactorController, UserFactorController
from api.controllers.fields import FieldController
from api.controllers.first_tenant import FirstTenantController
from api.controllers.identity_providers import IdentityProviderController
from api.controllers.imports import ImportController, OwnJobController
from api.controllers.items import FavouriteController, PreferenceController, RecentController
from api.controllers.jobs import JobController
from api.controllers.links import LinkController
from api.controllers.navigation import NavigationController
from api.controllers.objects import ObjectController
from api.controllers.operator_factors import OperatorFactorController
from api.controllers.overview import CountController, SearchController
from api.controllers.pages import PageController
from api.controllers.passkeys import PasskeyController
from api.controllers.permissions import PermissionController
from api.controllers.plans import PlanController
from api.controllers.problems import ProblemController
from api.controllers.record_batches import RecordBatchController
from api.controllers.record_queries import RecordQueryController
from api.controllers.records import RecordController
from api.controllers.roles import RoleController
from api.controllers.sample_data import SampleDataController
from api.controllers.schema import SchemaController
from api.controllers.servers import ServerController
from api.controllers.service import ServiceController
from api.controllers.sessions import SessionController
from api.controllers.sign_in import SignInController
from api.controllers.sign_in_settings import SignInSettingsController
from api.controllers.single_sign_on import SingleSignOnController
from api.controllers.support import SupportController
from api.controllers.tenant_databases import TenantDatabaseController
from api.controllers.tenant_settings import PresentationController, TenantSettingsController
from api.controllers.tenant_support import TenantSupportController
from api.controllers.tenants import TenantController
from api.controllers.tickets import TicketController
from api.controllers.tls import TlsController
from api.controllers.typescript import TypeScriptController
from api.controllers.upgrades import UpgradeController
from api.controllers.usage import OwnUsageController, UsageController
from api.controllers.users import UserController
from api.controllers.views import ViewController
from api.controllers.workspace import WorkspaceController
from api.dependencies import DEPENDENCIES
from api.middleware.cross_origin import CrossOrigin
from api.middleware.error_boundary import ErrorBoundary
from api.middleware.host_kinds import OPERATORS_PATHS, TENANTS_PATHS, ServedPaths
from api.middleware.idempotency import Idempotent
from api.middleware.tenant_from_host import TenantFromHost
from api.openapi.documents import describe, whole_document
from api.plugins.allowed_methods import AllowedMethods
from api.plugins.arguments import HandlerArguments
from api.requests.guards import admits_anyone, requires_operator, requires_user
from api.requests.request import ApiRequest, CentralRequest, TenantRequest
from api.responses import Json
from api.server.lifespan import running
from api.server.logs import configure_logs, delayed_logs
from api.server.shutdown import ending_within
from central.settings.settings import Settings, read_env_file
from piccolo_engines.imports import without
from piccolo_engines.memory import use_one_arena

__all__ = ["Freehold", "create_app"]


def create_app(settings: Settings | None = None, *, platform: Platform | None = None) -> "Freehold":
    """Create the application, for ``LITESTAR_APP=api.app:create_app``.

    :param settings: by default read from the environment and the ``.env`` file in the current folder, in
        which case logging is configured as well.
    :param platform: existing services to use.
    """
    if settings is None and platform is None:
        settings = Settings.from_env(read_env_file(Path(".env")))
        configure_logs(settings.log_level, settings.log_format)
        app = Freehold(compose(settings))
        _settle_memory()
        return app
    return Freehold(platform or compose(cast("Settings", settings)))


def _settle_memory() -> None:
    """Exclude existing objects from garbage collection, and collect less often. Share one arena of memory.

    Collecting them again and again would block the event loop for 50 ms and more. Nearly all objects of
    a request are freed by reference counting.
    """
    use_one_arena()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION, *gc.get_threshold()[1:])


class Freehold(Litestar):
    """The application: every route of both kinds of host, behind the middleware that finds the tenant.

    Describing the routes needs no platform. :meth:`serving` returns the application for another platform with
    the same routes.

    :param route_handlers: additional handlers, Controllers or Routers.
    """

    platform: Platform

    def __init__(
        self, platform: Platform | None = None, route_handlers: Sequence[ControllerRouterHandler] = ()
    ) -> None:
        routers = _routers()
        with without("pydantic"):  # whose plugin Litestar adds: 8 MiB, for models that no handler has
            super().__init__(
                [*routers, *route_handlers],
                dependencies=DEPENDENCIES,
                exception_handlers=_EXCEPTION_HANDLERS,
                lifespan=[_running],
                logging_config=None,
                openapi_config=None,
                plugins=[HandlerArguments(), AllowedMethods()],
                request_class=TenantRequest,
            )
        describe(self)
        if platform is not None:
            self._serve(platform)

    def serving(self, platform: Platform) -> "Freehold":
        """Return the application with these services. Routes and documents are shared with this one."""
        other = copy(self)
        other.asgi_router = copy(self.asgi_router)  # whose lifespan is that of this platform
        other.asgi_router.app = other
        other._serve(platform)
        return other

    def _serve(self, platform: Platform) -> None:
        self.platform = platform
        _resolve_exception_handlers_once(self.asgi_router.route_handler_index.values())
        routes = super().__call__ if self._has_litestar_hooks() else self._route
        central = ServedPaths(routes, TENANTS_PATHS)
        tenant = ServedPaths(routes, OPERATORS_PATHS)
        cross_origin = CrossOrigin(platform)
        host = TenantFromHost(
            platform,
            cross_origin,
            central_app=AdminMount(OperatorSite(), CentralRequest, central),
            tenant_app=AdminMount(TenantSite(), TenantRequest, Idempotent(tenant)),
        )
        boundary = ErrorBoundary(host, platform.request_counts, cross_origin, platform.settings.slow_seconds)
        self.boundary = platform.traces.requests(boundary)

    def _route(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Call Litestar's router, without its layer for exceptions: :func:`_hand_up` only raises them."""
        scope["app"] = scope["litestar_app"] = self
        return self.asgi_router(scope, receive, send)

    def _has_litestar_hooks(self) -> bool:
        """Whether an added handler, controller or plugin handles exceptions, or has a hook around them."""
        handlers = self.asgi_router.route_handler_index.values()
        return bool(self.before_send or self.after_exception) or any(
            one.resolve_exception_handlers() != _EXCEPTION_HANDLERS for one in handlers
        )

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.boundary(scope, receive, send)  # type: ignore[arg-type]  # those of a request

    @property
    def openapi_schema(self) -> OpenAPI:
        """The OpenAPI document of both kinds of host, for Litestar's commands."""
        return whole_document(self)


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    platform = cast("Freehold", app).platform
    with ending_within(platform.settings.shutdown_timeout):
        async with running(platform):
            with delayed_logs():
                yield


_OBJECTS_PER_COLLECTION: Final = 10_000
"""How many more objects exist than at the last collection of the youngest ones when the next one begins."""

_USERS_CONTROLLERS = [
    SignInController,
    BrowserSessionController,
    SingleSignOnController,
    IdentityProviderController,
    PasskeyController,
    FactorController,
    LinkController,
    AccountController,
    PreferenceController,
    FavouriteController,
    RecentController,
    SignInSettingsController,
    PresentationController,
    TenantSettingsController,
    OwnUsageController,
    UserController,
    UserFactorController,
    RoleController,
    PermissionController,
    ApiKeyController,
    SessionController,
    SupportController,
    TicketController,
    AuditController,
    DriftController,
    ObjectController,
    FieldController,
    NavigationController,
    WorkspaceController,
    AppController,
    PageController,
    ViewController,
    RecordController,
    RecordQueryController,
    RecordBatchController,
    CountController,
    SearchController,
    ImportController,
    OwnJobController,
    SampleDataController,
    TypeScriptController,
    *map(resolve_name, piccolo_conf.CONTROLLERS),
]


_CENTRAL_CONTROLLERS = [CentralSignInController, FirstTenantController, ServiceController, TlsController]


def _routers() -> list[Router]:
    """Return every route, grouped by authentication."""
    return [
        _router(
            "/setup",
            [
                TenantController,
                ArchiveController,
                DomainController,
                ServerController,
                PlanController,
                UsageController,
                TenantDatabaseController,
                JobController,
                UpgradeController,
                BackupController,
                TenantSupportController,
                OperatorFactorController,
            ],
            requires_operator,
            CentralRequest,
        ),
        _router("/api/v1", _USERS_CONTROLLERS, requires_user, TenantRequest),
        _router("/", _CENTRAL_CONTROLLERS, admits_anyone, CentralRequest),
        _router("/", [ProblemController, SchemaController], admits_anyone, TenantRequest),
    ]


def _router(
    path: str,
    handlers: Sequence[ControllerRouterHandler],
    guard: BeforeRequestHookHandler,
    request_class: type[ApiRequest],
) -> Router:
    return Router(
        path,
        route_handlers=handlers,
        before_request=guard,
        request_class=request_class,
        response_class=Json,
    )


def _resolve_exception_handlers_once(handlers: Iterable[RouteHandlerType]) -> None:
    """Litestar 2.25 documents that it does, and merges the layers for every request."""
    for one in handlers:
        if hasattr(one, "__dict__"):  # those of the decorators
            found = one.resolve_exception_handlers()
            vars(one)["resolve_exception_handlers"] = partial(_same, found)


def _same(found: ExceptionHandlersMap) -> ExceptionHandlersMap:
    return found


def _hand_up(_request: Request[Any, Any, Any], error: Exception) -> NoReturn:
    """Raise the error again: the error boundary reports all errors."""
    raise error


_EXCEPTION_HANDLERS: ExceptionHandlersMap = {Exception: _hand_up}
