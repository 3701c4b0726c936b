"""``freehold directory``: the directory of addresses across tenants."""

import asyncio
import sys
from collections.abc import Sequence

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.progress import Tally, tally
from api.cli.session import load_settings, reason_of, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted
from api.schemas.common import Output as Result
from central.errors import CentralError
from central.registry import TenantRef
from piccolo_engines.errors import DatabaseError

__all__ = ["DirectoryOutcome", "directory", "rebuild_tenants"]


class DirectoryOutcome(Result):
    """How many tenants are as the directory says now, what was corrected, and the reasons of failures."""

    tenants: int
    accounts: int
    added: int
    removed: int
    failures: dict[str, str]


@click.group()
def directory() -> None:
    """The directory of addresses across tenants.

    It has keyed hashes of the addresses of users, so that central hosts can find somebody's tenants. It
    follows the tenants by itself.
    """


@directory.command("rebuild")
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenant_slugs)
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many tenants are compared at a time.",
)
@with_output
def _rebuild(tenants: tuple[str, ...], parallel: int, out: Output) -> None:
    """Compare the directory with all tenants or those named, and correct it.

    Needed after a tenant's database was restored from a backup. Safe to repeat, and to run while Freehold
    serves: nobody is missing meanwhile. The exit status is 3 if some tenants failed.
    """

    async def work(platform: Platform) -> DirectoryOutcome:
        if tenants:
            wanted = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(tenants)]
        else:
            wanted = [one for one, _ in await platform.registry.served_with_levels()]
        return await rebuild_tenants(platform, wanted, parallel, out)

    outcome = run(load_settings(), work)
    out.one(outcome, lambda: _print(outcome))
    if outcome.failures:
        sys.exit(Status.PARTLY)


async def rebuild_tenants(
    platform: Platform, tenants: Sequence[TenantRef], parallel: int, out: Output
) -> DirectoryOutcome:
    """Rebuild the entries of these tenants, ``parallel`` at a time, and show the progress."""
    outcome, left = DirectoryOutcome(0, 0, 0, 0, {}), iter(tenants)
    with tally(out, "tenant", "Tenants", len(tenants)) as progress:

        async def work() -> None:
            for tenant in left:
                await _rebuild_tenant(platform, tenant, outcome, progress)

        await asyncio.gather(*(work() for _ in range(min(parallel, len(tenants)))))
    return outcome


async def _rebuild_tenant(
    platform: Platform, tenant: TenantRef, outcome: DirectoryOutcome, progress: Tally
) -> None:
    try:
        rebuilt = await platform.directory_updates.rebuild(tenant)
    except (CentralError, DatabaseError, OSError) as error:
        outcome.failures[tenant.slug] = reason_of(error)
        progress.done(tenant.slug, failure=outcome.failures[tenant.slug])
        return
    outcome.tenants += 1
    outcome.accounts += rebuilt.accounts
    outcome.added += rebuilt.added
    outcome.removed += rebuilt.removed
    progress.done(tenant.slug, accounts=rebuilt.accounts, added=rebuilt.added, removed=rebuilt.removed)


def _print(outcome: DirectoryOutcome) -> None:
    say(
        f"{counted(outcome.accounts, 'account')} of {counted(outcome.tenants, 'tenant')}: "
        f"{outcome.added} added, {outcome.removed} removed."
    )
    for slug, reason in sorted(outcome.failures.items()):
        warn(f"{slug} was not compared: {reason}")
    if outcome.failures:
        warn(f"{len(outcome.failures)} failed. Correct the cause and run it again.")
