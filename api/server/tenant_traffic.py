"""TenantTraffic: counts the requests of each tenant to this process, and writes them as samples.

Samples are compared during an upgrade (:mod:`central.upgrades.traffic`). They are written into the central
database every minute, and every few seconds while an upgrade is running.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog

from central.upgrades.rows import is_one_running
from central.upgrades.traffic import Counts, record_sample
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["TenantTraffic", "write_traffic"]

_TICK: Final = 5.0
_SELDOM: Final = 60.0
_MOST_TENANTS: Final = 10_000
_LONGEST: Final = 2.0
"""Seconds of one request that count at most: a long export says nothing of the others."""


class TenantTraffic:
    """Requests by tenant since the last sample, those with a fault (5xx), and their seconds."""

    __slots__ = ("_counts", "began_at")

    def __init__(self) -> None:
        self._counts: dict[str, list[float]] = {}
        self.began_at = utc_now()

    def add(self, slug: str, seconds: float, *, is_fault: bool) -> None:
        """Count one request."""
        counted = self._counts.get(slug)
        if counted is None:
            if len(self._counts) >= _MOST_TENANTS:
                return
            counted = self._counts[slug] = [0, 0, 0.0]
        counted[0] += 1
        counted[1] += is_fault
        counted[2] += min(seconds, _LONGEST)

    async def write(self) -> None:
        """Write a sample with what was counted since the last one, if there was any."""
        counts, self._counts = self._counts, {}
        began_at, self.began_at = self.began_at, utc_now()
        found: Counts = {
            slug: (int(requests), int(faults), round(seconds, 4))
            for slug, (requests, faults, seconds) in counts.items()
        }
        if found:
            await record_sample(began_at, self.began_at, found)


async def write_traffic(traffic: TenantTraffic, clock: Callable[[], float] = time.monotonic) -> None:
    """Write samples until cancelled. The caller binds ``CENTRAL``."""
    written_at = clock()
    while True:
        await asyncio.sleep(_TICK)
        try:
            if clock() - written_at >= _SELDOM or await is_one_running():
                await traffic.write()
                written_at = clock()
        except DatabaseError as error:  # what was counted is lost, and nothing depends on it
            structlog.get_logger("freehold").warning("traffic not written", error=type(error).__name__)
