"""LoopLag: how late the event loop does what is due, because something holds it."""

import asyncio
from typing import Final

from piccolo_engines.histogram import Histogram

__all__ = ["LoopLag"]

_PAUSE: Final = 0.1
"""Seconds between two measurements."""


class LoopLag:
    """Measures the lag of an event loop, ten times a second.

    :ivar seconds: the lags that were measured.
    """

    def __init__(self) -> None:
        self.seconds = Histogram()

    async def watch(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _PAUSE
            await asyncio.sleep(_PAUSE)
            self.seconds.add(max(0.0, loop.time() - due))
