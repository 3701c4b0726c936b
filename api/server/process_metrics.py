"""The metrics of this process, and with several processes their sum."""

import asyncio
from typing import Final

from api.composition import Platform
from api.server.metrics import Times, exposition

__all__ = ["exchange_metrics", "process_metrics"]

_PAUSE: Final = 2.0
"""Seconds between two writings of the metrics for the other processes."""


async def process_metrics(platform: Platform) -> str:
    """Return the metrics of the processes of this service, in Prometheus' text format."""
    own = _own(platform)
    if platform.worker_metrics is None:
        return own
    return await asyncio.to_thread(platform.worker_metrics.exchange, own)


async def exchange_metrics(platform: Platform) -> None:
    """Write the metrics for the other processes periodically, until cancelled, and once more at the end."""
    metrics = platform.worker_metrics
    if metrics is None:
        return
    try:
        while True:
            await asyncio.to_thread(metrics.exchange, _own(platform))
            await asyncio.sleep(_PAUSE)
    finally:
        metrics.exchange(_own(platform))


def _own(platform: Platform) -> str:
    budgets = {server.name: server.connections for server in platform.servers}
    return exposition(
        platform.request_counts,
        platform.engines.stats(),
        budgets,
        platform.clients,
        platform.long_requests,
        platform.identity_check.mismatches,
        Times(
            platform.statements.seconds,
            platform.loop_lag.seconds,
            {server.name: server.waits for server in platform.servers},
        ),
        platform.engines.connections(),
    )
