"""What a supervisor does next: which of several worker processes is started, and which one drains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

__all__ = ["START", "Start", "WorkerState", "next_step"]


class WorkerState(Protocol):
    """One process, as far as decisions need it.

    :ivar generation: how many restarts had been asked for when it was started.
    :ivar is_ready: whether it accepts connections.
    """

    @property
    def generation(self) -> int: ...
    @property
    def is_ready(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Start:
    """One more process is to be started."""


START: Final = Start()
_WorkerT = TypeVar("_WorkerT", bound=WorkerState)


def next_step(
    staying: Sequence[_WorkerT], wanted: int, generation: int, *, may_start: bool
) -> Start | _WorkerT | None:
    """Return :class:`Start`, or the process that is to drain, or None while something is waited for.

    There are ``wanted`` processes at any time. Those of an older generation are replaced one after the other:
    a process of the new generation is started first, and one of the old ones drains once it is ready.

    :param staying: the processes that run and do not drain.
    :param may_start: whether those that drain have released their database connections.
    """
    if len(staying) < wanted:
        return START
    old = [one for one in staying if one.generation < generation]
    if not old:
        return None
    if len(staying) == wanted:
        return START if may_start else None
    if (unused := next((one for one in old if not one.is_ready), None)) is not None:
        return unused
    return old[0] if all(one.is_ready for one in staying) else None
