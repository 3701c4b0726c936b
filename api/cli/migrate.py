"""``freehold migrate``: runs the migrations of the central database and of tenants' databases."""

import asyncio
import sys
from collections.abc import Sequence

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.progress import Tally, tally
from api.cli.session import all_tenants, load_settings, reason_of, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.errors import CentralOutOfDate
from api.number_text import counted
from api.operations.upgrade import bring_up_to_date
from api.schemas.common import Output as Result
from central.errors import CentralError
from central.registry import TenantRef
from central.secrets.key_check import KeyCheck
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError

__all__ = ["migrate"]

_SERVED = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


class _Outcome(Result):
    """The number of migrations that ran, per database, and the reasons of failures."""

    central: int
    tenants: dict[str, int]
    failures: dict[str, str]


@click.command()
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenant_slugs)
@click.option("--central-only", is_flag=True, help="Do not migrate the tenants' databases.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many tenants are migrated at a time.",
)
@with_output
def migrate(tenants: tuple[str, ...], central_only: bool, parallel: int, out: Output) -> None:
    """Migrate the central database, and the databases of all tenants or of those named.

    Safe to repeat, and to run while Freehold serves. The exit status is 3 if some tenants failed; repeating
    the command migrates only those.
    """
    if tenants and central_only:
        raise click.UsageError("Name tenants or use --central-only, not both.")
    outcome = run(
        load_settings(),
        lambda platform: _migrate(platform, tenants, parallel, out, central_only=central_only),
        is_migrating=True,
    )
    out.one(outcome, lambda: _print(outcome))
    if outcome.failures:
        sys.exit(Status.PARTLY)


async def _migrate(
    platform: Platform, slugs: Sequence[str], parallel: int, out: Output, *, central_only: bool
) -> _Outcome:
    outcome = _Outcome(await _migrate_central(platform, out, only_check=bool(slugs)), {}, {})
    await KeyCheck(platform.vault).require()
    if central_only:
        return outcome
    if slugs:
        tenants = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(slugs)]
    else:
        tenants = [one.ref for one in await all_tenants(platform) if one.ref.status in _SERVED]
    platform.tenant_migrator.preload()
    free = asyncio.Semaphore(parallel)
    with tally(out, "tenant", "Tenants", len(tenants)) as progress:
        await asyncio.gather(*(_migrate_tenant(platform, one, free, outcome, progress) for one in tenants))
    return outcome


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
    platform: Platform, tenant: TenantRef, free: asyncio.Semaphore, outcome: _Outcome, progress: Tally
) -> None:
    async with free:
        try:
            ran = await bring_up_to_date(platform, tenant)
        except (CentralError, DatabaseError) as error:
            outcome.failures[tenant.slug] = reason_of(error)
            progress.done(tenant.slug, failure=outcome.failures[tenant.slug])
        else:
            outcome.tenants[tenant.slug] = len(ran)
            progress.done(tenant.slug, migrations=len(ran))


def _print(outcome: _Outcome) -> None:
    say(f"central: {counted(outcome.central, 'migration')}")
    for slug, ran in sorted(outcome.tenants.items()):
        if ran:
            say(f"{slug}: {counted(ran, 'migration')}")
    say(f"Up to date: {counted(len(outcome.tenants), 'tenant')}.")
    for slug, reason in sorted(outcome.failures.items()):
        warn(f"{slug} is not: {reason}")
    if outcome.failures:
        warn(f"{len(outcome.failures)} failed. Correct the cause and run it again; it continues.")
