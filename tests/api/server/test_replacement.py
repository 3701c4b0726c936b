"""Which of several processes is started, and which one drains: there are always as many as are wanted."""

from dataclasses import dataclass

import pytest

from api.server.replacement import START, next_step


@dataclass(frozen=True)
class Worker:
    generation: int = 0
    is_ready: bool = True


OLD, NEW, STARTING, STUCK = Worker(0), Worker(1), Worker(1, is_ready=False), Worker(0, is_ready=False)


@pytest.mark.parametrize(
    ("staying", "step"),
    [
        ([], START),
        ([OLD], START),  # one has died
        ([STARTING], START),  # one has died during a restart
        ([NEW, NEW], None),
        ([OLD, OLD], START),  # a restart begins with one more
        ([OLD, OLD, STARTING], None),  # until it is ready
        ([OLD, OLD, NEW], OLD),
        ([OLD, STUCK, STARTING], STUCK),  # which serves nobody
        ([OLD, NEW], START),
        ([OLD, STARTING], START),  # an old one died meanwhile, and the new one is in its place
        ([OLD, NEW, NEW], OLD),
        ([OLD, NEW, STARTING], None),
    ],
)
def test_there_are_always_two_and_old_ones_leave_when_a_new_one_is_ready(
    staying: list[Worker], step: object
) -> None:
    assert next_step(staying, 2, 1, may_start=True) is step


def test_the_next_one_is_replaced_when_the_last_has_released_its_connections() -> None:
    assert next_step([OLD, NEW], 2, 1, may_start=False) is None
    assert next_step([NEW], 2, 1, may_start=False) is START, "a dead one is replaced at once"
