"""``freehold servers empty``: moves all tenants of one database server to others."""

import asyncio
from collections.abc import Iterator

import msgspec

from api.cli.console import Output, fail
from api.cli.session import ACTOR, all_tenants, reason_of
from api.composition import Platform
from api.operations.life_cycle_acts import LifeCycleActs
from api.operations.server_acts import ServerActs
from central.errors import CentralError
from central.jobs.runner import JobRunner
from central.jobs.tables import JobState
from central.registry import TenantRef
from piccolo_engines.errors import DatabaseError

__all__ = ["Emptied", "empty_server"]

_POLLED_EVERY = 0.3
_NOWHERE = "No other server gets new tenants: name one with --to."


class Emptied(msgspec.Struct, rename="camel"):
    """What became of the tenants: by slug, the server that each is on now, or why it was not moved."""

    server: str
    moved: dict[str, str] = {}
    failures: dict[str, str] = {}


async def empty_server(platform: Platform, name: str, to: str | None, parallel: int, out: Output) -> Emptied:
    """Mark the server as draining, and move each of its tenants, ``parallel`` at a time.

    Each move is a job, which any process continues if this one dies. Tenants that cannot be moved are
    left where they are, and the others are moved.

    :param to: where they are moved; None for where new tenants would be created.
    """
    await ServerActs(platform.placement, ACTOR).change(name, draining=True)
    if to is not None and platform.servers.get(to).name == name:
        fail(f"{to} is the server that is to be emptied.", 2)
    platform.tenant_migrator.preload()
    here = [one.ref for one in await all_tenants(platform) if one.ref.database_server == name]
    if here and to is None and await _place(platform, name) is None:
        fail(_NOWHERE)
    emptied, waiting = Emptied(name), iter(here)
    runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=parallel + 1)
    running = asyncio.create_task(runner.run())
    try:
        await asyncio.gather(*(_move_each(platform, waiting, to, emptied, out) for _ in range(parallel)))
    finally:
        await runner.stop()
        await asyncio.gather(running, return_exceptions=True)
    return emptied


async def _move_each(
    platform: Platform, waiting: Iterator[TenantRef], to: str | None, emptied: Emptied, out: Output
) -> None:
    """Move tenants, one after the other, until none waits."""
    for tenant in waiting:
        server = to or await _place(platform, emptied.server)
        failure = None if server is not None else _NOWHERE
        if server is not None and (failure := await _move(platform, tenant, server)) is None:
            emptied.moved[tenant.slug] = server
            out.event(event="tenant", name=tenant.slug, server=server)
        if failure is not None:
            emptied.failures[tenant.slug] = failure
            out.event(event="tenant", name=tenant.slug, failure=failure)


async def _place(platform: Platform, server: str) -> str | None:
    """Return the server that a new tenant would be created on; None if that is this one."""
    chosen = await platform.placement.choose()
    return None if chosen == server else chosen


async def _move(platform: Platform, tenant: TenantRef, server: str) -> str | None:
    """Move one tenant. Returns why it was not moved, or None."""
    try:
        job_id = await LifeCycleActs(platform, ACTOR).move_to(tenant.id, server)
    except (CentralError, DatabaseError) as error:
        return reason_of(error)
    while True:
        job = await platform.job_service.get(job_id)
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            return None if job.state is JobState.DONE else job.error or job.state.value
        await asyncio.sleep(_POLLED_EVERY)
