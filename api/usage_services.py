"""The services of plans, and of what tenants use of them."""

from contextlib import AbstractContextManager
from typing import Any

from api.jobs.metering import MeteringJobs
from central.jobs.store import JobStore
from central.provisioning.steps import Parts
from central.registry import TenantRef
from central.usage.plans import Plans
from central.usage.service import TenantUsage
from piccolo_engines.bindings import Binding
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.quota import QUOTA

__all__ = ["bind_quota", "usage_services"]


def usage_services(parts: Parts, catalog: Catalog, jobs: JobStore) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    return {
        "plans": Plans(parts.registry),
        "metering_jobs": MeteringJobs(parts.registry, parts.tenancy, catalog, jobs),
    }


def bind_quota(usage: TenantUsage, tenant: TenantRef) -> AbstractContextManager[None] | None:
    """Bind what the tenant's plan lets it store; None without a plan, unless another tenant's is bound."""
    quota = usage.quota_of(tenant)
    return None if quota is None and QUOTA.get() is None else Binding(QUOTA, quota)
