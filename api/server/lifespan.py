"""The lifespan of a process: checks at start-up, periodic upkeep, and closing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog

from api.composition import Platform
from api.errors import CentralOutOfDate
from api.frontend.files import frontend_version
from api.operations.deleted_tenants import erase_expired
from api.server.process_metrics import exchange_metrics
from api.server.tenant_traffic import write_traffic
from api.server.usage_exchange import exchange_usage
from central.database import CENTRAL
from central.provisioning.reconcile import Report
from central.secrets.key_check import KeyCheck
from central.upgrades.traffic import prune_samples

__all__ = ["keep_up", "run_jobs", "running"]


@asynccontextmanager
async def running(platform: Platform) -> AsyncIterator[None]:
    """Run the services inside the block.

    At the start migrations are compiled, the frontend's page is read, and interrupted creations and
    deletions of tenants settled. Inside, jobs are executed, idle databases are closed, and old data is
    deleted. At the end everything is closed.
    Raises :class:`~api.errors.CentralOutOfDate` and :class:`~central.errors.WrongEncryptionKey` before
    anything is served.
    """
    try:
        platform.central_migrator.preload()
        platform.tenant_migrator.preload()
        await asyncio.to_thread(frontend_version)  # which is kept
        await _require_current(platform)
        with CENTRAL.bind(platform.central_engine):
            await KeyCheck(platform.vault).require()
            await platform.backups.start()
        await _reconcile(platform)
        with CENTRAL.bind(platform.central_engine):
            await platform.attestation_jobs.ensure()
            await platform.metering_jobs.ensure()
            await _report_pending(platform)
        upkeep = asyncio.gather(
            keep_up(platform),
            _keep_pool(platform),
            run_jobs(platform),
            exchange_metrics(platform),
            platform.loop_lag.watch(),
            _write_traffic(platform),
            exchange_usage(platform),
        )
        try:
            yield
        finally:
            await platform.job_runner.stop()
            upkeep.cancel()
            await asyncio.gather(upkeep, return_exceptions=True)
    finally:
        await platform.close()


async def _require_current(platform: Platform) -> None:
    pending = await platform.central_migrator.pending(platform.central_engine)
    if pending:
        raise CentralOutOfDate(len(pending))


async def _report_pending(platform: Platform) -> None:
    levels = await platform.pending_tenants.count()
    if levels.older or levels.newer:
        structlog.get_logger("freehold").warning(
            "tenants to upgrade", pending=levels.older, newer=levels.newer, refused=levels.refused
        )


async def keep_up(platform: Platform, every: timedelta = timedelta(seconds=15)) -> None:
    """The upkeep of a running process, until cancelled."""
    with CENTRAL.bind(platform.central_engine):
        pruning: list[Callable[[], Awaitable[object]]] = [
            platform.idempotency.purge,
            platform.job_service.prune,
            platform.life_cycle.drop_expired,
            partial(erase_expired, platform),
            prune_samples,
        ]
        await platform.provisioning.keep_up(every, pruning=pruning)


async def run_jobs(platform: Platform) -> None:
    """Execute jobs until the runner is stopped."""
    with CENTRAL.bind(platform.central_engine):
        await platform.job_runner.run()


async def _write_traffic(platform: Platform) -> None:
    with CENTRAL.bind(platform.central_engine):
        await write_traffic(platform.request_counts.traffic)


async def _keep_pool(platform: Platform) -> None:
    with CENTRAL.bind(platform.central_engine):
        await platform.pool.keep_filled()


async def _reconcile(platform: Platform) -> None:
    """Settle what can be settled now; the rest is retried while serving."""
    with CENTRAL.bind(platform.central_engine):
        report = await platform.provisioning.reconcile()
    if report != Report():
        structlog.get_logger("freehold").warning(
            "reconciled",
            undone=report.undone,
            finished=report.finished,
            changed=report.changed,
            failed=report.failed,
            dropped=report.dropped,
        )
