"""``freehold migrate``: runs the migrations of the central database and of tenants' databases."""

import sys
from functools import partial

import rich_click as click

from api.central_services import CentralServices
from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.session import load_settings, run, run_central
from api.cli.statuses import Status
from api.number_text import counted
from api.operations.fleet_levels import fleet_levels
from api.schemas.migrations import Migrated
from api.tenant_level import tenant_level
from central.migrations.pending_in_central import pending_in_central
from central.secrets.key_check import KeyCheck
from central.servers.installed import installed_servers
from central.settings.settings import Settings

__all__ = ["migrate"]


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
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing: look into each database, and compare it with the registry. The exit status is 1 if "
    "there is something to do.",
)
@click.option("--waves", metavar="SHARES", help="Upgrade all tenants in waves, such as 1%,10%,100%.")
@click.option("--canary", metavar="SLUGS", help="With --waves: tenants that come before, such as acme,demo.")
@click.option(
    "--soak",
    type=click.FloatRange(0, 86_400),
    default=60.0,
    show_default=True,
    help="With --waves: seconds for which the tenants' traffic is watched after each wave.",
)
@click.option(
    "--max-failures",
    metavar="SHARE",
    default="1%",
    show_default=True,
    help="With --waves: the share of a wave's tenants that may fail before the upgrade stops.",
)
@with_output
def migrate(
    tenants: tuple[str, ...],
    central_only: bool,
    parallel: int,
    verify: bool,
    check: bool,
    waves: str | None,
    canary: str | None,
    soak: float,
    max_failures: str,
    out: Output,
) -> None:
    """Migrate the central database, and the databases of all tenants or of those named.

    The registry knows which tenants are up to date; of those only named ones are looked into, or all with
    --verify. After restoring a database from a backup, name its tenant.

    With --waves or --canary tenants are upgraded in waves, which their own traffic judges: the upgrade stops
    when too many of a wave fail. The same command continues one that was interrupted.

    Safe to repeat, and to run while Freehold serves. The exit status is 3 if some tenants failed; repeating
    the command migrates only those.
    """
    if central_only and (tenants or verify or check):
        raise click.UsageError("Use --central-only alone: without tenants, --verify and --check.")
    if verify and check:
        raise click.UsageError("Use --verify or --check, not both: --check looks into all databases.")
    if (waves or canary) and (tenants or central_only or verify or check):
        raise click.UsageError("Use --waves and --canary without tenants, --central-only, --verify, --check.")
    settings = load_settings()
    if waves or canary:
        from api.cli.migrate_waves import migrate_in_waves, options_of  # noqa: PLC0415

        migrate_in_waves(settings, options_of(canary, waves, soak, max_failures, parallel), out)
        return
    if check:
        # Here and below not at the top: it imports everything that serves requests (ADR 114).
        from api.cli.migrate_check import check_databases  # noqa: PLC0415

        check_databases(settings, tenants, parallel, out)
        return
    outcome = None if tenants or verify else _outcome_if_up_to_date(settings, out, central_only=central_only)
    if outcome is None:
        from api.cli.migrate_databases import migrate_databases  # noqa: PLC0415

        work = partial(migrate_databases, tenants, parallel, out, central_only=central_only, verify=verify)
        outcome = run(settings, work, is_migrating=True)
    _end(outcome, out)


def _outcome_if_up_to_date(settings: Settings, out: Output, *, central_only: bool) -> Migrated | None:
    """Return the outcome, and write its events, if there is nothing to do; None otherwise."""

    async def look(services: CentralServices) -> Migrated | None:
        if await pending_in_central():
            return None
        await KeyCheck(services.vault).require()
        if central_only:
            return Migrated.nothing(())
        servers = installed_servers(settings)
        try:
            levels = await fleet_levels(services.registry, servers, tenant_level())
        finally:
            await servers.close()
        return None if levels.pending else Migrated.nothing(levels.current)

    outcome = run_central(settings, look, is_migrating=True)
    if outcome is not None:
        out.event(event="central", migrations=0)
        for slug in outcome.tenants:
            out.event(event="tenant", name=slug, migrations=0)
    return outcome


def _end(outcome: Migrated, out: Output) -> None:
    out.one(outcome, lambda: _print(outcome))
    if outcome.failures:
        sys.exit(Status.PARTLY)


def _print(outcome: Migrated) -> None:
    say(f"central: {counted(outcome.central, 'migration')}")
    for slug, ran in sorted(outcome.tenants.items()):
        if ran:
            say(f"{slug}: {counted(ran, 'migration')}")
    say(f"Up to date: {counted(len(outcome.tenants), 'tenant')}.")
    for slug, reason in sorted(outcome.failures.items()):
        warn(f"{slug} is not: {reason}")
    if outcome.failures:
        warn(f"{len(outcome.failures)} failed. Correct the cause and run it again; it continues.")
