"""The exchange of what tenants use between processes, while the process runs."""

import asyncio
import logging
import time
from typing import Final

from api.composition import Platform
from central.database import CENTRAL
from piccolo_engines.errors import DatabaseError

__all__ = ["exchange_usage"]

_PAUSE: Final = 0.5
"""Seconds between two exchanges."""
_WRITTEN: Final = 60.0
"""Seconds between two writings of the numbers of requests. A process that dies loses those since the last."""

_log = logging.getLogger(__name__)


async def exchange_usage(platform: Platform, pause: float = _PAUSE) -> None:
    """Exchange the counters of limited tenants, and write the requests of all, until cancelled. What is left
    then is written when the platform is closed.

    Without the central database each process goes on with its share of the limits.
    """
    with CENTRAL.bind(platform.central_engine):
        failing, written_at = False, time.monotonic()
        while True:
            try:
                await platform.usage.exchange()
                if time.monotonic() - written_at > _WRITTEN:
                    written_at = time.monotonic()
                    await platform.usage.write_requests()
                failing = False
            except DatabaseError:
                if not failing:
                    _log.warning("What tenants use could not be exchanged with other processes.")
                failing = True
            await asyncio.sleep(pause)
