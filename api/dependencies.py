"""Dependencies that every handler can take by name, on both kinds of host.

::

    @get("/deals", before_request=requires_user)
    async def list_deals(tenant_engine: Injected[Engine[Any]], access: Injected[Access]) -> list[str]: ...

Each provider is synchronous and takes only the request; the values are there already: the middleware has
found the tenant by the host name and bound its engine, the ``before_request`` hook has found the caller. A
dependency that the request cannot have raises :class:`DependencyMissing`, which is a mistake in the route.
"""

from collections.abc import Callable
from typing import Any, Final

from litestar.di import Provide
from piccolo.engine import Engine

from api.composition import Platform
from api.one_time_links import TenantLinks
from api.openapi.tenant_documents import TenantDocuments
from api.operations.backup_acts import BackupActs
from api.operations.imports import ImportActs
from api.operations.life_cycle_acts import LifeCycleActs
from api.operations.support_acts import SupportActs
from api.operations.support_decisions import SupportDecisions
from api.operations.tenant_acts import TenantActs
from api.requests.origins import own_origin
from api.requests.request import ApiRequest
from api.user_dependencies import USER_PROVIDERS
from central.domains.service import DomainService
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.registry import Registry
from piccolo_conf import DB
from tenant_schema.apps.counts import CountService
from tenant_schema.apps.items.service import ItemService
from tenant_schema.apps.navigation import NavigationService
from tenant_schema.apps.pages.service import PageService
from tenant_schema.apps.service import AppService
from tenant_schema.apps.views.service import ViewService
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.service import SchemaService
from tenant_schema.records.overview import RecordOverview
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.standard.sample import SampleData
from tenant_schema.users.factors.passkeys import RelyingParty
from tenant_schema.users.rights.permissions import Access

__all__ = [
    "DEPENDENCIES",
    "DependencyMissing",
    "provide_access",
    "provide_actor",
    "provide_apps",
    "provide_backups",
    "provide_catalog",
    "provide_counts",
    "provide_documents",
    "provide_domains",
    "provide_imports",
    "provide_items",
    "provide_life_cycle",
    "provide_links",
    "provide_navigation",
    "provide_object_manager",
    "provide_objects",
    "provide_operator",
    "provide_overview",
    "provide_pages",
    "provide_platform",
    "provide_records",
    "provide_registry",
    "provide_relying_party",
    "provide_sample_data",
    "provide_support",
    "provide_support_acts",
    "provide_tenant",
    "provide_tenant_engine",
    "provide_tenants",
    "provide_views",
]


class DependencyMissing(RuntimeError):
    """A handler uses a dependency that its requests do not have."""

    def __init__(self, name: str, need: str) -> None:
        super().__init__(f"The dependency {name!r} needs {need}.")


def provide_platform(request: ApiRequest) -> Platform:
    """Every service of the process."""
    return request.platform


def provide_tenant(request: ApiRequest) -> TenantScope:
    """The tenant of the host name. Raises :class:`DependencyMissing` on a central host."""
    tenant = request.scope["state"].get("tenant")
    if tenant is None:
        raise DependencyMissing("tenant", "a tenant's host")
    scope: TenantScope = tenant
    return scope


def provide_tenant_engine(request: ApiRequest) -> Engine[Any]:
    """The engine of the tenant's database, which the middleware has bound.

    Raises :class:`DependencyMissing` on a central host.
    """
    provide_tenant(request)
    return DB.bound


def provide_access(request: ApiRequest) -> Access:
    """The caller and their rights.

    Raises :class:`DependencyMissing` without authentication: on a route without ``requires_user``.
    """
    access = request.scope.get("auth")
    if not isinstance(access, Access):
        raise DependencyMissing("access", "a route with before_request=requires_user")
    return access


def provide_operator(request: ApiRequest) -> OperatorRef:
    """The authenticated operator.

    Raises :class:`DependencyMissing` on a route without ``requires_operator``.
    """
    operator = request.scope.get("auth")
    if not isinstance(operator, OperatorRef):
        raise DependencyMissing("operator", "a route with before_request=requires_operator")
    return operator


def provide_actor(request: ApiRequest) -> Actor:
    """The authenticated operator, as named in the audit trail."""
    operator = provide_operator(request)
    return Actor(operator.name, operator.id, request.context.id, request.address)


def provide_domains(request: ApiRequest) -> DomainService:
    """The host names of tenants."""
    return request.platform.domains


def provide_backups(request: ApiRequest) -> BackupActs:
    """Operations on backups, for the authenticated operator."""
    return BackupActs(request.platform, provide_actor(request))


def provide_tenants(request: ApiRequest) -> TenantActs:
    """Operations on tenants, for the authenticated operator."""
    return TenantActs(request.platform, provide_actor(request))


def provide_life_cycle(request: ApiRequest) -> LifeCycleActs:
    """Operations that replace tenants' databases, for the authenticated operator."""
    return LifeCycleActs(request.platform, provide_actor(request))


def provide_registry(request: ApiRequest) -> Registry:
    """The registry of tenants and domains."""
    return request.platform.registry


def provide_records(request: ApiRequest) -> RecordService:
    """Records of every object."""
    return request.platform.records


def provide_imports(request: ApiRequest) -> ImportActs:
    """The caller's imports in the background."""
    platform, tenant = request.platform, provide_tenant(request)
    return ImportActs(platform.imports, platform.job_service, tenant, provide_access(request))


def provide_objects(request: ApiRequest) -> SchemaService:
    """Objects and their fields."""
    return request.platform.schema


def provide_object_manager(request: ApiRequest) -> Access:
    """The caller, if they may manage objects.

    Providers are called in the order of the handler's arguments: before ``params``, it refuses callers before
    their query and body are checked. Raises :class:`~tenant_schema.users.errors.PermissionDenied`.
    """
    access = provide_access(request)
    access.require_system("objects:manage")
    return access


def provide_catalog(request: ApiRequest) -> Catalog:
    """Definitions of objects and fields, cached."""
    return request.platform.catalog


def provide_apps(request: ApiRequest) -> AppService:
    """Apps."""
    return request.platform.apps


def provide_pages(request: ApiRequest) -> PageService:
    """Pages of apps."""
    return request.platform.pages


def provide_items(request: ApiRequest) -> ItemService:
    """The caller's favourites and recents."""
    return request.platform.items


def provide_views(request: ApiRequest) -> ViewService:
    """Saved list views."""
    return request.platform.views


def provide_overview(request: ApiRequest) -> RecordOverview:
    """Reads over several objects."""
    return request.platform.records.overview


def provide_counts(request: ApiRequest) -> CountService:
    """Counts of several lists."""
    return CountService(provide_overview(request), request.platform.views)


def provide_navigation(request: ApiRequest) -> NavigationService:
    """Apps, pages and objects that the caller may see."""
    return request.platform.navigation


def provide_documents(request: ApiRequest) -> TenantDocuments:
    """Generated documents for a caller of a tenant."""
    return request.platform.documents


def provide_relying_party(request: ApiRequest) -> RelyingParty:
    """The tenant's host as passkeys know it: they work on the host name that they were made on."""
    origin = own_origin(request)
    return RelyingParty(origin.host, str(origin), provide_tenant(request).name)


def provide_links(request: ApiRequest) -> TenantLinks:
    """The addresses of one-time links, on the tenant's primary domain."""
    provide_tenant(request)
    settings = request.platform.settings
    return TenantLinks(settings.url_of(request.scope["state"]["domain"]), settings.mail_delivery)


def provide_sample_data(request: ApiRequest) -> SampleData:
    """Sample records."""
    return request.platform.sample_data


def provide_support(request: ApiRequest) -> SupportDecisions:
    """Decisions of the tenant's users about support access."""
    return SupportDecisions(
        request.platform,
        provide_tenant(request),
        provide_access(request),
        request.context.id,
        request.address,
    )


def provide_support_acts(request: ApiRequest) -> SupportActs:
    """Support access to tenants, for the authenticated operator."""
    return SupportActs(request.platform, provide_actor(request))


_PROVIDERS: Final[tuple[Callable[..., Any], ...]] = (
    *USER_PROVIDERS,
    provide_access,
    provide_actor,
    provide_apps,
    provide_catalog,
    provide_counts,
    provide_documents,
    provide_backups,
    provide_domains,
    provide_imports,
    provide_links,
    provide_navigation,
    provide_object_manager,
    provide_objects,
    provide_operator,
    provide_overview,
    provide_pages,
    provide_platform,
    provide_records,
    provide_registry,
    provide_relying_party,
    provide_sample_data,
    provide_support,
    provide_support_acts,
    provide_tenant,
    provide_tenant_engine,
    provide_tenants,
    provide_life_cycle,
    provide_items,
    provide_views,
)

DEPENDENCIES: Final = {
    one.__name__.removeprefix("provide_"): Provide(one, sync_to_thread=False) for one in _PROVIDERS
}
"""The providers by argument name, for ``Litestar(dependencies=DEPENDENCIES)``."""
