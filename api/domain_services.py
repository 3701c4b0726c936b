"""The services for host names."""

from datetime import timedelta
from typing import Any

from api.jobs.domains import DomainJobs
from central.domains.lookup import DomainLookup
from central.domains.service import DomainService
from central.jobs.store import JobStore
from central.registry import Registry
from central.settings.settings import Settings

__all__ = ["domain_services"]


def domain_services(settings: Settings, registry: Registry, jobs: JobStore) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    grace = timedelta(days=settings.domain_grace_days)
    lookup = DomainLookup(settings.dns_resolvers)
    domains = DomainService(registry, lookup, settings.base_domains, grace=grace)
    return {"domains": domains, "domain_jobs": DomainJobs(domains, jobs)}
