"""LifeCycle: moves tenants, restores backups in place, archives and deletes tenants, as jobs of steps."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from central.backups import rows
from central.backups.errors import BackupNotFound, DataKeyMissing, ObjectMissing, StoreRefuses
from central.errors import RegistryError, WrongStatus
from central.jobs.claims import Claim, in_short
from central.jobs.errors import JobFailed, JobInterrupted, JobLost
from central.jobs.kinds import JobKind
from central.jobs.pipeline import Observer, StepFailed, carry_out, roll_back
from central.jobs.steps import StepLog
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job, JobState, StepState
from central.lifecycle.archiving import ARCHIVED, archiving, returning
from central.lifecycle.deleting import drop_kept_database, keeping, undeleting
from central.lifecycle.errors import (
    AlreadyThere,
    ArchivePending,
    ContentsRefused,
    KeptDatabaseNotFound,
    LifeCycleError,
)
from central.lifecycle.replacement import (
    SWITCH,
    LifeCycleParts,
    Replacement,
    moving,
    restoring,
    switching_back,
)
from central.lifecycle.taking_back import take_back, taking_back
from central.provisioning.errors import OperationRunning, PasswordChanging
from central.provisioning.types import KEEP, operation_key
from central.registry import TenantRef
from central.registry.deletions import Deletion, NamesTaken, deletion_of, free_for, free_names
from central.registry.tables import KeptDatabase, KeptState
from central.servers import UnknownServer
from central.tables import Tenant, TenantStatus
from piccolo_engines.columns import utc_now

__all__ = ["KeptRecord", "LifeCycle", "LifeCycleJob"]

_ATTEMPTS: Final = 4
"""How often an operation is tried before it is undone. Nothing can be written meanwhile."""
_WAITS: Final = 12
"""How often it is looked whether a tenant's last backup is proven: for about half an hour."""
_LONGEST_PAUSE: Final = timedelta(seconds=30)
_LOST: Final = (BackupNotFound, DataKeyMissing, ObjectMissing, StoreRefuses)
_FINAL: Final = (RegistryError, UnknownServer, LifeCycleError, *_LOST)
"""Errors that repeating does not change."""
_UNDOING: Final = frozenset({StepState.UNDOING, StepState.UNDONE})
_log = logging.getLogger(__name__)
_row = KeptDatabase


class LifeCycleJob(StrEnum):
    """The kinds of jobs that replace a tenant's database."""

    MOVE = "tenant.move"
    RESTORE = "tenant.restore"
    PUT_BACK = "tenant.put-back"
    SWITCH_BACK = "tenant.switch-back"
    ARCHIVE = "tenant.archive"
    RETURN = "tenant.return"
    KEEP = KEEP
    UNDELETE = "tenant.undelete"
    TAKE_BACK = "tenant.take-back"


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A database that a tenant had. ``kept_until`` is when it is dropped."""

    id: UUID
    database_server: str
    db_name: str
    kept_until: datetime
    created_at: datetime


class LifeCycle:
    """Replaces tenants' databases. The caller binds ``CENTRAL``.

    :param observer: is called around every step.
    :param faults: errors of contents that cannot be loaded. Repeating does not change them, and their
        messages may be shown.
    :ivar kinds: the kinds of jobs.
    """

    def __init__(
        self,
        lifecycle: LifeCycleParts,
        jobs: JobStore,
        observer: Observer | None = None,
        faults: tuple[type[Exception], ...] = (),
    ) -> None:
        self._faults = faults
        self._parts = lifecycle.parts
        self._jobs = jobs
        self._observer = observer
        self._steps: Mapping[str, Any] = {
            LifeCycleJob.MOVE: moving(lifecycle),
            LifeCycleJob.RESTORE: restoring(lifecycle),
            LifeCycleJob.PUT_BACK: restoring(lifecycle, or_read_only=True),
            LifeCycleJob.SWITCH_BACK: switching_back(lifecycle),
            LifeCycleJob.ARCHIVE: archiving(lifecycle),
            LifeCycleJob.RETURN: returning(lifecycle),
            LifeCycleJob.KEEP: keeping(lifecycle),
            LifeCycleJob.UNDELETE: undeleting(lifecycle),
            LifeCycleJob.TAKE_BACK: taking_back(lifecycle),
        }
        self._backups = lifecycle.backups
        self._keep_deleted_for = lifecycle.keep_deleted_for
        self.kinds: Sequence[JobKind] = [
            JobKind(
                name=kind,
                run=self.run,
                max_attempts=None,
                longest_pause=_LONGEST_PAUSE,
                is_cancellable=False,
                is_long=True,
            )
            for kind in LifeCycleJob
        ]

    async def move(self, tenant_id: UUID, server: str) -> UUID:
        """Enqueue that the tenant's database is moved to another server. Returns the job's id.

        Reads go on; nothing can be written from the beginning to the end. The former database is kept.

        Raises ``TenantNotFound``, ``WrongStatus`` for a tenant that is not active, ``UnknownServer``,
        ``AlreadyThere`` and ``OperationRunning``.
        """
        tenant = await self._active(tenant_id)
        if self._parts.servers.get(server).name == tenant.database_server:
            raise AlreadyThere(tenant.slug, server)
        return await self._enqueue(LifeCycleJob.MOVE, tenant, {"to": server})

    async def restore(self, tenant_id: UUID, backup: UUID) -> UUID:
        """Enqueue that a backup takes the place of the tenant's database, on the same server.

        The tenant is served while it is loaded. Raises as :meth:`move`, ``BackupNotFound`` also for another
        tenant's, and ``BackupsNotConfigured``.
        """
        tenant = await self._active(tenant_id)
        _ = self._backups.parts.required_store
        await self._backups.get(backup, tenant_id)
        arguments = {"to": tenant.database_server, "backup": str(backup)}
        return await self._enqueue(LifeCycleJob.RESTORE, tenant, arguments)

    async def put_back(self, tenant_id: UUID, backup: UUID, level: str) -> UUID:
        """Enqueue that a backup takes the place of a database whose migration failed, as it was.

        No migration is run. The tenant is active afterwards, also if it is read-only. Raises as
        :meth:`restore`.

        :param level: that its database had when it was backed up.
        """
        tenant = await self._with_status(tenant_id, TenantStatus.ACTIVE, TenantStatus.READ_ONLY)
        arguments = {"to": tenant.database_server, "backup": str(backup), "level": level}
        return await self._enqueue(LifeCycleJob.PUT_BACK, tenant, arguments)

    async def switch_back(self, tenant_id: UUID, kept: UUID) -> UUID:
        """Enqueue that a kept database takes its place again. What was written since is kept in turn.

        Raises as :meth:`move`, and :class:`~central.lifecycle.errors.KeptDatabaseNotFound`.
        """
        tenant = await self._active(tenant_id)
        if kept not in {one.id for one in await self.kept(tenant_id)}:
            raise KeptDatabaseNotFound(kept)
        return await self._enqueue(LifeCycleJob.SWITCH_BACK, tenant, {"kept": str(kept)})

    async def archive(self, tenant_id: UUID) -> UUID:
        """Enqueue that the tenant is archived: a proven backup is kept, and its database dropped.

        Raises as :meth:`move`, also for a read-only tenant, and ``BackupsNotConfigured``.
        """
        tenant = await self._with_status(tenant_id, TenantStatus.ACTIVE)
        _ = self._backups.parts.required_store
        return await self._enqueue(LifeCycleJob.ARCHIVE, tenant, {})

    async def bring_back(self, tenant_id: UUID) -> UUID:
        """Enqueue that an archived tenant is served again, from its last proven backup.

        Raises as :meth:`move`, and ``BackupNotFound`` if there is no proven backup any more.
        """
        tenant = await self._with_status(tenant_id, TenantStatus.ARCHIVED)
        last = await rows.latest_proven(tenant_id)
        if last is None:
            raise BackupNotFound(tenant.slug)
        arguments = {"to": tenant.database_server, "backup": str(last.id)}
        return await self._enqueue(LifeCycleJob.RETURN, tenant, arguments)

    @property
    def keeps_deleted(self) -> bool:
        """Whether deleted tenants can be brought back for a while."""
        return self._backups.is_configured and self._keep_deleted_for > timedelta(0)

    async def delete(self, tenant_id: UUID) -> Deletion:
        """Delete the tenant for a while: its slug and host names are free, and its archive is kept.

        One transaction, or part of the present one. A job proves the archive, and drops the database.
        Deleting a deleted tenant changes nothing. Raises ``TenantNotFound``, ``WrongStatus``,
        ``OperationRunning``, ``PasswordChanging`` and ``BackupsNotConfigured``.
        """
        _ = self._backups.parts.required_store
        found = await deletion_of(tenant_id)
        if found is not None:
            return found
        async with self._parts.registry.changing():
            tenant = await self._parts.registry.get(tenant_id)
            await self._require_no_operation(tenant)
            if await self._parts.credentials.is_changing(tenant_id):
                raise PasswordChanging(tenant.slug)
            found = await free_names(tenant_id, utc_now() + self._keep_deleted_for)
            await self._parts.registry.disconnect(tenant_id, force=True, expected=(TenantStatus.DELETED,))
            await self._enqueue(LifeCycleJob.KEEP, tenant, {})
        return found

    async def undelete(
        self,
        tenant_id: UUID,
        *,
        backup: UUID | None = None,
        slug: str | None = None,
        domain: str | None = None,
    ) -> tuple[UUID, NamesTaken]:
        """Enqueue that a deleted tenant comes back from its archive. Returns the job's id and its names.

        While its database is still there, the deletion is taken back instead: its names lead to it when this
        returns, and it can be read. Raises as :meth:`bring_back`, ``SlugTaken``, and ``DomainTaken`` for its
        primary host name.

        :param backup: of this tenant; by default the last proven one.
        :param slug: another slug than that which it had.
        :param domain: another primary host name.
        """
        enqueue = partial(self._enqueue, LifeCycleJob.TAKE_BACK)
        if not backup and (taken := await take_back(self._parts, tenant_id, slug, domain, enqueue)):
            return taken
        tenant = await self._with_status(tenant_id, TenantStatus.DELETED)
        deletion, last = await deletion_of(tenant_id), await rows.latest_proven(tenant_id)
        if backup is not None:
            last = await self._backups.get(backup, tenant_id)
        if deletion is None or last is None:
            raise BackupNotFound(tenant.slug)
        names = await free_for(deletion, slug, domain)
        arguments = {"to": tenant.database_server, "backup": str(last.id)}
        arguments |= {"slug": names.slug, "domain": names.primary}
        if deletion.former_status is TenantStatus.SUSPENDED:
            arguments["servesAs"] = TenantStatus.SUSPENDED.value
        return await self._enqueue(LifeCycleJob.UNDELETE, tenant, arguments), names

    async def kept(self, tenant_id: UUID) -> list[KeptRecord]:
        """Return the tenant's kept databases, the newest first."""
        mine = (_row.tenant_id == tenant_id) & (_row.state == KeptState.KEPT)
        found = await _row.select().where(mine).order_by(_row.updated_at, ascending=False)
        return [
            KeptRecord(
                row["id"], row["database_server"], row["db_name"], row["kept_until"], row["updated_at"]
            )
            for row in found
        ]

    async def drop_kept(self, tenant_id: UUID, kept: UUID) -> None:
        """Drop a kept database now. Raises :class:`~central.lifecycle.errors.KeptDatabaseNotFound`."""
        is_it = (_row.id == kept) & (_row.tenant_id == tenant_id) & (_row.state == KeptState.KEPT)
        row = await _row.select().where(is_it).first()
        if row is None:
            raise KeptDatabaseNotFound(kept)
        await drop_kept_database(self._parts.servers, row)

    async def drop_expired(self) -> int:
        """Drop the kept databases whose time is over, or whose tenant is deleted. Returns their number."""
        is_over = (_row.kept_until < utc_now()) | _row.tenant_id.not_in(Tenant.select(Tenant.id))
        found = await _row.select().where(_row.state == KeptState.KEPT, is_over)
        for row in found:
            await drop_kept_database(self._parts.servers, row)
        return len(found)

    async def run(self, claim: Claim) -> None:
        """Execute a job: finish its steps, or undo them when they have failed too often."""
        log = StepLog(self._parts.registry, claim)
        await log.reload()
        subject, steps = await self._subject(claim), self._steps[claim.job.kind]
        if claim.job.kind == KEEP and subject.tenant.status is not TenantStatus.DELETED:
            await claim.cancel()  # the deletion was taken back
            return
        if _UNDOING & set(log.states.values()):
            await self._undo(steps, subject, log)
            return
        try:
            await carry_out(steps, subject, log, self._observer)
        except StepFailed as failure:
            await self._after_failure(steps, subject, log, failure)

    async def _after_failure(
        self, steps: Any, subject: Replacement, log: StepLog, failure: StepFailed
    ) -> None:
        """Leave the job to a later attempt, or undo it. From the switch on it is never undone."""
        _log.error("%s: %s failed", log.claim.job, failure.step, exc_info=failure.reason)
        await log.reload()
        if isinstance(failure.reason, JobLost | JobInterrupted):
            raise failure.reason
        if log.claim.job.kind in (KEEP, LifeCycleJob.TAKE_BACK):
            await self._keep_trying(log, failure)
            return
        reason = failure.reason
        if isinstance(reason, self._faults):
            reason = ContentsRefused(str(reason))
        is_final = isinstance(reason, _FINAL) and not isinstance(reason, ArchivePending)
        most = _WAITS if isinstance(reason, ArchivePending) else _ATTEMPTS
        is_over = is_final or log.claim.job.attempts >= most
        if log.is_done(SWITCH) or log.is_done(ARCHIVED) or (log.states and not is_over):
            await log.give_up(failure.step, reason)
            return
        if not log.states:  # nothing has happened
            raise JobFailed(in_short(reason)) from reason
        await log.fail(failure.step, reason)
        await self._undo(steps, subject, log)

    async def _keep_trying(self, log: StepLog, failure: StepFailed) -> None:
        """Leave the job to a later attempt: the database stays until its archive is proven, or is served."""
        if not log.states:
            raise failure.reason
        await log.give_up(failure.step, failure.reason)

    async def _undo(self, steps: Any, subject: Replacement, log: StepLog) -> None:
        try:
            await roll_back(steps, subject, log, self._observer)
        except StepFailed as failure:
            _log.error("Undoing %s: %s failed", log.claim.job, failure.step, exc_info=failure.reason)
            await log.reload()
            await log.give_up(failure.step, failure.reason)

    async def _subject(self, claim: Claim) -> Replacement:
        job, arguments = claim.job, claim.job.arguments
        assert job.tenant_id is not None
        tenant = await self._parts.registry.get(job.tenant_id)

        async def report(rows: int, of: int | None) -> None:
            await claim.progress(rows, of, "rows")

        backup = arguments.get("backup")
        return Replacement(
            id=UUID(arguments["kept"]) if "kept" in arguments else job.id,
            job_id=job.id,
            tenant=tenant,
            server=arguments.get("to", tenant.database_server),
            backup=None if backup is None else UUID(backup),
            level=arguments.get("level"),
            report=report,
            slug=arguments.get("slug"),
            domain=arguments.get("domain"),
            serves_as=TenantStatus(arguments.get("servesAs", TenantStatus.ACTIVE)),
        )

    async def _active(self, tenant_id: UUID) -> TenantRef:
        return await self._with_status(tenant_id, TenantStatus.ACTIVE)

    async def _with_status(self, tenant_id: UUID, *statuses: TenantStatus) -> TenantRef:
        tenant = await self._parts.registry.get(tenant_id)
        await self._require_no_operation(tenant)
        if tenant.status not in statuses:
            raise WrongStatus(tenant.status)
        return tenant

    async def _require_no_operation(self, tenant: TenantRef) -> None:
        is_open = (Job.unique_key == operation_key(tenant.id)) & (Job.state != JobState.FAILED)
        if await Job.exists().where(is_open):
            raise OperationRunning(tenant.slug)

    async def _enqueue(self, kind: LifeCycleJob, tenant: TenantRef, arguments: Mapping[str, str]) -> UUID:
        """Enqueue the job. One that has failed had changed nothing: it gives its key to this one."""
        has_failed = (Job.unique_key == operation_key(tenant.id)) & (Job.state == JobState.FAILED)
        await Job.update({Job.unique_key: None}).where(has_failed)
        new = NewJob(
            kind=kind,
            tenant_id=tenant.id,
            tenant_slug=tenant.slug,
            arguments=arguments,
            key=operation_key(tenant.id),
        )
        id_ = await self._jobs.enqueue(new)
        row = await Job.select(Job.kind, Job.arguments).where(Job.id == id_).first()
        if row is None or row["kind"] != kind:
            raise OperationRunning(tenant.slug)
        return id_
