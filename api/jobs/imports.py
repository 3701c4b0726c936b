"""ImportJobs: executes the imports of tenants, as jobs of the kind ``records.import``."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from central.errors import TenantNotFound
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.registry import Registry, TenantRef
from central.tables import TenantStatus
from central.tenancy.tenancy import Tenancy
from piccolo_engines.columns import utc_now
from tenant_schema.records.imports.service import Imports
from tenant_schema.scope import TenantScope

__all__ = ["ImportJobs"]

_KIND: Final = "records.import"
_NOT_SERVED: Final = timedelta(minutes=1)


class _Suspended(Exception):
    """The tenant is not active any more."""


class ImportJobs:
    """Turns messages about imports into jobs, and executes these."""

    def __init__(self, jobs: JobStore, registry: Registry, tenancy: Tenancy, imports: Imports) -> None:
        self._jobs = jobs
        self._registry = registry
        self._tenancy = tenancy
        self._imports = imports

    @property
    def kind(self) -> JobKind:
        """The kind of the jobs."""
        return JobKind(name=_KIND, run=self._run, is_long=True)

    async def start(self, tenant: TenantRef, _message_id: UUID, payload: dict[str, Any]) -> None:
        """Enqueue the job of an import: sends the message that was written with the import's file."""
        import_id = UUID(payload["import"])
        if await self._imports.is_begun(import_id):
            return
        new = NewJob(
            kind=_KIND,
            tenant_id=tenant.id,
            tenant_slug=tenant.slug,
            arguments={"import": str(import_id)},
            key=f"{_KIND}:{import_id}",
        )
        await self._jobs.enqueue(new)

    async def _run(self, claim: Claim) -> Outcome:
        tenant_id = claim.job.tenant_id
        assert tenant_id is not None
        try:
            tenant = await self._registry.get(tenant_id)
        except TenantNotFound:
            return Done(is_forgotten=True)
        if tenant.status is not TenantStatus.ACTIVE:
            return Later(utc_now() + _NOT_SERVED, note=f"The tenant is {tenant.status.value}.")

        async def progress(done: int, size: int) -> None:
            await claim.progress(done, size, "bytes", cursor=done)
            if (await self._registry.get(tenant_id)).status is not TenantStatus.ACTIVE:
                raise _Suspended

        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        import_id = UUID(claim.job.arguments["import"])
        try:
            async with self._tenancy.use(tenant):
                await self._imports.run(scope, import_id, claim.job.id, progress)
        except _Suspended:
            return Later(utc_now() + _NOT_SERVED, note="The tenant is not active.")
        return Done()
