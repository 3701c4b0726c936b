"""Long work in portions: after each the event loop serves other requests, and a cancelled request ends."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import perf_counter
from typing import Final, TypeVar

__all__ = ["PORTION", "in_portions"]

_T = TypeVar("_T")

PORTION: Final = 0.01
"""Seconds of work after which the event loop has its turn."""


async def in_portions(items: Iterable[_T]) -> AsyncIterator[_T]:
    """The items; between two of them other tasks run once :data:`PORTION` has passed.

    The time that the consumer takes over an item counts. A generator that is slow to make an item is not
    interrupted while it does.
    """
    turn = perf_counter() + PORTION
    for item in items:
        yield item
        if perf_counter() > turn:
            await asyncio.sleep(0)
            turn = perf_counter() + PORTION
