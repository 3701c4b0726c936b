"""``freehold migrate``: brings the central database and tenants' databases up to date."""

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
from api.schemas.common import Output as Answer
from central.errors import CentralError
from central.registry import TenantRef
from central.secrets.key_check import KeyCheck
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError

__all__ = ["migrate"]

_SERVED = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


class _Outcome(Answer):
    """How many migrations ran where; why some tenants' did not."""

    central: int
    tenants: dict[str, int]
    failures: dict[str, str]


@click.command()
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenant_slugs)
@click.option("--central-only", is_flag=True, help="Leave the tenants' databases as they are.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many tenants are brought up to date at a time.",
)
@with_output
def migrate(tenants: tuple[str, ...], central_only: bool, parallel: int, out: Output) -> None:
    """Bring the central database up to date, and the databases of all tenants, or of those named.

    Safe to run again, and while Freehold serves. Ends with status 3 when some tenants could not be brought up
    to date; the others are, and running it again takes up those that are left.
    """
    if tenants and central_only:
        raise click.UsageError("Name tenants, or say --central-only.")
    outcome = run(
        load_settings(),
        lambda platform: _migrate(platform, tenants, parallel, out, central_only=central_only),
        is_migrating=True,
    )
    out.one(outcome, lambda: _tell(outcome))
    if outcome.failures:
        sys.exit(Status.PARTLY)


async def _migrate(
    platform: Platform, slugs: Sequence[str], parallel: int, out: Output, *, central_only: bool
) -> _Outcome:
    outcome = _Outcome(await _migrate_central(platform, out, only_look=bool(slugs)), {}, {})
    await KeyCheck(platform.vault).require()
    if central_only:
        return outcome
    if slugs:
        tenants = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(slugs)]
    else:
        tenants = [one.ref for one in await all_tenants(platform) if one.ref.status in _SERVED]
    platform.tenant_migrator.preload()
    free = asyncio.Semaphore(parallel)
    with tally(out, "tenant", "Tenants", len(tenants)) as told:
        await asyncio.gather(*(_migrate_tenant(platform, one, free, outcome, told) for one in tenants))
    return outcome


async def _migrate_central(platform: Platform, out: Output, *, only_look: bool) -> int:
    """How many migrations ran. Where some tenants are asked for, the central database must be ready."""
    if only_look:
        if pending := await platform.central_migrator.pending(platform.central_engine):
            raise CentralOutOfDate(len(pending))
        return 0
    ran = await platform.central_migrator.migrate(platform.central_engine)
    out.event(event="central", migrations=len(ran))
    return len(ran)


async def _migrate_tenant(
    platform: Platform, tenant: TenantRef, free: asyncio.Semaphore, outcome: _Outcome, told: Tally
) -> None:
    async with free:
        try:
            ran = await bring_up_to_date(platform, tenant)
        except (CentralError, DatabaseError) as error:
            outcome.failures[tenant.slug] = reason_of(error)
            told.done(tenant.slug, failure=outcome.failures[tenant.slug])
        else:
            outcome.tenants[tenant.slug] = len(ran)
            told.done(tenant.slug, migrations=len(ran))


def _tell(outcome: _Outcome) -> None:
    say(f"central: {counted(outcome.central, 'migration')}")
    for slug, ran in sorted(outcome.tenants.items()):
        if ran:
            say(f"{slug}: {counted(ran, 'migration')}")
    say(f"Up to date: {counted(len(outcome.tenants), 'tenant')}.")
    for slug, reason in sorted(outcome.failures.items()):
        warn(f"{slug} is not: {reason}")
    if outcome.failures:
        warn(f"{len(outcome.failures)} failed. Mend the cause and run it again; what is done stays done.")
