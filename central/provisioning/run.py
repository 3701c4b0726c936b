"""Run: the journal of one run, written by the process that executes it."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from central.database import CENTRAL
from central.errors import CentralError
from central.provisioning.errors import RunLost
from central.registry import Registry
from central.tables import ProvisioningRun, ProvisioningStep, RunOperation, RunState, StepState
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["Run"]

_UNDER_WAY = {StepState.STARTED, StepState.UNDOING}
_STANDING = _UNDER_WAY | {StepState.DONE, StepState.FAILED}


@dataclass(slots=True)
class Run:
    """Implements :class:`~central.provisioning.pipeline.RunLog` with rows.

    Every write checks that the run still belongs to this process. A process that was considered dead while it
    was only suspended fails at its next write with :class:`~central.provisioning.errors.RunLost`.

    A central step is recorded by one row, in the step's transaction. The result of any other step is recorded
    with the intent of the next one, in one transaction: until then it is ``started``, and a run that is
    interrupted in between repeats or undoes it.

    :ivar states: of the steps, as recorded.
    :ivar finished: the steps that this process has completed.
    """

    registry: Registry
    owner: str
    id: UUID
    operation: RunOperation
    tenant_id: UUID
    slug: str
    is_written: bool = False
    is_closed: bool = False
    states: dict[str, StepState] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)

    async def reload(self) -> None:
        """Read the recorded states again, after a transaction was rolled back."""
        run, step = ProvisioningRun, ProvisioningStep
        row = await run.select(run.state).where(run.id == self.id).first()
        self.is_written = row is not None
        self.is_closed = row is not None and row["state"] in (RunState.DONE, RunState.UNDONE)
        rows = await step.select(step.name, step.state).where(step.run == self.id).order_by(step.position)
        self.states = {row["name"]: StepState(row["state"]) for row in rows}

    def is_done(self, step: str) -> bool:
        return step in self.finished or self.states.get(step) is StepState.DONE

    def is_standing(self, step: str) -> bool:
        return self.states.get(step) in _STANDING

    def transaction(self) -> AbstractAsyncContextManager[object]:
        return self.registry.changing()

    async def begin(self, step: str) -> None:
        is_central = CENTRAL.transaction_exists()
        state = StepState.DONE if is_central else StepState.STARTED
        finished_at = utc_now() if is_central else None
        async with CENTRAL.transaction():
            await self._claim_or_open()
            await self._record_finished()
            if step in self.states:
                await self._set(step, state, finished_at=finished_at)
            else:
                row = ProvisioningStep(run=self.id, position=len(self.states), name=step)
                row.state, row.finished_at = state, finished_at
                await ProvisioningStep.insert(row)
        self.states[step] = state

    async def finish(self, step: str) -> None:
        if self.states.get(step) is StepState.STARTED:
            self.finished.add(step)

    async def _record_finished(self) -> None:
        for step in self.finished:
            if self.states.get(step) is StepState.STARTED:
                await self._set(step, StepState.DONE, finished_at=utc_now())
                self.states[step] = StepState.DONE

    async def begin_undo(self, step: str) -> None:
        await self._move(step, StepState.UNDOING)

    async def finish_undo(self, step: str) -> None:
        await self._move(step, StepState.UNDONE, finished_at=utc_now())

    async def fail(self, step: str, error: BaseException) -> None:
        """Record why the step failed, without secrets. Completed steps stay completed."""
        await self._record_finished()
        if self.states.get(step) in _UNDER_WAY:
            await self._move(step, StepState.FAILED, error=_in_short(error))
        await self._check(error=f"{step}: {_in_short(error)}")

    async def give_up(self, step: str, error: BaseException) -> None:
        """Leave the run to a later reconciliation."""
        await self.fail(step, error)
        await self._check(state=RunState.FAILED)

    async def close(self, *, undone: bool) -> None:
        if not undone:
            await self._record_finished()
        await self._check(state=RunState.UNDONE if undone else RunState.DONE)
        self.is_closed = True

    async def beat(self) -> None:
        """Renew the heartbeat."""
        await self._check()

    async def _move(self, step: str, state: StepState, **values: Any) -> None:
        async with CENTRAL.transaction():
            await self._check()
            await self._set(step, state, **values)
        self.states[step] = state

    async def _set(self, step: str, state: StepState, **values: Any) -> None:
        row = ProvisioningStep
        await row.update(_values(state=state, **values)).where(row.run == self.id, row.name == step)

    async def _claim_or_open(self) -> None:
        if self.is_written:
            await self._check()
            return
        values: dict[str, Any] = {"slug": self.slug, "operation": self.operation, "owner": self.owner}
        await ProvisioningRun.insert(ProvisioningRun(id=self.id, tenant_id=self.tenant_id, **values))
        self.is_written = True

    async def _check(self, **values: Any) -> None:
        """Update the run's row if it is open and belongs to this process.

        Raises :class:`RunLost` otherwise.
        """
        row = ProvisioningRun
        mine = row.update(_values(heartbeat_at=utc_now(), **values))
        mine = mine.where(row.id == self.id, row.owner == self.owner, row.state == RunState.RUNNING)
        if not await mine.returning(row.id):
            raise RunLost(self.slug)


def _values(**values: Any) -> dict[Column | str, Any]:
    return dict(values.items())


def _in_short(error: BaseException) -> str:
    """Describe an error for the journal.

    The messages of this project's errors contain no secrets. Of any other error only the class name is
    recorded.
    """
    own = isinstance(error, CentralError | DatabaseError)
    return f"{type(error).__name__}: {error}" if own else type(error).__name__
