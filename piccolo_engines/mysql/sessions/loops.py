"""What is to be done before an event loop ends, even if nobody remembers it."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from types import AsyncGeneratorType

__all__ = ["at_end_of_loop"]


def at_end_of_loop(finish: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Have ``finish`` called when the running event loop ends, or when nothing refers to it any more.

    Whoever ends a loop properly (``asyncio.run``) cancels its tasks, and then closes the asynchronous
    generators that were begun on it: so one is begun here.

    :return: takes it back.
    """
    waiting = _waiting(finish)
    assert isinstance(waiting, AsyncGeneratorType)
    _step(waiting)
    return functools.partial(_step, waiting)


async def _waiting(finish: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    try:
        yield
    except GeneratorExit:
        await finish()
        raise


def _step(waiting: AsyncGeneratorType[None, None]) -> None:
    if not waiting.ag_running:
        with contextlib.suppress(StopIteration, StopAsyncIteration):
            waiting.__anext__().send(None)
