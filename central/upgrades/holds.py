"""TenantHolds: an upgrade holds a tenant's operation key, so that no other operation on it begins meanwhile.

A hold is a job of the kind ``tenant.upgrade`` that this process executes at once. That of a process which has
died is taken over by the next upgrade of the tenant, or given back by whoever executes jobs.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.records import JobRecord
from central.jobs.store import JobStore
from central.jobs.tables import Job, JobState
from central.provisioning.errors import OperationRunning
from central.provisioning.types import operation_key
from central.registry import Registry, TenantRef
from central.tables import WITH_DATABASE
from central.upgrades import rows
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import UniqueViolation

__all__ = ["LOOKED_AT_AGAIN", "TenantHolds", "is_being_upgraded", "operation_on"]

LOOKED_AT_AGAIN: Final = timedelta(minutes=1)
"""After so long it is checked whether an upgrade that has stopped a tenant's writes still goes on with it."""
_UPGRADE: Final = "tenant.upgrade"
_HELD_BACK: Final = "An upgrade has stopped its writes, and goes on with it."


@dataclass(frozen=True, slots=True)
class TenantHolds:
    """Takes and gives back the operation keys of tenants. The caller binds ``CENTRAL``."""

    registry: Registry
    jobs: JobStore

    @property
    def kind(self) -> JobKind:
        """The kind of the job. Executing one gives the key of a process that died back."""
        return JobKind(name=_UPGRADE, run=self._run, max_attempts=None, is_cancellable=False)

    @asynccontextmanager
    async def held(
        self, tenant_id: UUID, *, is_held_back: bool = False
    ) -> AsyncIterator[tuple[Claim, TenantRef]]:
        """Hold the tenant inside the block, which gets the claim that has the key, and the tenant as it is.

        A claim that the block leaves open is forgotten. Raises ``TenantNotFound``, ``WrongStatus`` for a
        tenant without a database, and ``OperationRunning``.

        :param is_held_back: whether the caller is the upgrade that has stopped the tenant's writes.
        """
        tenant = await self.registry.get(tenant_id)
        key = operation_key(tenant_id)
        claim = self.jobs.begin(_UPGRADE, tenant_id, tenant.slug, total=None, unit="", key=key)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.jobs.kept_alive(claim))
            try:
                tenant = await self._insert(claim, tenant_id)
            except UniqueViolation:
                claim = await self._take_over(tenant, is_held_back)
                await stack.enter_async_context(self.jobs.kept_alive(claim))
            try:
                yield claim, tenant
            finally:
                if claim.is_open:
                    await claim.forget()

    async def _insert(self, claim: Claim, tenant_id: UUID) -> TenantRef:
        """Insert the job, and so take the key. Raises ``UniqueViolation`` while another job has it."""
        async with CENTRAL.transaction():
            await self.registry.hold(tenant_id, expected=WITH_DATABASE)
            has_failed = (Job.unique_key == operation_key(tenant_id)) & (Job.state == JobState.FAILED)
            await Job.update({Job.unique_key: None}).where(has_failed)  # it had changed nothing
            await claim.insert()
            return await self.registry.get(tenant_id)

    async def give_back(self, tenant_id: UUID) -> None:
        """Give back the key of an upgrade that does not go on."""
        job = await operation_on(tenant_id)
        if job is not None and self._is_free(job, is_held_back=True):
            claim = await self.jobs.claim(job)
            if claim is not None:
                await claim.forget()

    async def _take_over(self, tenant: TenantRef, is_held_back: bool) -> Claim:
        job = await operation_on(tenant.id)
        claim = None
        if job is not None and self._is_free(job, is_held_back):
            claim = await self.jobs.claim(job)
        if claim is None:
            raise OperationRunning(tenant.slug)
        return claim

    def _is_free(self, job: JobRecord, is_held_back: bool) -> bool:
        if job.kind != _UPGRADE:
            return False
        return is_held_back if job.state is JobState.WAITING else self.jobs.is_abandoned(job)

    @staticmethod
    async def _run(claim: Claim) -> Outcome:
        tenant_id = claim.job.tenant_id
        assert tenant_id is not None
        if await rows.stops_writes_of(tenant_id):
            return Later(utc_now() + LOOKED_AT_AGAIN, note=_HELD_BACK)
        return Done(is_forgotten=True)


async def is_being_upgraded(tenant_id: UUID) -> bool:
    """Whether an upgrade holds the tenant."""
    operation = await operation_on(tenant_id)
    return operation is not None and operation.kind == _UPGRADE


async def operation_on(tenant_id: UUID) -> JobRecord | None:
    """Return the unfinished operation on the tenant that has not failed."""
    key = Job.unique_key == operation_key(tenant_id)
    row: dict[str, Any] | None = await Job.select().where(key, Job.state != JobState.FAILED).first()
    return None if row is None else JobRecord.of(row)
