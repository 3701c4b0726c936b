"""Backing up and proving many tenants in one run, as ``freehold backups run --all`` and the schedule do.

``python -m benchmarks.backups [--tenants 1000] [--records 100]``

Each tenant is a database on SQLite with all tables and some accounts. One process takes a backup of each into
a folder, restores it beside, compares and signs it: tenants a second, elapsed and of processor time. Then the
schedule comes again, once with nothing changed, and once where the files were touched and the contents are
the same. The bounds: all are proven, and looking at what has not changed costs a small part of a backup.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import httpx
from rich.console import Console

from api.app import create_app
from api.composition import Platform, compose
from benchmarks.figures import Figure, report
from benchmarks.fleet import CHEAP, EMAIL, PASSWORD, create_first, environment, register_copy
from central.backups import rows
from central.backups.records import Reason
from central.backups.taking import take_job
from central.database import CENTRAL
from central.jobs.runner import JobRunner
from central.registry import TenantRef
from central.settings.settings import Settings
from tenant_schema.outbox import OutboxMessage

__all__ = ["BOUNDS", "main"]

BOUNDS: Final = {"proven": 1.0, "an unchanged file": 0.1, "the same contents": 0.5}
"""The share of tenants that are proven, and the processor time of a look at one, to that of its backup."""
_PARALLEL: Final = 4
_AT_ONCE: Final = 500


async def fill(platform: Platform, first: TenantRef, records: int) -> None:
    """Give the first tenant so many accounts, over HTTP. Its messages go: they are sealed for it alone."""
    transport = httpx.ASGITransport(cast("Any", create_app(platform=platform)))
    async with httpx.AsyncClient(transport=transport, base_url="http://fleet-0.localhost") as client:
        login = await client.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {login.raise_for_status().json()['accessToken']}"
        for start in range(0, records, _AT_ONCE):
            end = min(start + _AT_ONCE, records)
            body = {"op": "create", "records": [{"name": f"Account {one}"} for one in range(start, end)]}
            (await client.post("/api/v1/data/accounts/bulk", json=body)).raise_for_status()
    async with platform.tenancy.use(first):
        await OutboxMessage.delete(force=True)


async def tenants_of(platform: Platform, folder: Path, first: TenantRef, count: int) -> list[TenantRef]:
    """Create the others as copies of the first one's file."""
    source = folder / "tenants" / f"{first.db_name}.sqlite"
    return [first, *[await register_copy(platform, f"fleet-{one}", source) for one in range(1, count)]]


async def measured(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Return the seconds that the work takes: elapsed, and of this process's processor time."""
    begun, before = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - begun, time.process_time() - before


async def back_up(platform: Platform, tenants: Sequence[TenantRef], reason: str) -> None:
    """Enqueue a backup of each tenant, and execute all jobs that follow."""
    for tenant in tenants:
        await platform.jobs.enqueue(take_job(tenant.id, tenant.slug, reason))
    await JobRunner(platform.jobs, platform.backups.kinds, size=_PARALLEL).drain()


async def create_filled(environ: Mapping[str, str], records: int) -> TenantRef:
    """Create the first tenant, with all that it has in one file: no process has it open."""
    first = await create_first(environ)
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    with CENTRAL.bind(platform.central_engine):
        await fill(platform, first, records)
    await platform.close()
    return first


async def run(folder: Path, count: int, records: int) -> list[Figure]:
    environ = environment(folder) | {"BACKUP_URL": f"file://{folder / 'backups'}"}
    first = await create_filled(environ, records)
    platform = compose(Settings.from_env(environ), hashing=CHEAP)
    try:
        with CENTRAL.bind(platform.central_engine):
            tenants = await tenants_of(platform, folder, first, count)
            taken = await measured(lambda: back_up(platform, tenants, Reason.REQUEST))
            last = [await rows.latest_proven(tenant.id) for tenant in tenants]
            proven = [one for one in last if one is not None and platform.backups.is_proven(one)]
            await asyncio.sleep(3)  # so old a mark has to be before it counts
            unchanged = await measured(lambda: back_up(platform, tenants, Reason.SCHEDULE))
            for tenant in tenants:
                os.utime(folder / "tenants" / f"{tenant.db_name}.sqlite")
            same = await measured(lambda: back_up(platform, tenants, Reason.SCHEDULE))
    finally:
        await platform.close()
    size = sum(one.bytes for one in proven) / max(1, len(proven)) / 1024
    what = f"{count:,} tenants with {records:,} accounts: share proven"
    looks = {"an unchanged file": unchanged, "the same contents": same}
    return [
        Figure(what, len(proven) / count, at_least=BOUNDS["proven"]),
        Figure("a backup with its proof, elapsed", count / taken[0], "tenants/s"),
        Figure("a backup with its proof, processor time", count / taken[1], "tenants/s"),
        Figure("an archive", size, "KB"),
        *(
            Figure(f"a look at a tenant with {of}, to its backup", seconds[1] / taken[1], at_most=BOUNDS[of])
            for of, seconds in looks.items()
        ),
        Figure("load of the machine, tasks at the end", os.getloadavg()[0]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(run(Path(folder), options.tenants, options.records))
    report(Console(), figures)


if __name__ == "__main__":
    main()
