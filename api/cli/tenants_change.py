"""``freehold tenants rename, suspend, read-only, resume, disconnect`` and ``delete``."""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.progress import Steps
from api.cli.session import ACTOR, load_settings, run, run_central, tenant_called, tenant_or_deleted
from api.cli.statuses import Status
from api.cli.tenants import detail_of
from api.composition import Platform
from api.number_text import counted
from api.operations.tenant_acts import TenantActs
from api.schemas.tenants import Disconnected, TenantChanges, TenantResponse
from central.registry import TenantRecord

__all__ = [
    "delete_tenant",
    "disconnect_tenant",
    "make_read_only",
    "rename_tenant",
    "resume_tenant",
    "set_tenant_plan",
    "suspend_tenant",
]

_Act = Callable[[TenantActs, UUID], Awaitable[TenantRecord]]
_slug = click.argument("slug", shell_complete=tenant_slugs)


class _Gone(msgspec.Struct, omit_defaults=True, rename="camel"):
    """A deleted tenant. ``restorable_until`` is None if it is deleted for ever."""

    slug: str
    deleted: bool
    restorable_until: datetime | None = None


@click.command("rename")
@_slug
@click.argument("name")
@with_output
def rename_tenant(slug: str, name: str, out: Output) -> None:
    """Change the display name of the tenant SLUG to NAME. Slug, domains and database stay the same."""
    renamed = run(
        load_settings(), lambda platform: _act(platform, slug, lambda acts, one: acts.rename(one, name))
    )
    out.one(renamed, lambda: say(f"{renamed.slug} is called {renamed.name} now."))


@click.command("plan")
@_slug
@click.argument("plan", required=False)
@click.option("--none", "is_none", is_flag=True, help="No plan: the tenant has no limits.")
@with_output
def set_tenant_plan(slug: str, plan: str | None, is_none: bool, out: Output) -> None:
    """Give the tenant SLUG the PLAN, whose limits it has then. What it uses beyond them stays."""
    if (plan is None) is not is_none:
        fail("Name a plan, or use --none.", Status.MISUSED)
    changes = TenantChanges(plan=plan)
    changed = run(
        load_settings(), lambda platform: _act(platform, slug, lambda acts, one: acts.change(one, changes))
    )
    out.one(changed, lambda: say(f"{slug} has {'no plan' if plan is None else f'the plan {plan}'}."))


@click.command("suspend")
@_slug
@with_output
def suspend_tenant(slug: str, out: Output) -> None:
    """Stop serving the tenant SLUG. Its data is kept."""
    suspended = run(load_settings(), lambda platform: _act(platform, slug, TenantActs.suspend))
    out.one(suspended, lambda: say(f"{slug} is suspended; `freehold tenants resume {slug}` serves it again."))


@click.command("read-only")
@_slug
@with_output
def make_read_only(slug: str, out: Output) -> None:
    """Let the tenant SLUG be read and not changed. People can still sign in."""
    changed = run(load_settings(), lambda platform: _act(platform, slug, TenantActs.make_read_only))
    out.one(changed, lambda: say(f"{slug} is read-only; `freehold tenants resume {slug}` ends that."))


@click.command("resume")
@_slug
@with_output
def resume_tenant(slug: str, out: Output) -> None:
    """Serve the suspended or read-only tenant SLUG as before."""
    settings = load_settings()
    resumed = run(settings, lambda platform: _act(platform, slug, TenantActs.resume))
    out.one(resumed, lambda: say(f"{slug} is served again at {settings.url_of(resumed.domain)}."))


@click.command("disconnect")
@_slug
@click.option("--force", is_flag=True, help="Do not wait for running statements.")
@with_output
def disconnect_tenant(slug: str, force: bool, out: Output) -> None:
    """Close the connections to the database of the tenant SLUG, in all processes.

    Each process closes its connections once their statements are finished, and idle ones within 15 seconds.
    The next request opens new connections with the credentials that are stored then.
    """
    closed = run(load_settings(), lambda platform: _disconnect(platform, slug, force=force))
    out.one(closed, lambda: say(f"The connections of {slug} are being closed: {closed.closed} were open."))


@click.command("delete")
@_slug
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--erase", is_flag=True, help="Destroy all its backups, too, and print a certificate.")
@with_output
def delete_tenant(slug: str, yes: bool, erase: bool, out: Output) -> None:
    """Delete the tenant SLUG with its database.

    Where backups are stored, `freehold tenants restore SLUG` brings it back for DELETED_TENANT_DAYS.
    """
    settings = load_settings()
    found = run_central(settings, lambda platform: detail_of(platform, slug))
    if not yes:
        keeps = settings.backup_store is not None and settings.deleted_tenant_days > 0 and not erase
        _ask(found, settings.deleted_tenant_days if keeps else 0)
    if erase:
        certificate = run(settings, lambda platform: _erase(platform, slug))
        click.echo(msgspec.json.format(msgspec.json.encode(certificate)).decode())
        return
    until = run(settings, lambda platform: _delete(platform, slug), observer=Steps(out))
    out.one(_Gone(slug, deleted=True, restorable_until=until), lambda: say(_deleted(found, until)))


def _deleted(tenant: TenantResponse, until: datetime | None) -> str:
    if until is None:
        return f"Deleted {tenant.slug} and its database {tenant.db_name}."
    return (
        f"Deleted {tenant.slug}. `freehold tenants restore {tenant.slug}` brings it back until "
        f"{until:%Y-%m-%d %H:%M} UTC."
    )


def _ask(tenant: TenantResponse, days: int) -> None:
    """End the command unless the slug is typed at a terminal. ``days`` for which it is kept."""
    if not sys.stdin.isatty():
        what = "cannot be undone" if not days else "frees its host names at once"
        fail(f"Deleting {tenant.slug} {what}. Use --yes to delete it without confirmation.", 2)
    how = "permanently" if not days else f"and can be restored for {counted(days, 'day')}"
    click.echo(f"{tenant.name} ({tenant.domain}) and its database {tenant.db_name} will be deleted {how}.")
    if click.prompt("Type its slug to continue", default="", show_default=False) != tenant.slug:
        fail("Nothing was deleted.")


async def _delete(platform: Platform, slug: str) -> datetime | None:
    platform.tenant_migrator.preload()
    tenant = await tenant_or_deleted(platform, slug)
    return await TenantActs(platform, ACTOR).delete(tenant.ref.id)


async def _erase(platform: Platform, slug: str) -> dict[str, Any]:
    platform.tenant_migrator.preload()
    tenant = await tenant_or_deleted(platform, slug)
    return await TenantActs(platform, ACTOR).erase(tenant.ref.id)


async def _disconnect(platform: Platform, slug: str, *, force: bool) -> Disconnected:
    tenant = await tenant_called(platform, slug)
    return Disconnected(await TenantActs(platform, ACTOR).disconnect(tenant.ref.id, force=force))


async def _act(platform: Platform, slug: str, act: _Act) -> TenantResponse:
    tenant = await tenant_called(platform, slug)
    return TenantResponse.of(await act(TenantActs(platform, ACTOR), tenant.ref.id))
