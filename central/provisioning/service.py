"""Provisioning: creates and deletes tenants, changes database passwords, settles interrupted jobs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from central.database import CENTRAL
from central.errors import CentralError
from central.jobs.kinds import JobKind
from central.jobs.pipeline import Observer, Step, StepFailed, UndoableStep, carry_out
from central.jobs.steps import LONGEST_STEP_PAUSE, StepLog
from central.jobs.store import JobStore
from central.provisioning.deletion import DELETABLE
from central.provisioning.errors import (
    CreationFailed,
    DeletionFailed,
    OperationFailed,
    OperationRunning,
    PasswordNotChanged,
)
from central.provisioning.reconcile import Reconciliation, Report
from central.provisioning.steps import (
    Parts,
    creation,
    deletion,
    importing,
    password_change,
    read_only,
    resuming,
)
from central.provisioning.types import (
    Admin,
    Filling,
    NewTenant,
    ProvisionedTenant,
    TenantJob,
    TenantRequest,
    generate_password,
    operation_key,
)
from central.registry import TenantRef
from central.servers import DatabaseExists, Login, UserExists
from central.slugs import parse_slug
from central.tables import TenantStatus
from piccolo_engines.columns import new_id
from piccolo_engines.errors import UniqueViolation

__all__ = ["Provisioning"]

_TURNS_BETWEEN_PRUNINGS = 240

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Provisioning:
    """The operations on whole tenants.

    Each survives a crash of the process, and the cancellation of its caller.

    The caller binds ``CENTRAL`` and calls outside of any transaction.

    :param parts: the services that the steps use.
    :param faults: errors of the seed that the caller can correct, such as a weak password. They are raised
        unchanged once everything is undone, instead of :class:`~central.provisioning.errors.CreationFailed`.
    :param observer: is called around every step.
    :param jobs: has a job for each operation.
    :ivar kinds: the kinds of these jobs. Executing one settles an operation that was interrupted.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        faults: tuple[type[Exception], ...] = (),
        observer: Observer | None = None,
        jobs: JobStore | None = None,
    ) -> None:
        self._parts = parts
        self._creation = creation(parts)
        self._importing = importing(parts)
        self._deletion = deletion(parts)
        self._password_change = password_change(parts)
        self._read_only, self._resuming = read_only(parts), resuming(parts)
        self._faults = faults
        self._observer = observer
        self._jobs = jobs or JobStore()
        self._reconciliation = Reconciliation(parts, self._jobs, observer)
        self._at_work: set[asyncio.Task[Any]] = set()
        self.kinds: Sequence[JobKind] = [
            JobKind(
                name=kind,
                run=self._reconciliation.settle,
                max_attempts=None,
                longest_pause=LONGEST_STEP_PAUSE,
                is_cancellable=False,
            )
            for kind in TenantJob
        ]

    async def create(self, request: TenantRequest) -> ProvisionedTenant:
        """Create the tenant completely or not at all.

        Raises ``SlugTaken``, ``DomainTaken``, ``InvalidSlug``, ``ReservedSlug``, ``InvalidTenantName``,
        ``RegistryChanged`` and ``UnknownServer`` before anything is created; after undoing the steps
        ``DatabaseExists``, ``UserExists``, one of ``faults``, or ``CreationFailed``.
        """
        new = self._new_tenant(request)
        return await self._uninterrupted(self._create(new, TenantJob.CREATE, self._creation))

    async def create_filled(self, request: TenantRequest, filling: Filling) -> ProvisionedTenant:
        """Create a tenant with what another one had, completely or not at all. It has no new administrator.

        Raises as :meth:`create`.
        """
        new = self._new_tenant(request)
        new.filling = filling
        return await self._uninterrupted(self._create(new, TenantJob.IMPORT, self._importing))

    async def delete(self, tenant_id: UUID, *, expected: Collection[TenantStatus] = DELETABLE) -> TenantRef:
        """Delete the tenant with all its data, for ever. Returns its last state.

        Raises ``TenantNotFound``, ``WrongStatus`` for a tenant whose status is none of ``expected``,
        ``OperationRunning``, and ``DeletionFailed``.
        """
        tenant = await self._parts.registry.get(tenant_id)
        steps = self._deletion if expected is DELETABLE else deletion(self._parts, expected)
        return await self._uninterrupted(self._delete(tenant, steps))

    async def change_password(self, tenant_id: UUID, *, ends_connections: bool = False) -> Login:
        """Change the password of the tenant's database user. Returns the new login.

        Requests continue meanwhile. Open connections stay open, unless ``ends_connections``.

        Raises ``TenantNotFound``, ``WrongStatus`` for a tenant that is being created or deleted,
        ``NoDatabaseUser``, ``PasswordChanging``, and ``PasswordNotChanged``, after which reconciliation
        completes the change.
        """
        tenant = await self._parts.registry.get(tenant_id)
        return await self._uninterrupted(self._change_password(tenant, ends_connections))

    async def make_read_only(self, tenant_id: UUID) -> TenantRef:
        """Refuse everything that would change the tenant's data, from all processes. Returns its last state.

        Raises ``TenantNotFound``, ``WrongStatus`` for a tenant that is neither active nor read-only,
        ``OperationRunning``, and ``OperationFailed``, after which reconciliation completes it.
        """
        tenant = await self._parts.registry.get(tenant_id)
        return await self._uninterrupted(self._change(TenantJob.READ_ONLY, tenant, self._read_only))

    async def resume(self, tenant_id: UUID) -> TenantRef:
        """Let a read-only tenant be written again. Raises as :meth:`make_read_only`."""
        tenant = await self._parts.registry.get(tenant_id)
        return await self._uninterrupted(self._change(TenantJob.RESUME, tenant, self._resuming))

    async def reconcile(self) -> Report:
        """Undo abandoned creations and finish abandoned deletions and password changes.

        Call it at start-up; later, whoever executes jobs does the same. Any number of processes may do so at
        the same time.
        """
        return await self._uninterrupted(self._reconciliation.run())

    async def keep_up(
        self,
        every: timedelta,
        *,
        pruning: Sequence[Callable[[], Awaitable[object]]] = (),
    ) -> None:
        """Periodically drop unwanted databases of the pool, close idle and disconnected engines and, less
        often, prune.

        Runs until cancelled, in a task of its own that is started with ``CENTRAL`` bound. ``pruning`` are
        functions that delete old rows.
        """
        for turn in count():
            await asyncio.sleep(every.total_seconds())
            try:
                await self._uninterrupted(self._parts.pool.settle())
                await self._parts.engines.close_idle()
                await self._follow_disconnects()
                if turn % _TURNS_BETWEEN_PRUNINGS == 0:
                    for prune in pruning:
                        await prune()
            except Exception:  # noqa: BLE001 # the next round may succeed
                _log.exception("Upkeep failed; it will be tried again")

    async def close(self, patience: float = 30.0) -> None:
        """Wait up to ``patience`` seconds for running operations.

        The next start settles those that take longer.
        """
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=patience)

    async def _follow_disconnects(self) -> None:
        """Close the engines of tenants that another process disconnected and that had no request since."""
        engines = self._parts.engines
        for tenant in await self._parts.registry.with_ids(engines.open_tenants):
            await engines.disconnect(tenant)

    def _new_tenant(self, request: TenantRequest) -> NewTenant:
        slug = parse_slug(request.slug)
        servers = self._parts.servers
        server = servers.default if request.server is None else servers.get(request.server)
        tenant = TenantRef(
            id=new_id(),
            slug=slug,
            name=request.name,
            status=TenantStatus.PROVISIONING,
            database_server=server.name,
            db_name=servers.database_name(slug),
            primary_domain=request.domain,
            is_sandbox=request.is_sandbox,
        )
        email = request.admin_email or f"admin@{request.domain}"
        admin = self._admin(request, email)
        username, password = servers.username(slug), generate_password(32)
        return NewTenant(tenant, admin, username, password, request.at_version, plan_id=request.plan_id)

    def _admin(self, request: TenantRequest, email: str) -> Admin:
        if request.admin_password:
            return Admin(email, request.admin_password, name=request.admin_name)
        made = self._parts.pool.passwords.take()
        return Admin(email, made.password, made.started_hash(), request.admin_name)

    async def _create(
        self, new: NewTenant, kind: TenantJob, steps: Sequence[UndoableStep[NewTenant]]
    ) -> ProvisionedTenant:
        tenant, hashing = new.tenant, self._parts.seed.hashing
        if hashing is not None and new.admin.hashed is None and new.filling is None:
            new.admin = replace(new.admin, hashed=_begun(hashing(new.admin.password)))
        async with self._journaled(kind, tenant, steps) as log:
            failure = await _attempt(carry_out(steps, new, log, self._observer))
            if failure is not None:
                await self._take_back(new, log, failure)
        if self._parts.servers.get(tenant.database_server).has_users:
            return ProvisionedTenant(new.tenant, new.username, new.password, new.admin)
        return ProvisionedTenant(new.tenant, None, None, new.admin)

    async def _take_back(self, new: NewTenant, log: StepLog, failure: StepFailed) -> NoReturn:
        """Undo what the job created, and raise the error for the caller."""
        reason = failure.reason
        is_clean = await self._reconciliation.take_back(new, log, failure)
        is_refusal = failure.step == self._creation[0].name and isinstance(reason, CentralError)
        if is_clean and (is_refusal or isinstance(reason, (DatabaseExists, UserExists, *self._faults))):
            raise reason
        slug = new.tenant.slug
        _log.error("Creating the tenant %s failed: %s", slug, failure.step, exc_info=reason)
        raise CreationFailed(slug, failure.step, is_clean=is_clean) from reason

    async def _delete(self, tenant: TenantRef, steps: Sequence[Step[TenantRef]]) -> TenantRef:
        async with self._journaled(TenantJob.DELETE, tenant, steps) as log:
            failure = await _attempt(carry_out(steps, tenant, log, self._observer))
            if failure is None:
                return tenant
            if not await self._reconciliation.postpone(log, failure):  # nothing has happened
                raise failure.reason
            reason, slug = failure.reason, tenant.slug
            _log.error("Deleting the tenant %s failed: %s", slug, failure.step, exc_info=reason)
            raise DeletionFailed(slug, failure.step) from reason

    async def _change_password(self, tenant: TenantRef, ends_connections: bool) -> Login:
        async with self._journaled(TenantJob.CHANGE_PASSWORD, tenant, self._password_change) as log:
            failure = await _attempt(carry_out(self._password_change, tenant, log, self._observer))
            if failure is not None:
                if not await self._reconciliation.postpone(log, failure):  # nothing has happened
                    raise failure.reason
                reason, slug = failure.reason, tenant.slug
                _log.error("Changing the password of %s failed: %s", slug, failure.step, exc_info=reason)
                raise PasswordNotChanged(slug, failure.step) from reason
        login = await self._parts.credentials.login(tenant.id)
        assert login is not None  # stored by the last step
        if ends_connections:
            await self._parts.servers.get(tenant.database_server).end_connections(login.username)
        return login

    async def _change(
        self, kind: TenantJob, tenant: TenantRef, steps: Sequence[Step[TenantRef]]
    ) -> TenantRef:
        """Execute steps that reconciliation would finish. Of concurrent calls for a tenant one succeeds."""
        async with self._journaled(kind, tenant, steps, operation_key(tenant.id)) as log:
            failure = await _attempt(carry_out(steps, tenant, log, self._observer))
            if failure is None:
                return await self._parts.registry.get(tenant.id)
            reason, slug = failure.reason, tenant.slug
            if not await self._reconciliation.postpone(log, failure):  # nothing has happened
                raise OperationRunning(slug) if isinstance(reason, UniqueViolation) else reason
            _log.error("The operation %s on %s failed: %s", kind, slug, failure.step, exc_info=reason)
            raise OperationFailed(slug, failure.step) from reason

    @asynccontextmanager
    async def _journaled(
        self, kind: TenantJob, tenant: TenantRef, steps: Sequence[Step[Any]], key: str | None = None
    ) -> AsyncIterator[StepLog]:
        """Execute a new job inside the block. Its row is inserted with its first step."""
        claim = self._jobs.begin(kind, tenant.id, tenant.slug, total=len(steps), unit="steps", key=key)
        async with self._jobs.kept_alive(claim):
            yield StepLog(self._parts.registry, claim)

    async def _uninterrupted(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Return the result of ``work``, which continues when the caller is cancelled."""
        if CENTRAL.transaction_exists():
            work.close()
            raise RuntimeError("Provisioning uses its own transactions: call it outside of any transaction.")
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)


def _begun(work: Coroutine[Any, Any, _T]) -> "asyncio.Task[_T]":
    """Start the work in a task, whose error is lost if nobody awaits it."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


async def _attempt(work: Coroutine[Any, Any, None]) -> StepFailed | None:
    """Await the work; return its failure, if any."""
    try:
        await work
    except StepFailed as failure:
        return failure
    return None
