"""``freehold tenants change-password``: another password for a tenant's database user."""

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
@click.option("--end-connections", is_flag=True, help="End what is connected with the old password.")
@with_output
def change_password(slug: str, end_connections: bool, out: Output) -> None:
    """Give the database user of the tenant SLUG another password, while the tenant is served.

    Mends as well what somebody did to the user by hand: it is made anew when it was dropped, and gets its
    privileges back. The password is shown this once, and kept nowhere in plain.
    """
    changed = run(
        load_settings(),
        lambda platform: _change(platform, slug, ends_connections=end_connections),
        observer=Steps(out),
    )
    out.one(changed, lambda: _tell(changed))


async def _change(platform: Platform, slug: str, *, ends_connections: bool) -> DatabaseLogin:
    tenant = (await tenant_called(platform, slug)).ref
    return await TenantActs(platform, ACTOR).change_password(tenant.id, ends_connections=ends_connections)


def _tell(changed: DatabaseLogin) -> None:
    say(f"{changed.slug} has another database password. Keep what follows: it is shown this once.\n")
    say(f"    database user  {changed.db_username}")
    say(f"    its password   {changed.db_password}\n")
