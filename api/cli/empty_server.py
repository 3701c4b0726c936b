"""``freehold servers empty``: moves all tenants of one database server to others."""

import asyncio
from uuid import UUID

import msgspec

from api.cli.console import Output, fail
from api.cli.session import ACTOR
from api.composition import Platform
from api.jobs.emptying import Emptied
from api.operations.server_acts import ServerActs
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.tables import JobState

__all__ = ["empty_server"]

_POLLED_EVERY = 0.3


async def empty_server(platform: Platform, name: str, to: str | None, parallel: int, out: Output) -> Emptied:
    """Begin the job that empties the server, or follow the one that has not ended, and execute it here.

    Any process continues it if this one dies. Raises as :meth:`ServerActs.empty`.
    """
    acts = ServerActs(platform.placement, ACTOR)
    job_id = await acts.empty(platform.server_emptying, name, to, parallel)
    platform.tenant_migrator.preload()
    runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=parallel + 2)
    running = asyncio.create_task(runner.run())
    try:
        job = await _followed(platform, job_id, out)
    finally:
        await runner.stop()
        await asyncio.gather(running, return_exceptions=True)
    if job.state is not JobState.DONE:
        fail(f"The job {job_id} is {job.state.value}. {job.error or ''}".strip())
    return msgspec.convert(job.result, Emptied)


async def _followed(platform: Platform, job_id: UUID, out: Output) -> JobRecord:
    """Report each tenant once, until the job ends. Returns it as it ended."""
    seen: set[str] = set()
    while True:
        job = await platform.job_service.get(job_id)
        found = job.result or job.cursor or {}
        for slug, server in found.get("moved", {}).items():
            if slug not in seen:
                out.event(event="tenant", name=slug, server=server)
        for slug, failure in found.get("failures", {}).items():
            if slug not in seen:
                out.event(event="tenant", name=slug, failure=failure)
        seen |= {*found.get("moved", {}), *found.get("failures", {})}
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            return job
        await asyncio.sleep(_POLLED_EVERY)
