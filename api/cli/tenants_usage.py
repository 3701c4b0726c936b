"""``freehold tenants usage``: what a tenant may use, and what it uses."""

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import load_settings, run, tenant_called
from api.composition import Platform
from api.operations.usage_reports import usage_of
from api.schemas.usage import UsageQuery, UsageResponse

__all__ = ["show_usage"]

_CONTENTS = (("rows", "rows"), ("storage_bytes", "storage"), ("users", "users"), ("objects", "objects"))


@click.command("usage")
@click.argument("slug", shell_complete=tenant_slugs)
@with_output
def show_usage(slug: str, out: Output) -> None:
    """Show what the tenant SLUG may use, and what it uses."""
    found = run(load_settings(), lambda platform: _usage(platform, slug))
    out.one(found, lambda: _print(found))


async def _usage(platform: Platform, slug: str) -> UsageResponse:
    tenant = (await tenant_called(platform, slug)).ref
    return await usage_of(tenant.id, tenant.limits, UsageQuery())


def _print(found: UsageResponse) -> None:
    limits, now = found.limits, found.current
    say(f"  plan      {'none' if limits is None else limits.plan}")
    for name, label in _CONTENTS:
        used = "not measured yet" if now is None else f"{getattr(now, name):,}"
        most = None if limits is None else getattr(limits, name)
        say(f"  {label:<9} {used}{'' if most is None else f' of {most:,}'}")
    for day in found.days:
        say(f"  {day.day}  {day.requests:,} requests, {day.refused:,} refused")
