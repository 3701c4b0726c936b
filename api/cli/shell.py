"""``freehold shell``: a Python prompt with a tenant bound and top-level ``await``."""

import sys
from typing import Any

import rich_click as click
from piccolo.table import Table

from api.cli.completion import tenant_slugs
from api.cli.prompt import Prompt
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from central.operators import audit
from central.registry import TenantRef
from tenant_schema.apps import tables as apps
from tenant_schema.objects import tables as objects
from tenant_schema.scope import TenantScope
from tenant_schema.standard import tables as standard
from tenant_schema.users import tables as users

__all__ = ["shell"]

_BANNER = """\
Freehold, in the database of {name} ({slug}). `await` works here; Ctrl-D exits.
  tables     Account, Contact, User, Role, App, …: await Account.select().limit(3)
  objects    the tenant's objects by name: await objects["accounts"].table.count()
  platform, tenant, scope    the services, and the tenant for their methods
Changes take effect immediately, without trash or history."""


@click.command()
@click.argument("slug", shell_complete=tenant_slugs)
@click.option("-c", "--command", "source", help="Run this code instead of a prompt.")
def shell(slug: str, source: str | None) -> None:
    """Open a Python shell with the tenant SLUG bound.

    Code from a pipe is run as a whole: echo 'print(await Account.count())' | freehold shell acme
    """
    given = source if source is not None or sys.stdin.isatty() else sys.stdin.read()
    if not run(load_settings(), lambda platform: _open(platform, slug, given)):
        sys.exit(1)


async def _open(platform: Platform, slug: str, source: str | None) -> bool:
    """Return whether the code succeeded."""
    tenant = (await tenant_called(platform, slug)).ref
    await audit.record(ACTOR, "tenant.shell", tenant_id=tenant.id, tenant_slug=slug)
    async with platform.tenancy.use(tenant, at_any_level=True):
        prompt = Prompt(await _names(platform, tenant))
        if source is not None:
            return await prompt.run(source)
        return await prompt.ask(_BANNER.format(name=tenant.name, slug=slug))


async def _names(platform: Platform, tenant: TenantRef) -> dict[str, Any]:
    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
    tables = {
        name: found
        for module in (users, objects, apps, standard)
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Table) and found is not Table
    }
    known = {"platform": platform, "tenant": tenant, "scope": scope}
    return tables | known | {"objects": await platform.catalog.all(scope)}
