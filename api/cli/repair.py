"""``freehold tenants repair``: repairs drift between a tenant's tables and definitions."""

import sys

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.operations.command_line_access import COMMAND_LINE
from api.schemas.common import Output as Result
from central.operators import audit
from tenant_schema.scope import TenantScope

__all__ = ["repair"]


class _Repaired(Result):
    """What was settled and repaired, and what needs a backup."""

    recovered: list[str]
    repaired: list[str]
    remaining: list[str]


@click.command("repair")
@click.argument("slug", shell_complete=tenant_slugs)
@with_output
def repair(slug: str, out: Output) -> None:
    """Repair all drift of the tenant SLUG that can be repaired without loss.

    Drift is a difference between definitions and tables, caused by changes made by hand or by an older
    backup. The exit status is 3 if some remains.
    """
    repaired = run(load_settings(), lambda platform: _repair(platform, slug))
    out.one(repaired, lambda: _print(repaired))
    if repaired.remaining:
        sys.exit(Status.PARTLY)


async def _repair(platform: Platform, slug: str) -> _Repaired:
    tenant = (await tenant_called(platform, slug)).ref
    await audit.record(ACTOR, "tenant.repair", tenant_id=tenant.id, tenant_slug=slug)
    async with platform.tenancy.use(tenant):
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        recovered, repaired, remaining = await platform.schema.repair(scope, COMMAND_LINE)
    return _Repaired(recovered, [one.message for one in repaired], [one.message for one in remaining])


def _print(result: _Repaired) -> None:
    if result.recovered:
        say(f"Settled: {', '.join(result.recovered)}.")
    for message in result.repaired:
        say(f"Repaired: {message}")
    for message in result.remaining:
        warn(f"Remains: {message}")
    if result == _Repaired([], [], []):
        say("There was nothing to repair.")
