"""The services for host names."""

from datetime import timedelta
from typing import Any

from api.jobs.domains import DomainJobs, DomainNotices
from central.domains.lookup import DomainLookup
from central.domains.service import DomainService
from central.jobs.store import JobStore
from central.provisioning.steps import Parts
from central.settings.settings import Settings
from tenant_schema.users.mails import Mails

__all__ = ["domain_services"]


def domain_services(settings: Settings, parts: Parts, jobs: JobStore, mails: Mails) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    grace = timedelta(days=settings.domain_grace_days)
    lookup = DomainLookup(settings.dns_resolvers)
    domains = DomainService(parts.registry, lookup, settings.base_domains, grace=grace)
    notices = DomainNotices(parts.registry, parts.tenancy, mails, grace)
    return {"domains": domains, "domain_jobs": DomainJobs(domains, jobs, notices)}
