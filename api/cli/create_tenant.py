"""``freehold tenants create``: creates a tenant and prints its passwords once."""

from collections.abc import Mapping
from typing import Any

import msgspec
import rich_click as click

from api.cli.console import Output, say, with_output
from api.cli.progress import Steps
from api.cli.session import ACTOR, load_settings, run
from api.composition import Platform
from api.operations.create_tenant import TenantCreation, faults_of
from api.schemas.tenants import NewAdmin, NewTenant, ProvisionedResponse
from tenant_schema.problems import InvalidInput

__all__ = ["create"]


@click.command("create")
@click.argument("slug")
@click.option("--name", help="The display name. Default: the slug.")
@click.option("--domain", help="A label under the base domain, or a full host name. Default: the slug.")
@click.option("--admin-email", help="The first administrator's address. Default: admin@ the domain.")
@click.option("--admin-name", help="The first administrator's name.")
@click.option(
    "--ask-password", is_flag=True, help="Prompt for the administrator's password instead of generating one."
)
@click.option("--db-host", help="A configured database server.")
@click.option("--db-port", type=click.IntRange(1, 65535), help="Its port.")
@with_output
def create(slug: str, ask_password: bool, out: Output, **given: Any) -> None:
    """Create the tenant SLUG with its own database, completely or not at all.

    Its passwords are printed once and not stored in plain text.
    """
    settings = load_settings()
    password = None
    if ask_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    wanted = NewTenant(
        name=given["name"] or slug,
        slug=slug,
        primary_domain=given["domain"] or slug,
        db_host=given["db_host"],
        db_port=given["db_port"],
        admin=_admin(given, password, given["domain"] or slug, settings.base_domains[0]),
    )
    created = run(settings, lambda platform: _create(platform, wanted), observer=Steps(out))
    out.one(created, lambda: _print(created, settings.url_of(created.domain)))


def _admin(given: Mapping[str, Any], password: str | None, domain: str, base: str) -> NewAdmin | None:
    """Return the first administrator; None leaves address and password to provisioning."""
    email, name = given["admin_email"], given["admin_name"]
    if email is None and password is None and name is None:
        return None
    host = domain if "." in domain else f"{domain}.{base}"
    return NewAdmin(email=email or f"admin@{host}", password=password, name=name or "")


async def _create(platform: Platform, wanted: NewTenant) -> ProvisionedResponse:
    given = msgspec.to_builtins(wanted)
    problems = list(faults_of(given, platform.settings.base_domains))
    if problems:
        raise InvalidInput(problems)
    platform.tenant_migrator.preload()
    response = await TenantCreation(platform, None, ACTOR).run(wanted, None)
    return msgspec.convert(response.body, ProvisionedResponse)


def _print(created: ProvisionedResponse, url: str) -> None:
    say(f"{created.slug} is served at {url}. Store these passwords: they are shown only once.\n")
    say(f"    administrator  {created.admin.email}")
    say(f"    password       {created.admin.password}")
    if created.db_password is not None:
        say(f"    database       {created.db_name}")
        say(f"    database user  {created.db_username}")
        say(f"    its password   {created.db_password}")
    say("")
