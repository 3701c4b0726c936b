"""``freehold migrate --check``: looks into each database, compares it with the registry, changes nothing."""

import asyncio
import sys
from collections.abc import Sequence
from functools import partial

from api.checkup.levels import level_problem
from api.cli.console import Output, say, warn
from api.cli.progress import Tally, tally
from api.cli.session import reason_of, run
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted
from api.schemas.migrations import Checked
from central.errors import CentralError, TenantNotFound
from central.registry import TenantRef
from central.settings.settings import Settings
from piccolo_engines.errors import DatabaseError

__all__ = ["check_databases"]


def check_databases(settings: Settings, slugs: Sequence[str], parallel: int, out: Output) -> None:
    """Check all tenants or those named, and end the command with status 1 if there is something to do."""
    checked = run(settings, partial(_check, slugs, parallel, out), is_migrating=True)
    out.one(checked, lambda: _print(checked))
    if not checked.is_up_to_date:
        sys.exit(Status.FAILED)


async def _check(slugs: Sequence[str], parallel: int, out: Output, platform: Platform) -> Checked:
    lacking = await platform.central_migrator.pending(platform.central_engine)
    out.event(event="central", migrations=len(lacking))
    checked = Checked(len(lacking), {}, {}, {})
    if lacking:  # the registry may lack the columns that are read now
        return checked
    served = {tenant.slug: (tenant, level) for tenant, level in await platform.registry.served_with_levels()}
    if unknown := next((slug for slug in slugs if slug not in served), None):
        raise TenantNotFound(unknown)
    wanted = [served[slug] for slug in dict.fromkeys(slugs)] if slugs else [*served.values()]
    left = iter(wanted)
    with tally(out, "tenant", "Tenants", len(wanted)) as progress:

        async def work() -> None:
            for tenant, level in left:
                await _check_tenant(platform, tenant, level, checked, progress)

        await asyncio.gather(*(work() for _ in range(min(parallel, len(wanted)))))
    return checked


async def _check_tenant(
    platform: Platform, tenant: TenantRef, level: str, checked: Checked, progress: Tally
) -> None:
    slug, migrator = tenant.slug, platform.tenant_migrator
    try:
        async with platform.tenancy.use(tenant, at_any_level=True) as engine:
            lacking = len(await migrator.pending(engine))
    except (CentralError, DatabaseError) as error:
        checked.failures[slug] = reason_of(error)
        progress.done(slug, failure=checked.failures[slug])
        return
    checked.tenants[slug] = lacking
    if problem := level_problem(migrator.level, level, lacking):
        checked.levels[slug] = problem
        progress.done(slug, migrations=lacking, level=problem)
    else:
        progress.done(slug, migrations=lacking)


def _print(checked: Checked) -> None:
    say(f"central: {counted(checked.central, 'migration')} to run")
    for slug, lacking in sorted(checked.tenants.items()):
        if lacking:
            say(f"{slug}: {counted(lacking, 'migration')} to run")
    for slug, problem in sorted(checked.levels.items()):
        warn(f"{slug}: {problem} Run `freehold migrate {slug}`.")
    for slug, reason in sorted(checked.failures.items()):
        warn(f"{slug} could not be checked: {reason}")
    if checked.is_up_to_date:
        say(f"Up to date: {counted(len(checked.tenants), 'tenant')}.")
