"""Begun: a coroutine that runs up to the point where it waits, before anybody decides how long it may."""

from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

__all__ = ["Begun"]

_T = TypeVar("_T")


class Begun(Generic[_T]):
    """Begins a coroutine at once. Await it for its result, once, and in the task that created it.

    ::

        call = Begun(receive())
        if not call.is_done:
            async with asyncio.timeout(seconds):  # which has a timer, and costs 5 µs
                await call

    :ivar is_done: whether awaiting it waits for nothing.
    """

    __slots__ = ("_result", "_steps", "_waits_for", "is_done")

    def __init__(self, coroutine: Coroutine[Any, Any, _T]) -> None:
        self._steps = coroutine.__await__()
        self.is_done = False
        try:
            self._waits_for = next(self._steps)
        except StopIteration as end:
            self.is_done = True
            self._result: _T = end.value

    def __await__(self) -> Generator[Any, Any, _T]:
        if self.is_done:
            return self._result
        waits_for = self._waits_for
        while True:
            try:
                yield waits_for
            except BaseException as error:  # noqa: BLE001 - a cancellation too is the coroutine's to handle
                step = partial(self._steps.throw, error)
            else:
                step = partial(next, self._steps)
            try:
                waits_for = step()
            except StopIteration as end:
                result: _T = end.value
                return result
