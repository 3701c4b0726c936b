"""``freehold tenants domains``: the host names by which a tenant is found."""

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.tenant_acts import TenantActs
from api.schemas.common import Output as Answer
from api.schemas.tenants import DomainAnswer

__all__ = ["domains"]

_slug = click.argument("slug", shell_complete=tenant_slugs)


class _Removed(Answer):
    """A host name that leads nowhere any more."""

    removed: str


@click.group("domains")
def domains() -> None:
    """The host names of a tenant."""


@domains.command("list")
@_slug
@with_output
def _list_domains(slug: str, out: Output) -> None:
    """Show the host names of the tenant SLUG, the primary one first."""
    found = run(load_settings(), lambda platform: _all(platform, slug))
    rows = [
        {"domain": one.domain, "primary": "yes" if one.primary else "", "since": f"{one.created_at:%Y-%m-%d}"}
        for one in found
    ]
    out.many(found, f"Domains of {slug}", rows, ("domain", "primary", "since"))


@domains.command("add")
@_slug
@click.argument("domain")
@with_output
def _add_domain(slug: str, domain: str, out: Output) -> None:
    """Give the tenant SLUG another host name: a label under the first base domain, or a whole one."""
    settings = load_settings()
    made = run(settings, lambda platform: _add(platform, slug, domain))
    url = settings.url_of(made.domain)
    out.one(made, lambda: say(f"{url} leads to {slug} now. Pointing its DNS here is up to you."))


@domains.command("remove")
@_slug
@click.argument("domain")
@with_output
def _remove_domain(slug: str, domain: str, out: Output) -> None:
    """Take a host name away. The primary one stays as long as the tenant."""
    gone = run(load_settings(), lambda platform: _remove(platform, slug, domain))
    out.one(gone, lambda: say(f"{gone.removed} leads nowhere any more."))


async def _all(platform: Platform, slug: str) -> list[DomainAnswer]:
    tenant = await tenant_called(platform, slug)
    return [DomainAnswer.of(one) for one in await platform.registry.domains(tenant.ref.id)]


async def _add(platform: Platform, slug: str, domain: str) -> DomainAnswer:
    tenant = await tenant_called(platform, slug)
    return DomainAnswer.of(await TenantActs(platform, ACTOR).add_domain(tenant.ref.id, domain))


async def _remove(platform: Platform, slug: str, domain: str) -> _Removed:
    tenant = await tenant_called(platform, slug)
    return _Removed(await TenantActs(platform, ACTOR).remove_domain(tenant.ref.id, domain))
