"""``freehold tenants create``: makes a tenant, and shows its passwords this once."""

from typing import Any

import msgspec
import rich_click as click

from api.cli.console import Output, say, with_output
from api.cli.progress import Steps
from api.cli.session import ACTOR, load_settings, run
from api.composition import Platform
from api.operations.create_tenant import TenantCreation, faults_of
from api.schemas.tenants import NewAdmin, NewTenant, ProvisionedAnswer
from tenant_schema.problems import InvalidInput

__all__ = ["create"]


@click.command("create")
@click.argument("slug")
@click.option("--name", help="What people call it; the slug otherwise.")
@click.option("--domain", help="A label under the base domain, or a whole host name; the slug otherwise.")
@click.option("--admin-email", help="Of the first administrator; admin@ the domain otherwise.")
@click.option(
    "--ask-password", is_flag=True, help="Ask for the administrator's password instead of making one."
)
@click.option("--db-host", help="A database server that this installation allows.")
@click.option("--db-port", type=click.IntRange(1, 65535), help="Its port.")
@with_output
def create(slug: str, ask_password: bool, out: Output, **given: Any) -> None:
    """Make the tenant SLUG, with a database of its own: whole or not at all.

    Its passwords are shown this once, and kept nowhere in plain.
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
        admin=_admin(given["admin_email"], password, given["domain"] or slug, settings.base_domains[0]),
    )
    made = run(settings, lambda platform: _create(platform, wanted), observer=Steps(out))
    out.one(made, lambda: _tell(made, settings.url_of(made.domain)))


def _admin(email: str | None, password: str | None, domain: str, base: str) -> NewAdmin | None:
    """Who comes first; None leaves address and password to provisioning."""
    if email is None and password is None:
        return None
    host = domain if "." in domain else f"{domain}.{base}"
    return NewAdmin(email=email or f"admin@{host}", password=password)


async def _create(platform: Platform, wanted: NewTenant) -> ProvisionedAnswer:
    given = msgspec.to_builtins(wanted)
    problems = list(faults_of(given, platform.settings.base_domains))
    if problems:
        raise InvalidInput(problems)
    platform.tenant_migrator.preload()
    kept = await TenantCreation(platform, None, ACTOR).run(wanted, None)
    return msgspec.convert(kept.body, ProvisionedAnswer)


def _tell(made: ProvisionedAnswer, url: str) -> None:
    say(f"{made.slug} is served at {url}. Keep what follows: it is shown this once.\n")
    say(f"    administrator  {made.admin.email}")
    say(f"    password       {made.admin.password}")
    if made.db_password is not None:
        say(f"    database       {made.db_name}")
        say(f"    database user  {made.db_username}")
        say(f"    its password   {made.db_password}")
    say("")
