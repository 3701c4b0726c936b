"""Reconciliation: settles runs that a crash or a failure left open. Creations are undone, others finished.

A creation is undone even when only its activation is missing: its passwords were reported to nobody, and the
caller's next attempt finds the slug free.
"""

import logging
from dataclasses import dataclass, replace

from central.errors import CentralError
from central.provisioning.journal import Journal, OpenRun
from central.provisioning.pipeline import Observer, StepFailed, carry_out, roll_back
from central.provisioning.run import Run
from central.provisioning.steps import Parts, creation, deletion, password_change
from central.provisioning.types import Admin, NewTenant
from central.tables import RunOperation
from piccolo_engines.errors import DatabaseError

__all__ = ["Reconciliation", "Report"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """The slugs of the tenants by outcome.

    :ivar undone: creations that were undone.
    :ivar finished: deletions that were finished.
    :ivar changed: password changes that were finished.
    :ivar failed: runs that could not be settled yet.
    :ivar dropped: databases of the pool that were dropped, by name.
    """

    undone: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def with_run(self, run: OpenRun, *, is_settled: bool) -> "Report":
        """Return the report with one more run."""
        if not is_settled:
            return replace(self, failed=(*self.failed, run.slug))
        if run.operation is RunOperation.CREATE:
            return replace(self, undone=(*self.undone, run.slug))
        if run.operation is RunOperation.CHANGE_PASSWORD:
            return replace(self, changed=(*self.changed, run.slug))
        return replace(self, finished=(*self.finished, run.slug))


class Reconciliation:
    """Claims open runs one after the other and settles them."""

    def __init__(self, parts: Parts, journal: Journal, observer: Observer | None) -> None:
        self._registry, self._pool = parts.registry, parts.pool
        self._creation = creation(parts)
        self._to_finish = {
            RunOperation.DELETE: deletion(parts),
            RunOperation.CHANGE_PASSWORD: password_change(parts),
        }
        self._journal = journal
        self._observer = observer

    async def run(self) -> Report:
        """Settle all abandoned runs and report the outcome."""
        report = Report()
        for found in await self._journal.abandoned():
            async with self._journal.claimed(found) as run:
                if run is None:
                    continue
                is_settled = await self._try_to_settle(found, run)
            report = report.with_run(found, is_settled=is_settled)
        return replace(report, dropped=tuple(await self._pool.settle()))

    async def take_back(self, new: NewTenant, run: Run, failure: StepFailed) -> bool:
        """Undo what the run created. Returns False when something remains for a later reconciliation."""
        try:
            await run.reload()  # steps of a rolled back transaction were not done
            if not run.is_written:
                return True
            await run.fail(failure.step, failure.reason)
        except (CentralError, DatabaseError):
            _log.exception("The journal of the run on %s could not be written", run.slug)
            return False
        return await self._roll_back(new, run)

    async def postpone(self, run: Run, failure: StepFailed) -> bool:
        """Leave the run to a later reconciliation and record the reason.

        Returns False if the run never started.
        """
        try:
            await run.reload()
            if not run.is_written:
                return False
            await run.give_up(failure.step, failure.reason)
        except (CentralError, DatabaseError):
            _log.exception("The journal of the run on %s could not be written", run.slug)
        return True

    async def _try_to_settle(self, found: OpenRun, run: Run) -> bool:
        try:
            return await self._settle(found, run)
        except (CentralError, DatabaseError):
            _log.exception("The run on %s could not be settled; it will be tried again", run.slug)
            return False

    async def _settle(self, found: OpenRun, run: Run) -> bool:
        if found.operation is RunOperation.CREATE:
            return await self._roll_back(await self._subject(found), run)
        steps, tenant = self._to_finish[found.operation], await self._registry.get(found.tenant_id)
        try:
            await carry_out(steps, tenant, run, self._observer)
        except StepFailed as failure:
            what = f"{found.operation.value} of {run.slug}"
            _log.error("Not finished: %s: %s", what, failure.step, exc_info=failure.reason)
            await self.postpone(run, failure)
            return False
        return True

    async def _roll_back(self, new: NewTenant, run: Run) -> bool:
        try:
            await roll_back(self._creation, new, run, self._observer)
        except StepFailed as failure:
            _log.error("Undoing the tenant %s failed: %s", run.slug, failure.step, exc_info=failure.reason)
            await self.postpone(run, failure)
            return False
        return True

    async def _subject(self, found: OpenRun) -> NewTenant:
        """Return what the undo steps need. The passwords are not known any more, and not needed."""
        tenant = await self._registry.get(found.tenant_id)
        return NewTenant(tenant, Admin("", ""), username="", password="")
