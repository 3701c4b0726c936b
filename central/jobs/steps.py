"""StepLog: the journal of a job that is a list of steps, written by the process that executes it."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Final

from piccolo.query.base import Query

from central.database import CENTRAL
from central.jobs.claims import Claim, in_short
from central.jobs.records import pause_after
from central.jobs.tables import Job, JobState, JobStep, StepState
from central.registry import Registry
from piccolo_engines.columns import utc_now
from piccolo_engines.statements import StatementGroup

__all__ = ["LONGEST_STEP_PAUSE", "StepLog"]

LONGEST_STEP_PAUSE: Final = timedelta(minutes=5)
"""The longest pause between attempts at a list of steps."""


_UNDER_WAY = {StepState.STARTED, StepState.UNDOING}
_STANDING = _UNDER_WAY | {StepState.DONE, StepState.FAILED}


class StepLog:
    """Implements :class:`~central.jobs.pipeline.RunLog` with rows.

    Every write checks that the job still belongs to this process, and raises
    :class:`~central.jobs.errors.JobLost` otherwise.

    A central step is recorded by one row, in the step's transaction. The result of any other step is recorded
    with the intent of the next one, in one transaction: until then it is ``started``, and a job that is
    interrupted in between repeats or undoes it.

    :param registry: its transaction is used for central steps, so that its callbacks run after the commit.
    :ivar states: of the steps, as recorded.
    :ivar finished: the steps that this process has completed.
    """

    def __init__(self, registry: Registry, claim: Claim) -> None:
        self._registry = registry
        self.claim = claim
        self.states: dict[str, StepState] = {}
        self.finished: set[str] = set()

    @property
    def operation(self) -> str:
        return self.claim.job.kind

    @property
    def is_written(self) -> bool:
        """Whether the job has a row: it is inserted with its first step."""
        return self.claim.is_written

    async def reload(self) -> None:
        """Read the recorded states again, after a transaction was rolled back."""
        job = self.claim.job
        row = await Job.select(Job.claim).where(Job.id == job.id).first()
        self.claim.is_written = row is not None
        self.claim.is_open = row is None or row["claim"] == job.claim
        rows = await _row.select(_row.name, _row.state).where(_row.job == job.id).order_by(_row.position)
        self.states = {row["name"]: StepState(row["state"]) for row in rows}

    def is_done(self, step: str) -> bool:
        return step in self.finished or self.states.get(step) is StepState.DONE

    def is_standing(self, step: str) -> bool:
        return self.states.get(step) in _STANDING

    def transaction(self) -> AbstractAsyncContextManager[object]:
        return self._registry.changing()

    async def begin(self, step: str) -> None:
        is_central = CENTRAL.transaction_exists()
        state = StepState.DONE if is_central else StepState.STARTED
        finished_at = utc_now() if is_central else None
        finished = self._not_recorded
        rows = [self._change(one, StepState.DONE, finished_at=utc_now()) for one in finished]
        if step in self.states:
            rows.append(self._change(step, state, finished_at=finished_at))
        else:
            row = JobStep(job=self.claim.job.id, position=len(self.states), name=step)
            row.state, row.finished_at = state, finished_at
            rows.append(JobStep.insert(row))
        async with CENTRAL.transaction():
            await self._hold_or_insert()
            texts = [text for query in rows for text in query.querystrings]
            await CENTRAL.run_querystring(StatementGroup(*texts, is_last=True))
        self.states |= dict.fromkeys(finished, StepState.DONE)
        self.states[step] = state

    async def finish(self, step: str) -> None:
        if self.states.get(step) is StepState.STARTED:
            self.finished.add(step)

    async def begin_undo(self, step: str) -> None:
        await self._move(step, StepState.UNDOING)

    async def finish_undo(self, step: str) -> None:
        await self._move(step, StepState.UNDONE, finished_at=utc_now())

    async def fail(self, step: str, error: BaseException) -> None:
        """Record why the step failed, without secrets. Completed steps stay completed."""
        await self._record_finished()
        if self.states.get(step) in _UNDER_WAY:
            await self._move(step, StepState.FAILED, error=in_short(error))
        await self.claim.write(error=f"{step}: {in_short(error)}")

    async def give_up(self, step: str, error: BaseException) -> None:
        """End the attempt. The next one follows after a pause."""
        await self.fail(step, error)
        pause = pause_after(self.claim.job.attempts, LONGEST_STEP_PAUSE)
        await self.claim.end(state=JobState.WAITING, due_at=utc_now() + pause)

    async def close(self, *, undone: bool) -> None:
        values: dict[str, Any] = {"state": JobState.CANCELLED}
        if not undone:
            await self._record_finished()
            values = {"state": JobState.DONE, "done": self.claim.job.total or 0, "error": None}
        await self.claim.end(**values, due_at=None, unique_key=None)

    async def _hold_or_insert(self) -> None:
        if self.claim.is_written:
            await self.claim.write(done=sum(map(self.is_done, self.states)))
        else:
            await self.claim.insert()

    @property
    def _not_recorded(self) -> list[str]:
        """The steps whose result is not recorded yet."""
        return [step for step in self.finished if self.states.get(step) is StepState.STARTED]

    async def _record_finished(self) -> None:
        for step in self._not_recorded:
            await self._change(step, StepState.DONE, finished_at=utc_now())
            self.states[step] = StepState.DONE

    async def _move(self, step: str, state: StepState, **values: Any) -> None:
        async with CENTRAL.transaction():
            await self.claim.write()
            await self._change(step, state, **values)
        self.states[step] = state

    def _change(self, step: str, state: StepState, **values: Any) -> Query[Any, Any]:
        changes: dict[Any, Any] = {_row.state: state, **values}
        return _row.update(changes).where(_row.job == self.claim.job.id, _row.name == step)


_row = JobStep
