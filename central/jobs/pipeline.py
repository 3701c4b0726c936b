"""The pipeline: executes steps in order, or undoes them in reverse, and records intent and result of each.

It knows nothing of tenants. A step that changes only rows of the central database is one transaction with its
journal entry: both are committed or neither. For any other step the intent is recorded before and the result
after. After a crash such a step may be done completely, partly or not at all, so its ``do`` and ``undo`` must
be repeatable.
"""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from piccolo_engines.errors import Deadlock
from piccolo_engines.retrying import retrying

__all__ = [
    "Moment",
    "Observer",
    "Repeated",
    "RunLog",
    "Step",
    "StepFailed",
    "UndoableStep",
    "carry_out",
    "roll_back",
]

_S = TypeVar("_S")
_S_contra = TypeVar("_S_contra", contravariant=True)


class Step(Protocol[_S_contra]):
    """One step. Only the arguments of its methods differ from run to run."""

    @property
    def name(self) -> str:
        """The step's name in the journal and in errors."""

    @property
    def is_central(self) -> bool:
        """Whether the step changes rows of the central database and nothing else."""

    async def is_done(self, subject: _S_contra, /) -> bool:
        """Whether there is nothing to do.

        Called before the intent is recorded, so it may raise to refuse the run.
        """

    async def do(self, subject: _S_contra, /) -> None:
        """Execute the step. Must be repeatable, also when it was done in part."""


class Repeated:
    """A step that is always executed, because executing it twice does no harm."""

    async def is_done(self, _subject: object, /) -> bool:
        return False


class UndoableStep(Step[_S_contra], Protocol[_S_contra]):
    """A step that can be undone."""

    async def undo(self, subject: _S_contra, /) -> None:
        """Remove what :meth:`do` created, completely or partly. Must be repeatable."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of an operation, as reported to an observer.

    :ivar is_skipped: whether there was nothing to do; known after the step.
    """

    operation: str
    step: str
    is_undoing: bool = False
    is_skipped: bool = False


class Observer(Protocol):
    """Called before anything of a step is done or recorded, and after all of it is."""

    async def before(self, moment: Moment) -> None:
        """Called before the step. An exception counts as a failure of the step."""

    async def after(self, moment: Moment) -> None:
        """Called once the step is done and recorded. An exception counts as a failure of the step."""


class RunLog(Protocol):
    """The journal of one run, as the pipeline uses it. The coroutines write to the database."""

    @property
    def operation(self) -> str:
        """The name of the run's operation."""

    def is_done(self, step: str) -> bool:
        """Whether the step was completed in this run."""

    def is_standing(self, step: str) -> bool:
        """Whether the step was at least started in this run, and not undone since."""

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """Return a transaction for a central step and its journal entry."""

    async def reload(self) -> None:
        """Read the recorded states again, after a transaction was rolled back."""

    async def begin(self, step: str) -> None:
        """Record the intent."""

    async def finish(self, step: str) -> None:
        """Record the result."""

    async def begin_undo(self, step: str) -> None:
        """Record the intent to undo the step."""

    async def finish_undo(self, step: str) -> None:
        """Record that the step is undone."""

    async def close(self, *, undone: bool) -> None:
        """Record the end of the run."""


class StepFailed(Exception):
    """A step failed; ``reason`` is the exception."""

    def __init__(self, step: str, reason: Exception) -> None:
        self.step = step
        self.reason = reason
        super().__init__(f"The step '{step}' failed.")


async def carry_out(
    steps: Sequence[Step[_S]], subject: _S, log: RunLog, observer: Observer | None = None
) -> None:
    """Execute the steps that are not done in this run.

    The last one closes the run. Raises :class:`StepFailed`.
    """
    for step in steps:
        if log.is_done(step.name):
            continue
        moment = Moment(log.operation, step.name)
        try:
            if observer is not None:
                await observer.before(moment)
            closes = step is steps[-1]
            is_needed = closes or not step.is_central or not await step.is_done(subject)
            is_taken = is_needed and await _in_transaction(
                step, log, partial(_do, step, subject, log, closes=closes)
            )
            if observer is not None:
                await observer.after(replace(moment, is_skipped=not is_taken))
        except Exception as error:
            raise StepFailed(step.name, error) from error


async def roll_back(
    steps: Sequence[UndoableStep[_S]], subject: _S, log: RunLog, observer: Observer | None = None
) -> None:
    """Undo the started steps in reverse. The first step closes the run. Raises :class:`StepFailed`."""
    for step in reversed(steps):
        if not log.is_standing(step.name):
            continue
        moment = Moment(log.operation, step.name, is_undoing=True)
        try:
            if observer is not None:
                await observer.before(moment)
            await _in_transaction(step, log, partial(_undo, step, subject, log, closes=step is steps[0]))
            if observer is not None:
                await observer.after(moment)
        except Exception as error:
            raise StepFailed(step.name, error) from error


async def _do(step: Step[_S], subject: _S, log: RunLog, *, closes: bool) -> bool:
    is_needed = not await step.is_done(subject)
    if is_needed:
        await log.begin(step.name)
        await step.do(subject)
        await log.finish(step.name)
    if closes:
        await log.close(undone=False)
    return is_needed


async def _undo(step: UndoableStep[_S], subject: _S, log: RunLog, *, closes: bool) -> bool:
    await log.begin_undo(step.name)
    await step.undo(subject)
    await log.finish_undo(step.name)
    if closes:
        await log.close(undone=True)
    return True


async def _in_transaction(
    step: Step[_S], log: RunLog, work: Callable[[], Coroutine[object, object, bool]]
) -> bool:
    """Run the work of a central step in one transaction, and again when it ends in a deadlock."""
    if not step.is_central:
        return await work()

    async def unit() -> bool:
        try:
            async with log.transaction():
                return await work()
        except Deadlock:
            await log.reload()
            raise

    return await retrying(unit)
