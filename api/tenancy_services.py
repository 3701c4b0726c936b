"""The access to tenants' data, and what observes it."""

from functools import partial
from typing import Any

from api.database_identity import identity_check
from api.server.metrics import RequestCounts
from api.server.statements import observed_statements
from api.server.tracing import Tracing
from api.tenant_level import served_levels
from api.usage_services import bind_quota
from central.registry import Registry, TenantRef
from central.servers import DatabaseServers
from central.servers.credentials import Credentials, TenantOpener
from central.settings.settings import Settings
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy
from central.usage.service import TenantUsage
from piccolo_conf import DB
from tenant_schema.tenant_cache import VersionedCache

__all__ = ["tenancy_services"]


def tenancy_services(
    settings: Settings,
    registry: Registry,
    servers: DatabaseServers,
    credentials: Credentials,
    caches: tuple[VersionedCache, ...],
    traces: Tracing,
) -> tuple[TenantEngines, Tenancy, dict[str, Any]]:
    """Create the services, and those of them that have names in :class:`~api.composition.Platform`."""
    counts, statements, identity = RequestCounts(), observed_statements(settings), identity_check(caches)
    usage = TenantUsage(registry)
    opener = TenantOpener(servers, credentials, identity, traces.statements(statements))
    engines = TenantEngines(opener, capacities={"sqlite": settings.max_open_tenants})

    def count_written(tenant: TenantRef, rows: int) -> None:
        counts.add_rows(tenant.slug, rows)
        usage.note_written(tenant.id)

    engines.on_written = count_written
    observed = {"request_counts": counts, "statements": statements, "traces": traces, "usage": usage}
    tenancy = traces.tenancy(Tenancy(engines, DB, served_levels().serves, partial(bind_quota, usage)))
    return engines, tenancy, {**observed, "identity_check": identity}
