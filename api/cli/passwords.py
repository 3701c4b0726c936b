"""``freehold tenants change-password``: changes the password of a tenant's database user."""

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.progress import Steps
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.tenant_acts import TenantActs
from api.schemas.tenants import DatabaseLogin

__all__ = ["change_password"]


@click.command("change-password")
@click.argument("slug", shell_complete=tenant_slugs)
@click.option("--end-connections", is_flag=True, help="End the connections with the old password.")
@with_output
def change_password(slug: str, end_connections: bool, out: Output) -> None:
    """Change the password of the database user of the tenant SLUG, while the tenant is served.

    Also repairs the user: a dropped one is created again, and missing privileges are granted. The password is
    printed once and not stored in plain text.
    """
    changed = run(
        load_settings(),
        lambda platform: _change(platform, slug, ends_connections=end_connections),
        observer=Steps(out),
    )
    out.one(changed, lambda: _print(changed))


async def _change(platform: Platform, slug: str, *, ends_connections: bool) -> DatabaseLogin:
    tenant = (await tenant_called(platform, slug)).ref
    return await TenantActs(platform, ACTOR).change_password(tenant.id, ends_connections=ends_connections)


def _print(changed: DatabaseLogin) -> None:
    say(f"{changed.slug} has a new database password. Store it: it is shown only once.\n")
    say(f"    database user  {changed.db_username}")
    say(f"    its password   {changed.db_password}\n")
