"""``freehold migrate``: runs the migrations of the central database and of tenants' databases."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.progress import Tally, tally
from api.cli.session import load_settings, reason_of, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.errors import CentralOutOfDate
from api.number_text import counted
from api.operations.upgrade import bring_up_to_date
from api.schemas.common import Output as Result
from central.errors import CentralError
from central.registry import TenantRef
from central.secrets.key_check import KeyCheck
from piccolo_engines.errors import DatabaseError

__all__ = ["migrate"]

_TENANT = "tenant"
"""The event of one tenant."""
_Pending: TypeAlias = tuple[TenantRef, str]
"""A tenant and the level of its database by the registry; empty to look for everything."""


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
@click.option(
    "--verify", is_flag=True, help="Look into all databases, also those that the registry has as up to date."
)
@with_output
def migrate(tenants: tuple[str, ...], central_only: bool, parallel: int, verify: bool, out: Output) -> None:
    """Migrate the central database, and the databases of all tenants or of those named.

    The registry knows which tenants are up to date; of those only named ones are looked into, or all with
    --verify. After restoring a database from a backup, name its tenant.

    Safe to repeat, and to run while Freehold serves. The exit status is 3 if some tenants failed; repeating
    the command migrates only those.
    """
    if tenants and central_only:
        raise click.UsageError("Name tenants or use --central-only, not both.")
    if central_only and verify:
        raise click.UsageError("Use --central-only or --verify, not both.")

    async def work(platform: Platform) -> _Outcome:
        outcome = _Outcome(await _migrate_central(platform, out, only_check=bool(tenants)), {}, {})
        await KeyCheck(platform.vault).require()
        if not central_only:
            pending = await _pending(platform, tenants, outcome, out, verify=verify)
            await _migrate_tenants(platform, pending, parallel, outcome, out)
        return outcome

    outcome = run(load_settings(), work, is_migrating=True)
    out.one(outcome, lambda: _print(outcome))
    if outcome.failures:
        sys.exit(Status.PARTLY)


async def _pending(
    platform: Platform, slugs: Sequence[str], outcome: _Outcome, out: Output, *, verify: bool
) -> Sequence[_Pending]:
    """Return the tenants to look into, with what is known of them.

    Those that are up to date by the registry are added to ``outcome``.
    """
    if slugs:
        return [((await tenant_called(platform, slug)).ref, "") for slug in dict.fromkeys(slugs)]
    pending, wanted = [], platform.tenant_migrator.level
    there = await _databases(platform)
    for tenant, level in await platform.registry.served_with_levels():
        if verify or level != wanted or (tenant.database_server, tenant.db_name.lower()) not in there:
            pending.append((tenant, "" if verify else level))
        else:
            outcome.tenants[tenant.slug] = 0
            out.event(event=_TENANT, name=tenant.slug, migrations=0)
    return pending


async def _databases(platform: Platform) -> set[tuple[str, str]]:
    """Return the databases of the servers that respond, as pairs of server and name."""
    found: set[tuple[str, str]] = set()
    for server in platform.servers:
        with suppress(DatabaseError):
            found |= {(server.name, name) for name in await server.databases()}
    return found


async def _migrate_tenants(
    platform: Platform, tenants: Sequence[_Pending], parallel: int, outcome: _Outcome, out: Output
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
    platform: Platform, tenant: TenantRef, level: str, outcome: _Outcome, progress: Tally
) -> None:
    try:
        ran = await bring_up_to_date(platform, tenant, level)
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
