"""The pipeline: does steps in order, or undoes them in reverse, with intent and result written around each.

It knows nothing of tenants. A step that changes rows of the central database only is one transaction with
its journal entry: it has happened and is recorded, or neither. Of any other step the intent is written
before, and the result after; found started after a crash, it may be done wholly, in part or not at all, and
its ``do`` and ``undo`` have to cope.
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
    """One step, of which only the arguments of its methods change from run to run."""

    @property
    def name(self) -> str:
        """What the journal and the errors call it."""

    @property
    def is_central(self) -> bool:
        """Whether it changes rows of the central database and nothing else."""

    async def is_done(self, subject: _S_contra, /) -> bool:
        """Whether there is nothing to do; asked before the intent is written, so it may refuse by raising."""

    async def do(self, subject: _S_contra, /) -> None:
        """Do it; to be repeatable, also when it was done in part."""


class Repeated:
    """A step that is done again whenever it is come to; doing it twice does no harm."""

    async def is_done(self, _subject: object, /) -> bool:
        return False


class UndoableStep(Step[_S_contra], Protocol[_S_contra]):
    """A step that can be taken back."""

    async def undo(self, subject: _S_contra, /) -> None:
        """Remove what :meth:`do` made, wholly or in part; to be repeatable."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Which step of which operation it is about.

    :ivar is_skipped: whether there was nothing to do; known after the step.
    """

    operation: str
    step: str
    is_undoing: bool = False
    is_skipped: bool = False


class Observer(Protocol):
    """Told of every step before anything of it is done or written, and after all of it is."""

    async def before(self, moment: Moment) -> None:
        """The step comes next. What this raises counts as a failure of the step."""

    async def after(self, moment: Moment) -> None:
        """The step is done and recorded. What this raises counts as a failure of the step."""


class RunLog(Protocol):
    """The journal of one run, as the pipeline uses it. Those that are coroutines write."""

    @property
    def operation(self) -> str:
        """What the run does."""

    def is_done(self, step: str) -> bool:
        """Whether the step was done in this run."""

    def is_standing(self, step: str) -> bool:
        """Whether the step was at least begun in this run, and not undone since."""

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """A transaction for what a central step does and what the journal says of it."""

    async def reload(self) -> None:
        """Read again how far the run came: what was rolled back with a transaction did not happen."""

    async def begin(self, step: str) -> None:
        """Record the intent."""

    async def finish(self, step: str) -> None:
        """Record the result."""

    async def begin_undo(self, step: str) -> None:
        """Record the intent to undo."""

    async def finish_undo(self, step: str) -> None:
        """Record that it is undone."""

    async def close(self, *, undone: bool) -> None:
        """Record the end of the run."""


class StepFailed(Exception):  # a fact, as in every error tree here
    """A step did not succeed, for that reason."""

    def __init__(self, step: str, reason: Exception) -> None:
        self.step = step
        self.reason = reason
        super().__init__(f"The step '{step}' failed.")


async def carry_out(
    steps: Sequence[Step[_S]], subject: _S, log: RunLog, observer: Observer | None = None
) -> None:
    """Do the steps that this run has not done; the last one closes the run. Raises :class:`StepFailed`."""
    for step in steps:
        if log.is_done(step.name):
            continue
        moment = Moment(log.operation, step.name)
        try:
            if observer is not None:
                await observer.before(moment)
            is_taken = await _together(step, log, partial(_do, step, subject, log, closes=step is steps[-1]))
            if observer is not None:
                await observer.after(replace(moment, is_skipped=not is_taken))
        except Exception as error:
            raise StepFailed(step.name, error) from error


async def roll_back(
    steps: Sequence[UndoableStep[_S]], subject: _S, log: RunLog, observer: Observer | None = None
) -> None:
    """Undo in reverse what this run began; the first step closes the run. Raises :class:`StepFailed`."""
    for step in reversed(steps):
        if not log.is_standing(step.name):
            continue
        moment = Moment(log.operation, step.name, is_undoing=True)
        try:
            if observer is not None:
                await observer.before(moment)
            await _together(step, log, partial(_undo, step, subject, log, closes=step is steps[0]))
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


async def _together(step: Step[_S], log: RunLog, work: Callable[[], Coroutine[object, object, bool]]) -> bool:
    """Of a central step all happens or nothing; when the database gave it up for a deadlock, all again."""
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
