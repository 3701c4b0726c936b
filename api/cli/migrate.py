"""``freehold migrate``: brings the central database and every tenant's up to date."""

import sys

import rich_click as click

from api.cli.console import json_option, print_json, say
from api.cli.session import load_settings, run
from api.composition import Platform
from api.schemas.common import Output
from api.upgrading import bring_up_to_date
from central.errors import CentralError
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError

__all__ = ["migrate"]

_PAGE = 200
_SERVED = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


class _Outcome(Output):
    """How many migrations ran where; why some tenants' did not."""

    central: int
    tenants: dict[str, int]
    failures: dict[str, str]


@click.command()
@click.option("--central-only", is_flag=True, help="Leave the tenants' databases as they are.")
@json_option
def migrate(central_only: bool, as_json: bool) -> None:
    """Bring the central database and all tenants' databases up to date.

    Safe to run again, and while Freehold serves. Ends with status 1 when a tenant's database could not be
    brought up to date; the others are.
    """
    outcome = run(load_settings(), lambda platform: _migrate(platform, central_only), is_migrating=True)
    if as_json:
        print_json(outcome)
    else:
        _tell(outcome)
    if outcome.failures:
        sys.exit(1)


async def _migrate(platform: Platform, central_only: bool) -> _Outcome:
    central = await platform.central_migrator.migrate(platform.central_engine)
    outcome = _Outcome(len(central), {}, {})
    if not central_only:
        for tenant in await _tenants(platform):
            await _migrate_tenant(platform, tenant, outcome)
    return outcome


async def _migrate_tenant(platform: Platform, tenant: TenantRef, outcome: _Outcome) -> None:
    try:
        ran = await bring_up_to_date(platform, tenant)
    except (CentralError, DatabaseError) as error:
        outcome.failures[tenant.slug] = f"{error} ({error.__cause__})" if error.__cause__ else str(error)
    else:
        outcome.tenants[tenant.slug] = len(ran)


async def _tenants(platform: Platform) -> list[TenantRef]:
    found: list[TenantRef] = []
    cursor = None
    while True:
        page = await platform.registry.page(_PAGE, cursor)
        found += [one.ref for one in page.items if one.ref.status in _SERVED]
        if page.next is None:
            return found
        cursor = page.next


def _tell(outcome: _Outcome) -> None:
    say(f"central: {outcome.central} migrations")
    for slug, ran in sorted(outcome.tenants.items()):
        if ran:
            say(f"{slug}: {ran} migrations")
    say(f"{len(outcome.tenants)} tenants are up to date.")
    for slug, reason in sorted(outcome.failures.items()):
        click.echo(f"{slug} is not: {reason}", err=True)
