"""MeteringJobs: measures periodically what tenants' databases have."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from central.errors import CentralError
from central.jobs.claims import Claim
from central.jobs.kinds import JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.registry import Registry, TenantRef
from central.tenancy.tenancy import Tenancy
from central.usage.metering import (
    Measured,
    carry_over,
    changed_tenants,
    mark_changed,
    mark_unchanged,
    prune_usage,
    write_measured,
)
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.storage import database_bytes
from tenant_schema.records.writing.quotas import count_rows
from tenant_schema.scope import TenantScope
from tenant_schema.users.person_count import count_persons

__all__ = ["MeteringJobs"]

_KIND: Final = "usage.measure"
_PAUSE: Final = timedelta(minutes=15)

_log = logging.getLogger(__name__)


class MeteringJobs:
    """The job of the kind ``usage.measure``: one for the installation, which never ends.

    Each round measures the tenants whose databases have changed since they were measured, or that were not
    measured for a week. For others, whose databases are not opened, it writes what was measured on an earlier
    day.
    """

    def __init__(self, registry: Registry, tenancy: Tenancy, catalog: Catalog, jobs: JobStore) -> None:
        self._registry = registry
        self._tenancy = tenancy
        self._catalog = catalog
        self._jobs = jobs

    @property
    def kind(self) -> JobKind:
        """The kind of the job."""
        return JobKind(name=_KIND, run=self._run, max_attempts=None, is_long=True)

    async def ensure(self) -> None:
        """Enqueue the job unless it exists."""
        await self._jobs.enqueue(NewJob(kind=_KIND, key=_KIND))

    async def measure(self, tenant: TenantRef) -> Measured:
        """Measure a tenant, and write it as that of the present day. One statement for each object."""
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        await mark_unchanged(tenant.id)  # first, since it may change meanwhile
        try:
            async with self._tenancy.use(tenant):
                models = await self._catalog.all(scope)
                rows = await count_rows(list(models.values()))
                measured = Measured(rows, await database_bytes(), await count_persons(), len(models))
            await write_measured(tenant.id, tenant.slug, measured)
        except BaseException:
            with suppress(DatabaseError):
                await mark_changed([tenant.id])
            raise
        return measured

    async def _run(self, claim: Claim) -> Outcome:
        tenants = {tenant.id: tenant for tenant, _ in await self._registry.served_with_levels()}
        changed = await changed_tenants()
        unchanged = {id_: tenant.slug for id_, tenant in tenants.items() if id_ not in changed}
        due = [tenants[id_] for id_ in [*changed, *await carry_over(unchanged)] if id_ in tenants]
        for done, tenant in enumerate(due):
            await claim.progress(done, len(due), "tenants")
            try:
                await self.measure(tenant)
            except (CentralError, DatabaseError):
                _log.warning("The tenant %s could not be measured.", tenant.slug, exc_info=True)
        await prune_usage()
        return Later(utc_now() + _PAUSE)
