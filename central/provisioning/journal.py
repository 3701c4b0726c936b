"""Journal: the runs of all processes, and which of them this process may take over."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from central.provisioning.errors import RunLost
from central.provisioning.owner import Owner
from central.provisioning.run import Run
from central.registry import Registry
from central.tables import ProvisioningRun, RunOperation, RunState
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["HEARTBEAT", "STALE_AFTER", "Journal", "OpenRun"]

HEARTBEAT = timedelta(seconds=5)
"""How often a process renews the heartbeat of a run."""

STALE_AFTER = timedelta(seconds=30)
"""The age of a heartbeat after which another process takes the run over in any case."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenRun:
    """An unfinished run, as recorded in the journal."""

    id: UUID
    tenant_id: UUID
    slug: str
    operation: RunOperation
    state: RunState
    owner: str
    heartbeat_at: datetime


class Journal:
    """The runs of all processes, as seen by this one. The caller binds ``CENTRAL``.

    :param registry: its transaction is used for central steps, so that its callbacks run after the commit.
    :param owner: this process.
    """

    def __init__(self, registry: Registry, owner: Owner | None = None) -> None:
        self._registry = registry
        self._owner = owner or Owner.current()
        self._active: set[UUID] = set()

    @asynccontextmanager
    async def opened(self, operation: RunOperation, tenant_id: UUID, slug: str) -> AsyncIterator[Run]:
        """Open a new run and renew its heartbeat inside the block.

        Its row is inserted with its first step.
        """
        run = Run(self._registry, str(self._owner), new_id(), operation, tenant_id, slug)
        async with self._kept_alive(run):
            yield run

    @asynccontextmanager
    async def claimed(self, found: OpenRun) -> AsyncIterator[Run | None]:
        """Take over a run and renew its heartbeat inside the block.

        ``None`` if another process was faster.
        """
        row = ProvisioningRun
        claim = row.update(
            {row.owner: str(self._owner), row.state: RunState.RUNNING, row.heartbeat_at: utc_now()}
        )
        claim = claim.where(row.id == found.id, row.owner == found.owner, row.state == found.state)
        if not await claim.where(row.heartbeat_at == found.heartbeat_at).returning(row.id):
            yield None
            return
        run = Run(self._registry, str(self._owner), found.id, found.operation, found.tenant_id, found.slug)
        async with self._kept_alive(run):
            await run.reload()
            yield run

    async def abandoned(self) -> list[OpenRun]:
        """Return the unfinished runs that no process is working on, oldest first."""
        row = ProvisioningRun
        states = [RunState.RUNNING.value, RunState.FAILED.value]
        rows = await row.select().where(row.state.is_in(states)).order_by(row.id)
        return [run for run in map(_open_run, rows) if self._is_abandoned(run)]

    async def prune(self, older_than: timedelta) -> int:
        """Delete finished runs that ended longer ago than ``older_than``. Returns their number."""
        row = ProvisioningRun
        is_finished = row.state.is_in([RunState.DONE.value, RunState.UNDONE.value])
        old = is_finished & (row.updated_at < utc_now() - older_than)
        return len(await row.delete().where(old).returning(row.id))

    def _is_abandoned(self, run: OpenRun) -> bool:
        if run.id in self._active:
            return False
        if run.state is RunState.FAILED or run.owner == str(self._owner):
            return True
        owner = Owner.parse(run.owner)
        is_dead = owner is not None and owner.is_surely_dead()
        return is_dead or run.heartbeat_at < utc_now() - STALE_AFTER

    @asynccontextmanager
    async def _kept_alive(self, run: Run) -> AsyncIterator[None]:
        self._active.add(run.id)
        heart = asyncio.create_task(_beat(run))
        try:
            yield
        finally:
            self._active.discard(run.id)
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)


async def _beat(run: Run) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT.total_seconds())
        try:
            await run.beat()
        except RunLost:
            return
        except DatabaseError:
            _log.exception("No heartbeat could be written for the run on %s", run.slug)


def _open_run(row: dict[str, Any]) -> OpenRun:
    names = ("id", "tenant_id", "slug", "owner", "heartbeat_at")
    values = {name: row[name] for name in names}
    return OpenRun(operation=RunOperation(row["operation"]), state=RunState(row["state"]), **values)
