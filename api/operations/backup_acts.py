"""BackupActs: what operators do with backups, recorded in the audit trail. The caller binds ``CENTRAL``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from msgspec import UnsetType

from api.composition import Platform
from api.schemas.backups import (
    BackupList,
    BackupPlanChanges,
    BackupPlanResponse,
    BackupResponse,
)
from central.backups.service import Backups
from central.database import CENTRAL
from central.operators import audit
from central.operators.audit import Actor
from central.registry import TenantRef
from central.retention import Retention
from central.schedules import Schedule
from tenant_schema.problems import InvalidInput, Problem

__all__ = ["BackupActs"]

_Value = TypeVar("_Value")
_MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class BackupActs:
    """The operations, for REST, the command line and the operators' admin."""

    platform: Platform
    actor: Actor

    async def list(self, tenant_id: UUID) -> BackupList:
        """Return the stored backups of a tenant, at most 1,000. Raises ``TenantNotFound``."""
        await self.platform.registry.get(tenant_id)
        found = await self._backups.list(tenant_id, _MOST_LISTED)
        shown = [BackupResponse.of(one, is_proven=self._backups.is_proven(one)) for one in found]
        return BackupList(shown, BackupPlanResponse.of(await self._backups.plan(tenant_id)))

    async def take(self, tenant_id: UUID) -> UUID:
        """Enqueue a backup and return the id of its job.

        Raises ``TenantNotFound``, ``BackupsNotConfigured`` and ``NothingToBackUp``.
        """
        tenant = await self.platform.registry.get(tenant_id)
        async with CENTRAL.transaction():
            job = await self._backups.request(tenant)
            await self._record("backup.take", tenant, job=str(job))
        self.platform.jobs.wake()
        return job

    async def verify(self, tenant_id: UUID, backup_id: UUID) -> UUID:
        """Enqueue that a backup is proved again and return the id of the job.

        Raises ``TenantNotFound``, ``BackupsNotConfigured`` and ``BackupNotFound``.
        """
        tenant = await self.platform.registry.get(tenant_id)
        backup = await self._backups.get(backup_id, tenant_id)
        async with CENTRAL.transaction():
            job = await self._backups.request_proof(backup)
            await self._record("backup.prove", tenant, backup=str(backup_id), job=str(job))
        self.platform.jobs.wake()
        return job

    async def prune(self, tenant: TenantRef) -> int:
        """Delete the backups that are not kept. Returns how many. Raises ``StoreError``."""
        deleted = await self._backups.prune(tenant.id)
        if deleted:
            await self._record("backup.prune", tenant, deleted=deleted)
        return deleted

    async def change_plan(self, tenant_id: UUID, changes: BackupPlanChanges) -> BackupPlanResponse:
        """Change when a tenant is backed up and what is kept.

        Raises ``TenantNotFound``, and :class:`~tenant_schema.problems.InvalidInput`.
        """
        tenant = await self.platform.registry.get(tenant_id)
        plan = await self._backups.plan(tenant_id)
        schedule, keep, problems = plan.own_schedule, plan.own_keep, list[Problem]()
        if not isinstance(changes.schedule, UnsetType):
            schedule = _parsed("schedule", changes.schedule, Schedule.parse, problems)
        if not isinstance(changes.keep, UnsetType):
            keep = _parsed("keep", changes.keep, Retention.parse, problems)
        if problems:
            raise InvalidInput(problems)
        async with CENTRAL.transaction():
            await self._backups.set_plan(tenant_id, schedule, keep)
            text = {"schedule": schedule and schedule.text, "keep": keep and str(keep)}
            await self._record("backup.plan", tenant, **text)
        return BackupPlanResponse.of(await self._backups.plan(tenant_id))

    @property
    def _backups(self) -> Backups:
        return self.platform.backups

    async def _record(self, action: str, tenant: TenantRef, **detail: object) -> None:
        await audit.record(
            self.actor, action, tenant_id=tenant.id, tenant_slug=tenant.slug, detail=dict(detail)
        )


def _parsed(
    field: str, text: str | None, parse: Callable[[str], _Value], problems: list[Problem]
) -> _Value | None:
    try:
        return None if text is None else parse(text)
    except ValueError as error:
        message = str(error)
        problems.append(Problem(field, "invalid", message[:1].upper() + message[1:]))
        return None
