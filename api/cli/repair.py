"""``freehold tenants repair``: makes a tenant's tables what its definitions say again."""

import sys

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, warn, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.operations.command_line_access import COMMAND_LINE
from api.schemas.common import Output as Answer
from central.operators import audit
from tenant_schema.scope import TenantScope

__all__ = ["repair"]


class _Repaired(Answer):
    """What was settled and repaired, and what needs a backup."""

    recovered: list[str]
    repaired: list[str]
    remaining: list[str]


@click.command("repair")
@click.argument("slug", shell_complete=tenant_slugs)
@with_output
def repair(slug: str, out: Output) -> None:
    """End every difference between definitions and tables of the tenant SLUG that can be ended without loss.

    Such differences come from outside: somebody altered a table by hand, or restored an older backup. Ends
    with status 3 when some remain.
    """
    answer = run(load_settings(), lambda platform: _repair(platform, slug))
    out.one(answer, lambda: _tell(answer))
    if answer.remaining:
        sys.exit(Status.PARTLY)


async def _repair(platform: Platform, slug: str) -> _Repaired:
    tenant = (await tenant_called(platform, slug)).ref
    await audit.record(ACTOR, "tenant.repair", tenant_id=tenant.id, tenant_slug=slug)
    async with platform.tenancy.use(tenant):
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        recovered, repaired, remaining = await platform.schema.repair(scope, COMMAND_LINE)
    return _Repaired(recovered, [one.message for one in repaired], [one.message for one in remaining])


def _tell(answer: _Repaired) -> None:
    if answer.recovered:
        say(f"Settled: {', '.join(answer.recovered)}.")
    for message in answer.repaired:
        say(f"Repaired: {message}")
    for message in answer.remaining:
        warn(f"Remains: {message}")
    if answer == _Repaired([], [], []):
        say("There was nothing to repair.")
