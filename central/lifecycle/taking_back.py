"""Taking a deletion back while the tenant's database is still there: it is the database that is served again.

One transaction gives the tenant its names back and ends the deletion. Then a job: stop keeping · remove fence
· unmark in store · follow back · serve. Until it is done, the tenant is read-only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from central.jobs.claims import NEVER_LEASED
from central.jobs.pipeline import Repeated, UndoableStep
from central.jobs.tables import Job, JobState
from central.lifecycle.archiving import FollowBack
from central.lifecycle.deleting import ServeAgain, UnmarkInStore
from central.lifecycle.errors import ArchivePending
from central.lifecycle.replacement import LifeCycleParts, Replacement
from central.provisioning.steps import Parts
from central.provisioning.types import KEEP
from central.registry import TenantRef
from central.registry.deletions import NamesTaken, deletion_of, take_names, undo_deletion
from central.tables import TenantStatus
from piccolo_engines.columns import new_id, utc_now

__all__ = ["RemoveFormerFence", "StopKeeping", "take_back", "taking_back"]

_PATIENCE: Final = 10.0
_PAUSE: Final = 0.1
_DELETED: Final = (TenantStatus.DELETED,)


_Enqueue = Callable[[TenantRef, Mapping[str, str]], Awaitable[UUID]]


async def take_back(
    parts: Parts, tenant_id: UUID, slug: str | None, domain: str | None, enqueue: _Enqueue
) -> tuple[UUID, NamesTaken] | None:
    """Take a deletion back in one transaction. Returns the job's id and the names, or None if the tenant has
    no database any more, or is not deleted.

    From the commit on, the job that keeps the archive cannot forget the database: that step expects a deleted
    tenant. Raises ``TenantNotFound``, ``SlugTaken`` and ``DomainTaken``.

    :param enqueue: enqueues the job of :func:`taking_back`.
    """
    registry = parts.registry
    tenant = await registry.get(tenant_id)
    server = parts.servers.get(tenant.database_server)
    if tenant.status is not TenantStatus.DELETED or not await server.database_exists(tenant.db_name):
        return None
    async with registry.changing():
        await registry.hold(tenant_id, expected=_DELETED)  # first: what is read behind it is as it is now
        deletion = await deletion_of(tenant_id)
        if deletion is None or not deletion.has_database:
            return None
        names = await take_names(registry.seals, tenant_id, slug, domain)
        waiting = deletion.former_status
        if waiting is TenantStatus.ACTIVE:
            waiting = TenantStatus.READ_ONLY
        tenant = await registry.set_status(tenant_id, waiting, expected=_DELETED, level=None)
        await undo_deletion(tenant_id)
        await Job.update({Job.unique_key: None}).where(Job.tenant_id == tenant_id, Job.kind == KEEP)
        return await enqueue(tenant, {"servesAs": deletion.former_status.value}), names


@dataclass(frozen=True)
class StopKeeping(Repeated):
    """Cancel the job that keeps the archive. An attempt that is being executed ends at its next step."""

    name = "stop keeping"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        for _ in range(int(_PATIENCE / _PAUSE)):
            if await self._is_stopped(subject.tenant):
                return
            await asyncio.sleep(_PAUSE)
        raise ArchivePending(subject.tenant.slug)

    async def _is_stopped(self, tenant: TenantRef) -> bool:
        open_ = Job.state.is_in([JobState.WAITING, JobState.RUNNING])
        is_its = (Job.tenant_id == tenant.id) & (Job.kind == KEEP) & open_
        is_idle = (Job.state == JobState.WAITING) | (Job.leased_until <= utc_now())
        ended: dict[Any, Any] = {
            Job.state: JobState.CANCELLED,
            Job.due_at: None,
            Job.claim: new_id(),
            Job.leased_until: NEVER_LEASED,
        }
        await Job.update(ended).where(is_its, is_idle)
        return not await Job.exists().where(is_its)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("Taking a deletion back is finished, not undone.")


@dataclass(frozen=True)
class RemoveFormerFence(Repeated):
    """Admit writes to the database again, unless the tenant was read-only before."""

    lifecycle: LifeCycleParts
    name = "remove fence"
    is_central = False

    async def do(self, subject: Replacement) -> None:
        fences = self.lifecycle.parts.fences
        if subject.serves_as is TenantStatus.READ_ONLY:
            await fences.build(subject.tenant)
        else:
            await fences.remove(subject.tenant)

    async def undo(self, _subject: object) -> None:
        raise AssertionError("Taking a deletion back is finished, not undone.")


def taking_back(lifecycle: LifeCycleParts) -> Sequence[UndoableStep[Replacement]]:
    """Return the steps behind :func:`take_back`."""
    return (
        StopKeeping(),
        RemoveFormerFence(lifecycle),
        UnmarkInStore(lifecycle),
        FollowBack(lifecycle),
        ServeAgain(lifecycle),
    )
