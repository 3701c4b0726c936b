"""``freehold tenants``: lists tenants; the commands that change them are in modules of their own."""

import rich_click as click
from msgspec import UnsetType

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.later import later
from api.cli.session import WithRegistry, all_tenants, load_settings, run_central, tenant_or_deleted
from api.schemas.tenants import DomainResponse, TenantResponse
from central.settings.settings import Settings
from central.tables import TenantStatus

__all__ = ["TenantDetail", "detail_of", "tenants"]

_COLUMNS = ("slug", "status", "name", "domain", "database")


class TenantDetail(TenantResponse, kw_only=True):
    """A tenant with all its host names."""

    domains: list[DomainResponse]


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
    """List all tenants, newest first; deleted ones with --status deleted."""
    wanted = None if status is None else TenantStatus(status)
    found = run_central(load_settings(), lambda platform: all_tenants(platform, wanted, search))
    results = [TenantResponse.of(one) for one in found]
    out.many(results, "Tenants", [_row(one) for one in results], _COLUMNS)


@tenants.command("show")
@click.argument("slug", shell_complete=tenant_slugs)
@with_output
def _show_tenant(slug: str, out: Output) -> None:
    """Show the tenant SLUG with all its host names."""
    settings = load_settings()
    found = run_central(settings, lambda platform: detail_of(platform, slug))
    out.one(found, lambda: _print(found, settings))


async def detail_of(platform: WithRegistry, slug: str) -> TenantDetail:
    """Return the tenant with this slug, also a deleted one. Raises ``TenantNotFound``."""
    record = await tenant_or_deleted(platform, slug)
    held = await platform.registry.domains(record.ref.id)
    shown = {name: getattr(TenantResponse.of(record), name) for name in TenantResponse.__struct_fields__}
    return TenantDetail(**shown, domains=[DomainResponse.of(one) for one in held])


def _row(tenant: TenantResponse) -> dict[str, object]:
    return {
        "slug": tenant.slug,
        "status": tenant.status + _until(tenant),
        "name": tenant.name,
        "domain": tenant.domain,
        "database": f"{tenant.db_name} on {tenant.db_server}",
    }


def _until(tenant: TenantResponse) -> str:
    if isinstance(tenant.restorable_until, UnsetType):
        return ""
    return f", can be restored until {tenant.restorable_until:%Y-%m-%d %H:%M} UTC"


def _print(tenant: TenantDetail, settings: Settings) -> None:
    say(f"{tenant.name} ({tenant.slug}), {tenant.status}{_until(tenant)}")
    say(f"  id             {tenant.tenant_id}")
    for one in tenant.domains:
        say(f"  address        {settings.url_of(one.domain)}{' (primary)' if one.primary else ''}")
    say(f"  database       {tenant.db_name} on {tenant.db_server}")
    say(f"  plan           {tenant.plan or 'none'}")
    say(f"  administrator  {tenant.admin_email}")
    say(f"  created        {tenant.created_at:%Y-%m-%d %H:%M} UTC")


for _name, _command, _summary in (
    ("rename", "tenants_change:rename_tenant", "Change the display name of the tenant SLUG to NAME."),
    ("plan", "tenants_change:set_tenant_plan", "Give the tenant SLUG the PLAN, whose limits it has then."),
    ("usage", "tenants_usage:show_usage", "Show what the tenant SLUG may use, and what it uses."),
    ("suspend", "tenants_change:suspend_tenant", "Stop serving the tenant SLUG."),
    (
        "read-only",
        "tenants_change:make_read_only",
        "Let the tenant SLUG be read and not changed. People can still sign in.",
    ),
    (
        "copy",
        "tenants_life:copy_tenant",
        "Create the tenant NEW with everything that the tenant SLUG has, which is served meanwhile.",
    ),
    (
        "move",
        "tenants_life:move_tenant",
        "Move the tenant SLUG to another database server. It can be read and not written meanwhile.",
    ),
    (
        "restore",
        "tenants_life:restore_tenant",
        "Put a backup, or a database that it had, in the place of the database of the tenant SLUG.",
    ),
    (
        "archive",
        "tenants_life:archive_tenant",
        "Archive the tenant SLUG: a proven backup is kept, and its database dropped.",
    ),
    ("resume", "tenants_change:resume_tenant", "Serve the suspended or read-only tenant SLUG as before."),
    (
        "disconnect",
        "tenants_change:disconnect_tenant",
        "Close the connections to the database of the tenant SLUG, in all processes.",
    ),
    ("delete", "tenants_change:delete_tenant", "Delete the tenant SLUG with its database."),
    (
        "create",
        "create_tenant:create",
        "Create the tenant SLUG with its own database, completely or not at all.",
    ),
    (
        "administrator",
        "administrator:administrator",
        "Make EMAIL an administrator of the tenant SLUG, and print a one-time link to set a password with.",
    ),
    (
        "change-password",
        "passwords:change_password",
        "Change the password of the database user of the tenant SLUG, while the tenant is served.",
    ),
    (
        "support",
        "support:support",
        "Come into the tenant SLUG for some minutes, if the tenant allows it, and print a link.",
    ),
    (
        "sample",
        "sample:sample",
        "Create sample records in the tenant SLUG: accounts, contacts and opportunities.",
    ),
    ("domains", "domains:domains", "The host names of a tenant."),
    (
        "reconcile",
        "reconcile:reconcile",
        "Undo partly created tenants, finish partly deleted ones, and settle interrupted changes.",
    ),
    (
        "export",
        "tenant_archives:export_tenant",
        "Write everything of the tenant SLUG into FILE, as it is at one moment, while it is served.",
    ),
    (
        "import",
        "tenant_archives:import_tenant",
        "Create the tenant SLUG with everything of the archive FILE, completely or not at all.",
    ),
    ("repair", "repair:repair", "Repair all drift of the tenant SLUG that can be repaired without loss."),
):
    tenants.add_command(later(_name, f"api.cli.{_command}", _summary))
