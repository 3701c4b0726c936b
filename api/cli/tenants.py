"""``freehold tenants``: lists and changes tenants."""

import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import rich_click as click

from api.cli.administrator import administrator
from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.create_tenant import create
from api.cli.domains import domains
from api.cli.passwords import change_password
from api.cli.progress import Steps
from api.cli.reconcile import reconcile
from api.cli.repair import repair
from api.cli.session import ACTOR, all_tenants, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.tenant_acts import TenantActs
from api.schemas.tenants import Disconnected, DomainResponse, TenantResponse
from central.registry import TenantRecord
from central.settings.settings import Settings
from central.tables import TenantStatus

__all__ = ["tenants"]

_COLUMNS = ("slug", "status", "name", "domain", "database")
_Act = Callable[[TenantActs, UUID], Awaitable[TenantRecord]]
_slug = click.argument("slug", shell_complete=tenant_slugs)


class _Detail(TenantResponse):
    """A tenant with all its host names."""

    domains: list[DomainResponse]


class _Gone(msgspec.Struct):
    """A deleted tenant."""

    slug: str
    deleted: bool = True


@click.group()
def tenants() -> None:
    """Create, find, suspend, resume, rename and delete tenants."""


@tenants.command("list")
@click.option(
    "--status", type=click.Choice([one.value for one in TenantStatus]), help="Only tenants with this status."
)
@click.option("--search", metavar="TEXT", help="Only tenants whose name, slug or domains contain this text.")
@with_output
def _list_tenants(status: str | None, search: str | None, out: Output) -> None:
    """List all tenants, newest first."""
    wanted = None if status is None else TenantStatus(status)
    found = run(load_settings(), lambda platform: all_tenants(platform, wanted, search))
    results = [TenantResponse.of(one) for one in found]
    out.many(results, "Tenants", [_row(one) for one in results], _COLUMNS)


@tenants.command("show")
@_slug
@with_output
def _show_tenant(slug: str, out: Output) -> None:
    """Show the tenant SLUG with all its host names."""
    settings = load_settings()
    found = run(settings, lambda platform: _detail(platform, slug))
    out.one(found, lambda: _print(found, settings))


@tenants.command("rename")
@_slug
@click.argument("name")
@with_output
def _rename_tenant(slug: str, name: str, out: Output) -> None:
    """Change the display name of the tenant SLUG to NAME. Slug, domains and database stay the same."""
    renamed = run(
        load_settings(), lambda platform: _act(platform, slug, lambda acts, one: acts.rename(one, name))
    )
    out.one(renamed, lambda: say(f"{renamed.slug} is called {renamed.name} now."))


@tenants.command("suspend")
@_slug
@with_output
def _suspend_tenant(slug: str, out: Output) -> None:
    """Stop serving the tenant SLUG. Its data is kept."""
    suspended = run(load_settings(), lambda platform: _act(platform, slug, TenantActs.suspend))
    out.one(suspended, lambda: say(f"{slug} is suspended; `freehold tenants resume {slug}` serves it again."))


@tenants.command("resume")
@_slug
@with_output
def _resume_tenant(slug: str, out: Output) -> None:
    """Serve the suspended tenant SLUG again."""
    settings = load_settings()
    resumed = run(settings, lambda platform: _act(platform, slug, TenantActs.resume))
    out.one(resumed, lambda: say(f"{slug} is served again at {settings.url_of(resumed.domain)}."))


@tenants.command("disconnect")
@_slug
@click.option("--force", is_flag=True, help="Do not wait for running statements.")
@with_output
def _disconnect_tenant(slug: str, force: bool, out: Output) -> None:
    """Close the connections to the database of the tenant SLUG, in all processes.

    Each process closes its connections once their statements are finished, and idle ones within 15 seconds.
    The next request opens new connections with the credentials that are stored then.
    """
    closed = run(load_settings(), lambda platform: _disconnect(platform, slug, force=force))
    out.one(closed, lambda: say(f"The connections of {slug} are being closed: {closed.closed} were open."))


@tenants.command("delete")
@_slug
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@with_output
def _delete_tenant(slug: str, yes: bool, out: Output) -> None:
    """Delete the tenant SLUG with its database. This cannot be undone."""
    settings = load_settings()
    found = run(settings, lambda platform: _detail(platform, slug))
    if not yes:
        _ask(found)
    run(settings, lambda platform: _delete(platform, slug), observer=Steps(out))
    out.one(_Gone(slug), lambda: say(f"Deleted {slug} and its database {found.db_name}."))


def _ask(tenant: TenantResponse) -> None:
    """End the command unless the slug is typed at a terminal."""
    if not sys.stdin.isatty():
        fail(f"Deleting {tenant.slug} cannot be undone. Use --yes to delete it without confirmation.", 2)
    click.echo(
        f"{tenant.name} ({tenant.domain}) and its database {tenant.db_name} will be deleted permanently."
    )
    if click.prompt("Type its slug to continue", default="", show_default=False) != tenant.slug:
        fail("Nothing was deleted.")


async def _delete(platform: Platform, slug: str) -> None:
    platform.tenant_migrator.preload()
    tenant = await tenant_called(platform, slug)
    await TenantActs(platform, ACTOR).delete(tenant.ref.id)


async def _disconnect(platform: Platform, slug: str, *, force: bool) -> Disconnected:
    tenant = await tenant_called(platform, slug)
    return Disconnected(await TenantActs(platform, ACTOR).disconnect(tenant.ref.id, force=force))


async def _act(platform: Platform, slug: str, act: _Act) -> TenantResponse:
    tenant = await tenant_called(platform, slug)
    return TenantResponse.of(await act(TenantActs(platform, ACTOR), tenant.ref.id))


async def _detail(platform: Platform, slug: str) -> _Detail:
    record = await tenant_called(platform, slug)
    held = await platform.registry.domains(record.ref.id)
    shown = {name: getattr(TenantResponse.of(record), name) for name in TenantResponse.__struct_fields__}
    return _Detail(**shown, domains=[DomainResponse.of(one) for one in held])


def _row(tenant: TenantResponse) -> dict[str, object]:
    return {
        "slug": tenant.slug,
        "status": tenant.status,
        "name": tenant.name,
        "domain": tenant.domain,
        "database": f"{tenant.db_name} on {tenant.db_server}",
    }


def _print(tenant: _Detail, settings: Settings) -> None:
    say(f"{tenant.name} ({tenant.slug}), {tenant.status}")
    say(f"  id             {tenant.tenant_id}")
    for one in tenant.domains:
        say(f"  address        {settings.url_of(one.domain)}{' (primary)' if one.primary else ''}")
    say(f"  database       {tenant.db_name} on {tenant.db_server}")
    say(f"  administrator  {tenant.admin_email}")
    say(f"  created        {tenant.created_at:%Y-%m-%d %H:%M} UTC")


for command in (create, administrator, change_password, domains, reconcile, repair):
    tenants.add_command(command)
