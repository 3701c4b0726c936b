"""``freehold tenants domains``: the host names of a tenant."""

import rich_click as click
from msgspec import UNSET

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.domains import domains_of, response_of
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
        {
            "domain": one.domain,
            "primary": "yes" if one.primary else "",
            "proof": one.proof or "to be proven",
            "since": f"{one.created_at:%Y-%m-%d}",
        }
        for one in found
    ]
    out.many(found, f"Domains of {slug}", rows, ("domain", "primary", "proof", "since"))
    if out.is_text:
        for one in found:
            if not one.verified:
                _say_how_to_prove(one)


@domains.command("add")
@_slug
@click.argument("domain")
@click.option("--trusted", is_flag=True, help="Serve the name without a proof in the DNS.")
@with_output
def _add_domain(slug: str, domain: str, trusted: bool, out: Output) -> None:
    """Add a host name to the tenant SLUG: a label under the first base domain, or a full name."""
    settings = load_settings()
    added = run(settings, lambda platform: _add(platform, slug, domain, trusted))
    url = settings.url_of(added.domain)
    if added.verified:
        out.one(added, lambda: say(f"{url} belongs to {slug} now. Point its DNS record to this service."))
    else:
        out.one(added, lambda: _say_how_to_prove(added))


@domains.command("verify")
@_slug
@click.argument("domain")
@with_output
def _verify_domain(slug: str, domain: str, out: Output) -> None:
    """Look up now whether the DNS proves a host name of the tenant SLUG, and serve it if so."""
    settings = load_settings()
    proven = run(settings, lambda platform: _verify(platform, slug, domain))
    out.one(proven, lambda: say(f"{settings.url_of(proven.domain)} is proven, and leads to {slug}."))


@domains.command("remove")
@_slug
@click.argument("domain")
@with_output
def _remove_domain(slug: str, domain: str, out: Output) -> None:
    """Remove a host name from the tenant SLUG. The primary one cannot be removed."""
    gone = run(load_settings(), lambda platform: _remove(platform, slug, domain))
    out.one(gone, lambda: say(f"{gone.removed} is removed."))


def _say_how_to_prove(claim: DomainResponse) -> None:
    say(f"{claim.domain} leads nowhere until one of these records is in the DNS:")
    if claim.challenge is not UNSET:
        say(f"    {claim.challenge.name}  TXT  {claim.challenge.value}")
    if claim.alternative is not UNSET:
        say(f"    {claim.alternative.name}  CNAME  {claim.alternative.value}")
    say("It is looked up every ten minutes, and by freehold tenants domains verify.")


async def _all(platform: Platform, slug: str) -> list[DomainResponse]:
    tenant = await tenant_called(platform, slug)
    return await domains_of(platform.registry, platform.domains, tenant.ref.id)


async def _add(platform: Platform, slug: str, domain: str, trusted: bool) -> DomainResponse:
    tenant = await tenant_called(platform, slug)
    acts = TenantActs(platform, ACTOR)
    added = await acts.add_domain(tenant.ref.id, domain, trusted=trusted or None)
    return await response_of(platform.domains, added)


async def _verify(platform: Platform, slug: str, domain: str) -> DomainResponse:
    tenant = await tenant_called(platform, slug)
    return DomainResponse.of(await TenantActs(platform, ACTOR).verify_domain(tenant.ref.id, domain))


async def _remove(platform: Platform, slug: str, domain: str) -> _Removed:
    tenant = await tenant_called(platform, slug)
    return _Removed(await TenantActs(platform, ACTOR).remove_domain(tenant.ref.id, domain))
