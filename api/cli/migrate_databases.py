"""Runs the migrations of ``freehold migrate``, where there may be some to run."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from api.cli.console import Output
from api.cli.progress import Tally, tally
from api.cli.session import reason_of, tenant_called
from api.composition import Platform
from api.errors import CentralOutOfDate
from api.operations.fleet_levels import fleet_levels
from api.operations.upgrade import bring_up_to_date
from api.schemas.migrations import Migrated
from central.errors import CentralError
from central.registry import TenantRef
from central.secrets.key_check import KeyCheck
from piccolo_engines.errors import DatabaseError

__all__ = ["migrate_databases"]

_TENANT = "tenant"
"""The event of one tenant."""
_Pending: TypeAlias = tuple[TenantRef, str]
"""A tenant and the level of its database by the registry; empty to look for everything."""


async def migrate_databases(
    slugs: Sequence[str], parallel: int, out: Output, platform: Platform, *, central_only: bool, verify: bool
) -> Migrated:
    """Migrate the central database, then those of the tenants, ``parallel`` at a time.

    Failures of tenants are in the result. Raises those of the central database.

    :param slugs: the tenants; empty for all that the registry does not have as up to date.
    :param verify: whether to look into all.
    """
    outcome = Migrated(await _migrate_central(platform, out, only_check=bool(slugs)), {}, {})
    await KeyCheck(platform.vault).require()
    if not central_only:
        pending = await _pending(platform, slugs, outcome, out, verify=verify)
        await _migrate_tenants(platform, pending, parallel, outcome, out)
    return outcome


async def _pending(
    platform: Platform, slugs: Sequence[str], outcome: Migrated, out: Output, *, verify: bool
) -> Sequence[_Pending]:
    """Return the tenants to look into, with what is known of them.

    Those that are up to date by the registry are added to ``outcome``.
    """
    if slugs:
        return [((await tenant_called(platform, slug)).ref, "") for slug in dict.fromkeys(slugs)]
    if verify:
        return [(tenant, "") for tenant, _ in await platform.registry.served_with_levels()]
    levels = await fleet_levels(platform.registry, platform.servers, platform.tenant_migrator.level)
    for slug in levels.current:
        outcome.tenants[slug] = 0
        out.event(event=_TENANT, name=slug, migrations=0)
    return levels.pending


async def _migrate_tenants(
    platform: Platform, tenants: Sequence[_Pending], parallel: int, outcome: Migrated, out: Output
) -> None:
    if tenants:
        platform.tenant_migrator.preload()
    left = iter(tenants)
    completed = len(outcome.tenants)
    with tally(out, _TENANT, "Tenants", completed + len(tenants), completed) as progress:

        async def work() -> None:
            for tenant, level in left:
                await _migrate_tenant(platform, tenant, level, outcome, progress)

        await asyncio.gather(*(work() for _ in range(min(parallel, len(tenants)))))


async def _migrate_central(platform: Platform, out: Output, *, only_check: bool) -> int:
    """Return the number of migrations that ran. With ``only_check`` the database must be up to date."""
    if only_check:
        if pending := await platform.central_migrator.pending(platform.central_engine):
            raise CentralOutOfDate(len(pending))
        return 0
    ran = await platform.central_migrator.migrate(platform.central_engine)
    out.event(event="central", migrations=len(ran))
    return len(ran)


async def _migrate_tenant(
    platform: Platform, tenant: TenantRef, level: str, outcome: Migrated, progress: Tally
) -> None:
    try:
        async with platform.upgrades.holds.held(tenant.id) as (_, held):
            ran = await bring_up_to_date(platform, held, level)
    except (CentralError, DatabaseError) as error:
        outcome.failures[tenant.slug] = reason_of(error)
        progress.done(tenant.slug, failure=outcome.failures[tenant.slug])
    else:
        outcome.tenants[tenant.slug] = len(ran)
        progress.done(tenant.slug, migrations=len(ran))
