"""The pipeline alone: order, intents and results, and undoing exactly what was begun."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.jobs.pipeline import Moment, StepFailed, carry_out, roll_back
from piccolo_engines.errors import Deadlock


@dataclass
class Thing:
    """A step that makes one thing in a set of things."""

    name: str
    is_central: bool = False
    fails: bool = False

    async def is_done(self, things: set[str]) -> bool:
        return self.name in things

    async def do(self, things: set[str]) -> None:
        things.add(self.name)
        if self.fails:
            raise ValueError(self.name)

    async def undo(self, things: set[str]) -> None:
        things.discard(self.name)


@dataclass
class Memory:
    """A run's log in a list; a transaction that fails takes back what was written in it."""

    operation: str = "test"
    written: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def is_done(self, step: str) -> bool:
        return self.states.get(step) == "done"

    def is_standing(self, step: str) -> bool:
        return self.states.get(step) in {"begun", "done", "undoing"}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        before = list(self.written), dict(self.states)
        try:
            yield
        except BaseException:
            self.written, self.states = before
            raise

    async def reload(self) -> None:
        self.written.append("reload")

    def _write(self, what: str, step: str) -> None:
        self.written.append(f"{what} {step}")
        self.states[step] = what

    async def begin(self, step: str) -> None:
        self._write("begun", step)

    async def finish(self, step: str) -> None:
        self._write("done", step)

    async def begin_undo(self, step: str) -> None:
        self._write("undoing", step)

    async def finish_undo(self, step: str) -> None:
        self._write("undone", step)

    async def close(self, *, undone: bool) -> None:
        self.written.append("closed as undone" if undone else "closed")


class Witness:
    def __init__(self) -> None:
        self.seen: list[tuple[str, Moment]] = []

    async def before(self, moment: Moment) -> None:
        self.seen.append(("before", moment))

    async def after(self, moment: Moment) -> None:
        self.seen.append(("after", moment))


async def test_intent_is_written_before_and_result_after_and_the_last_step_closes():
    log, things = Memory(), set()
    await carry_out([Thing("a"), Thing("b")], things, log)
    assert log.written == ["begun a", "done a", "begun b", "done b", "closed"]
    assert things == {"a", "b"}


async def test_a_step_with_nothing_to_do_leaves_no_entry_and_is_not_undone():
    log, things = Memory(), {"a"}
    steps = [Thing("root"), Thing("a"), Thing("b", fails=True)]
    with pytest.raises(StepFailed):
        await carry_out(steps, things, log)
    await roll_back(steps, things, log)
    assert things == {"a"}


async def test_a_failing_step_is_named_and_so_is_the_reason():
    with pytest.raises(StepFailed) as caught:
        await carry_out([Thing("a"), Thing("b", fails=True)], set(), Memory())
    assert (caught.value.step, str(caught.value.reason)) == ("b", "b")


async def test_undoing_runs_backwards_from_the_step_that_was_begun_last():
    log, things = Memory(), set()
    steps = [Thing("a"), Thing("b", fails=True), Thing("c")]
    with pytest.raises(StepFailed):
        await carry_out(steps, things, log)
    log.written.clear()
    await roll_back(steps, things, log)
    assert log.written == ["undoing b", "undone b", "undoing a", "undone a", "closed as undone"]
    assert things == set()


async def test_a_central_step_that_fails_was_never_begun():
    log, things = Memory(), set()
    steps = [Thing("a"), Thing("b", is_central=True, fails=True)]
    with pytest.raises(StepFailed):
        await carry_out(steps, things, log)
    assert log.written == ["begun a", "done a"]


async def test_a_run_goes_on_where_it_stopped():
    log, things = Memory(states={"a": "done", "b": "begun"}), set()
    await carry_out([Thing("a"), Thing("b"), Thing("c")], things, log)
    assert things == {"b", "c"}


async def test_the_observer_is_called_before_and_after_forwards_and_backwards():
    log, witness, steps = Memory(), Witness(), [Thing("a")]
    await carry_out(steps, set(), log, witness)
    await roll_back(steps, set(), log, witness)
    there, back = Moment("test", "a"), Moment("test", "a", is_undoing=True)
    assert witness.seen == [("before", there), ("after", there), ("before", back), ("after", back)]


@given(
    kinds=st.lists(st.booleans(), min_size=1, max_size=6),
    failing=st.integers(0, 5),
    found=st.sets(st.integers(0, 5)),
)
async def test_whatever_fails_only_what_was_found_remains(kinds, failing, found):
    steps = [Thing(str(n), is_central=kind, fails=n == failing) for n, kind in enumerate(kinds)]
    before = {str(n) for n in found}
    log, things = Memory(), set(before)
    try:
        await carry_out(steps, things, log)
    except StepFailed as failure:
        if steps[int(failure.step)].is_central:
            things.discard(failure.step)  # a database's own transaction does this
        await roll_back(steps, things, log)
        assert things == before
    else:
        assert things == before | {step.name for step in steps}


@dataclass
class Deadlocked(Thing):
    """A step that meets deadlocks before it succeeds."""

    deadlocks: int = 0

    async def do(self, things: set[str]) -> None:
        if self.deadlocks:
            self.deadlocks -= 1
            raise Deadlock
        await super().do(things)


async def test_a_central_step_that_met_a_deadlock_is_done_again() -> None:
    things: set[str] = set()
    log = Memory()
    await carry_out([Deadlocked("rows", is_central=True, deadlocks=3)], things, log)
    assert things == {"rows"}
    assert log.written.count("reload") == 3
    assert log.states == {"rows": "done"}


@pytest.mark.parametrize(("is_central", "deadlocks"), [(True, 99), (False, 1)])
async def test_not_for_ever_and_not_what_cannot_be_rolled_back(is_central: bool, deadlocks: int) -> None:
    with pytest.raises(StepFailed) as failure:
        await carry_out([Deadlocked("rows", is_central=is_central, deadlocks=deadlocks)], set(), Memory())
    assert isinstance(failure.value.reason, Deadlock)
