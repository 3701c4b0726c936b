"""Runs a function at the end of an event loop."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from types import AsyncGeneratorType

__all__ = ["at_end_of_loop"]


def at_end_of_loop(finish: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Call ``finish`` when the running event loop ends, or when nothing refers to it any more.

    ``asyncio.run`` and its equivalents cancel a loop's tasks and then close the asynchronous generators that
    were started on it, so this starts one.

    :return: a function that withdraws the call.
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
