"""Waiting for a fact, not for a time: a loaded machine takes longer and comes to the same."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

__all__ = ["PATIENCE", "until", "until_sync"]

PATIENCE = 60.0
"""Seconds after which a fact is believed not to come."""

_PAUSE = 0.01
_T = TypeVar("_T")


async def until(
    fact: Callable[[], Awaitable[_T] | _T], seconds: float = PATIENCE, *, pause: float = _PAUSE
) -> _T:
    """Wait until ``fact``, asked again and again, gives something true, and return that.

    :param fact: a function or a coroutine function.
    :param pause: seconds between two questions.
    :raises AssertionError: when it gives nothing true within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = fact()
        value: _T = await found if inspect.isawaitable(found) else found
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {_text(fact)}"
        await asyncio.sleep(pause)


def until_sync(fact: Callable[[], _T], seconds: float = PATIENCE) -> _T:
    """As :func:`until`, without an event loop."""
    deadline = time.monotonic() + seconds
    while not (value := fact()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {_text(fact)}"
        time.sleep(_PAUSE)
    return value


def _text(fact: Callable[[], object]) -> str:
    """What it looks at, for the message."""
    try:
        return inspect.getsource(fact).strip()
    except (OSError, TypeError):
        return repr(fact)
