"""ServerEmptying: moves all tenants of one database server to others, as a job that begins their moves."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from central.errors import CentralError, TenantNotFound
from central.jobs.claims import Claim, in_short
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import JobStore, NewJob
from central.jobs.tables import Job, JobState
from central.lifecycle.service import LifeCycle, LifeCycleJob
from central.operators import audit
from central.operators.audit import Actor
from central.provisioning.errors import OperationRunning
from central.registry import Registry
from central.servers.placement import Placement
from central.tables import Tenant, TenantStatus
from central.upgrades.holds import operation_on
from piccolo_engines.columns import utc_now

__all__ = ["Emptied", "ServerEmptying"]

_KIND: Final = "server.empty"
_ACTOR: Final = Actor("jobs")
_LOOKED_EVERY: Final = timedelta(seconds=0.5)
_NOWHERE: Final = "No other server gets new tenants."
_OPEN: Final = (JobState.WAITING, JobState.RUNNING)


class Emptied(msgspec.Struct, rename="camel"):
    """What became of the tenants: by slug, the server that each is on now, or why it was not moved."""

    server: str
    moved: dict[str, str] = {}
    failures: dict[str, str] = {}


class _Cursor(Emptied, rename="camel"):
    """Where the next attempt continues. ``moving`` has the tenant's id and the server by its move's job."""

    waiting: list[UUID] = []
    moving: dict[str, tuple[UUID, str]] = {}


class ServerEmptying:
    """The jobs of the kind ``server.empty``, of which each server has one. The caller binds ``CENTRAL``.

    Each move is a job of its own. Tenants that cannot be moved are left where they are.
    """

    def __init__(
        self, registry: Registry, placement: Placement, life_cycle: LifeCycle, jobs: JobStore
    ) -> None:
        self._registry = registry
        self._placement = placement
        self._life_cycle = life_cycle
        self._jobs = jobs

    @property
    def kind(self) -> JobKind:
        """The kind of the jobs. A cancelled one begins with no further tenant."""
        return JobKind(name=_KIND, run=self._run, max_attempts=None)

    async def is_possible(self, server: str) -> bool:
        """Whether the server has no tenants, or another one gets new ones. Raises ``NoServerHasRoom``."""
        return not await self._tenants(server) or await self._placement.choose() != server

    async def begin(self, server: str, to: str | None, parallel: int) -> UUID:
        """Enqueue the job. Returns its id: that of the one that has not ended, if there is one.

        :param to: where the tenants are moved; None for where new ones would be created.
        :param parallel: how many are moved at a time.
        """
        arguments = {"server": server, "to": to, "parallel": parallel}
        return await self._jobs.enqueue(NewJob(kind=_KIND, arguments=arguments, key=f"{_KIND}:{server}"))

    def wake(self) -> None:
        """Look for the job in this process, once the transaction around :meth:`begin` is committed."""
        self._jobs.wake()

    async def _run(self, claim: Claim) -> Outcome:
        given = claim.job.arguments
        if claim.job.cursor is None:
            state = _Cursor(given["server"], waiting=await self._tenants(given["server"]))
        else:
            state = msgspec.convert(claim.job.cursor, _Cursor)
        total = sum(len(one) for one in (state.waiting, state.moving, state.moved, state.failures))
        for job_id in list(state.moving):
            await self._look_at(state, job_id)
        while state.waiting and len(state.moving) < given["parallel"]:
            await self._move(state, state.waiting.pop(0), given["to"])
        done, cursor = len(state.moved) + len(state.failures), msgspec.to_builtins(state)
        await claim.progress(done, total, "tenants", cursor=cursor)
        if state.waiting or state.moving:
            return Later(utc_now() + _LOOKED_EVERY, cursor)
        return Done(msgspec.to_builtins(Emptied(state.server, state.moved, state.failures)))

    async def _move(self, state: _Cursor, tenant_id: UUID, to: str | None) -> None:
        """Begin the tenant's move, or find the one that an interrupted attempt has begun."""
        try:
            tenant = await self._registry.get(tenant_id)
        except TenantNotFound as error:
            state.failures[str(tenant_id)] = str(error)
            return
        if tenant.database_server != state.server:
            state.moved[tenant.slug] = tenant.database_server
            return
        try:
            server = to or await self._placement.choose()
            if server == state.server:
                state.failures[tenant.slug] = _NOWHERE
                return
            job_id = await self._life_cycle.move(tenant_id, server)
            detail = {"to": server, "job": str(job_id)}
            await audit.record(
                _ACTOR, "tenant.move", tenant_id=tenant_id, tenant_slug=tenant.slug, detail=detail
            )
        except OperationRunning as error:
            operation = await operation_on(tenant_id)
            if operation is None or operation.kind != LifeCycleJob.MOVE:
                state.failures[tenant.slug] = str(error)
                return
            job_id, server = operation.id, str(operation.arguments["to"])
        except CentralError as error:
            state.failures[tenant.slug] = str(error)
            return
        state.moving[str(job_id)] = (tenant_id, server)

    async def _look_at(self, state: _Cursor, job_id: str) -> None:
        """Note how a move has ended, if it has."""
        row: dict[str, Any] | None = await Job.select().where(Job.id == UUID(job_id)).first()
        if row is not None and row["state"] in _OPEN:
            return
        tenant_id, server = state.moving.pop(job_id)
        try:
            slug = (await self._registry.get(tenant_id)).slug
        except CentralError as error:  # it was deleted
            state.failures[str(tenant_id)] = in_short(error)
            return
        if row is not None and row["state"] == JobState.DONE:
            state.moved[slug] = server
        else:
            state.failures[slug] = "The job is gone." if row is None else row["error"] or row["state"]

    async def _tenants(self, server: str) -> list[UUID]:
        is_here = (Tenant.database_server == server) & (Tenant.status != TenantStatus.DELETED)
        return [row["id"] for row in await Tenant.select(Tenant.id).where(is_here).order_by(Tenant.id)]
