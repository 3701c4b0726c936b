"""``freehold tenants sample``: creates sample records in a tenant, and removes them."""

from dataclasses import replace

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.command_line_access import COMMAND_LINE
from api.schemas.common import Output as Result
from central.operators import audit
from tenant_schema.scope import TenantScope
from tenant_schema.users.roles.records import ADMINISTRATOR
from tenant_schema.users.service import UserFilter

__all__ = ["sample"]


class _Sample(Result):
    """What was done."""

    slug: str
    created: int = 0
    removed: int = 0
    kept: int = 0


@click.command("sample")
@click.argument("slug", shell_complete=tenant_slugs)
@click.option("--remove", is_flag=True, help="Remove the sample records instead.")
@click.option("--changed", is_flag=True, help="With --remove: also those that were changed.")
@with_output
def sample(slug: str, remove: bool, changed: bool, out: Output) -> None:
    """Create sample records in the tenant SLUG: accounts, contacts and opportunities.

    They belong to the tenant's first administrator. Those that are there already stay as they are. Removing
    them leaves no trace of them; those that were changed, or that other records need, are kept.
    """
    if changed and not remove:
        raise click.UsageError("--changed needs --remove.")
    done = run(load_settings(), lambda platform: _act(platform, slug, remove=remove, changed=changed))
    out.one(done, lambda: _print(done, remove=remove))


async def _act(platform: Platform, slug: str, *, remove: bool, changed: bool) -> _Sample:
    tenant = (await tenant_called(platform, slug)).ref
    action = f"tenant.sample-{'remove' if remove else 'create'}"
    await audit.record(ACTOR, action, tenant_id=tenant.id, tenant_slug=slug)
    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
    async with platform.tenancy.use(tenant):
        if remove:
            removed, kept = await platform.sample_data.remove(scope, COMMAND_LINE, changed=changed)
            return _Sample(slug=slug, removed=removed, kept=kept)
        wanted = UserFilter(role=ADMINISTRATOR, active=True)
        administrators = (await platform.people.users.page(COMMAND_LINE, 200, wanted=wanted)).items
        if not administrators:
            fail(f"{slug} has no administrator: see `freehold tenants administrator`.")
        access = replace(COMMAND_LINE, user_id=administrators[-1].id)
        return _Sample(slug=slug, created=await platform.sample_data.create(scope, access))


def _print(done: _Sample, *, remove: bool) -> None:
    if not remove:
        say(f"{done.created} sample records were created in {done.slug}.")
        return
    say(f"{done.removed} sample records were removed from {done.slug}.")
    if done.kept:
        say(f"{done.kept} were kept: they were changed (see --changed), or other records need them.")
