"""How long the event loop's thread was busy in one piece, in processor time."""

import asyncio
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.frozen import freeze, is_frozen, unfreeze

__all__ = ["Busy", "busy", "settled"]

_SAMPLED_AFTER = 0.03
"""Seconds after which it is noted what a piece is at."""


@dataclass
class Busy:
    """The longest piece, in seconds of processor time, and where pieces that took long were seen."""

    longest: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        places = "\n".join(f"  {count} x {place}" for place, count in self.seen.most_common(4))
        return f"{self.longest * 1000:.0f} ms\n{places}"


@asynccontextmanager
async def busy() -> AsyncIterator[Busy]:
    """Measures asyncio's callbacks one by one, from here to the end of the block.

    In processor time of this thread, so that a loaded machine makes no difference; what another thread does
    meanwhile does not count.
    """
    is_settled = is_frozen()
    freeze()  # what is there is not looked at again: a test that measures often calls settled() first
    found, running, original = Busy(), [0.0], asyncio.Handle._run
    loop_thread, over = threading.get_ident(), threading.Event()

    def measured(handle: asyncio.Handle) -> None:
        started = running[0] = time.thread_time()
        try:
            original(handle)
        finally:
            found.longest = max(found.longest, time.thread_time() - started)
            running[0] = 0.0

    def sample() -> None:
        same, since = 0.0, 0.0
        while not over.wait(0.005):
            if running[0] != same:
                same, since = running[0], time.perf_counter()
            elif same and time.perf_counter() - since > _SAMPLED_AFTER:
                frame: Any = sys._current_frames()[loop_thread]
                stack = traceback.extract_stack(frame)[-7:]
                found.seen[" < ".join(f"{one.name}:{one.lineno}" for one in reversed(stack))] += 1

    sampler = threading.Thread(target=sample)
    sampler.start()
    asyncio.Handle._run = measured  # type: ignore[method-assign]
    try:
        await asyncio.sleep(0)  # what runs now began before
        yield found
        await asyncio.sleep(0)  # and now the last piece is over
    finally:
        asyncio.Handle._run = original  # type: ignore[method-assign]
        over.set()
        sampler.join()
        if not is_settled:
            unfreeze()


@contextmanager
def settled() -> Iterator[None]:
    """Takes the objects that are there out of the collector's sight for the length of a test.

    Each measurement collects garbage first. In a process that has run other tests, that is up to a second.
    """
    freeze()
    try:
        yield
    finally:
        unfreeze()
