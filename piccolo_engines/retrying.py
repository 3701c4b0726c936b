"""Retries a unit of work after a deadlock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from piccolo_engines.errors import Deadlock

__all__ = ["T", "retrying"]

T = TypeVar("T")


async def retrying(
    unit: Callable[[], Awaitable[T]],
    *,
    attempts: int = 10,
    first_pause: float = 0.01,
    longest_pause: float = 0.2,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Run a unit of work, and run it again when it ends in a deadlock.

    ::

        async def transfer():
            async with DB.transaction():
                ...

        await retrying(transfer)

    The unit opens its own transaction: a deadlock rolls all of it back, so all of it is run again. Other
    errors are raised.

    :param attempts: the maximum number of attempts; the last deadlock is raised.
    :param first_pause: seconds before the second attempt. Doubled each time up to `longest_pause`, and varied
        by up to a half, so that conflicting units do not meet again. With the defaults a unit is given up
        after about a second of pauses: twenty that change the same row through two nodes of a Galera
        cluster, where waiting for a lock of the other node is impossible, all succeed.
    :raises Deadlock: when every attempt ends in one.
    """
    for attempt in range(attempts - 1):
        try:
            return await unit()
        except Deadlock:
            pause = min(first_pause * 2**attempt, longest_pause)
            await sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret depends on it
    return await unit()
