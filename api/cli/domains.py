"""``freehold tenants domains``: the host names of a tenant."""

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.tenant_acts import TenantActs
from api.schemas.common import Output as Result
from api.schemas.tenants import DomainResponse

__all__ = ["domains"]

_slug = click.argument("slug", shell_complete=tenant_slugs)


class _Removed(Result):
    """A removed host name."""

    removed: str


@click.group("domains")
def domains() -> None:
    """The host names of a tenant."""


@domains.command("list")
@_slug
@with_output
def _list_domains(slug: str, out: Output) -> None:
    """List the host names of the tenant SLUG, the primary one first."""
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
    """Add a host name to the tenant SLUG: a label under the first base domain, or a full name."""
    settings = load_settings()
    added = run(settings, lambda platform: _add(platform, slug, domain))
    url = settings.url_of(added.domain)
    out.one(added, lambda: say(f"{url} belongs to {slug} now. Point its DNS record to this service."))


@domains.command("remove")
@_slug
@click.argument("domain")
@with_output
def _remove_domain(slug: str, domain: str, out: Output) -> None:
    """Remove a host name from the tenant SLUG. The primary one cannot be removed."""
    gone = run(load_settings(), lambda platform: _remove(platform, slug, domain))
    out.one(gone, lambda: say(f"{gone.removed} is removed."))


async def _all(platform: Platform, slug: str) -> list[DomainResponse]:
    tenant = await tenant_called(platform, slug)
    return [DomainResponse.of(one) for one in await platform.registry.domains(tenant.ref.id)]


async def _add(platform: Platform, slug: str, domain: str) -> DomainResponse:
    tenant = await tenant_called(platform, slug)
    return DomainResponse.of(await TenantActs(platform, ACTOR).add_domain(tenant.ref.id, domain))


async def _remove(platform: Platform, slug: str, domain: str) -> _Removed:
    tenant = await tenant_called(platform, slug)
    return _Removed(await TenantActs(platform, ACTOR).remove_domain(tenant.ref.id, domain))
