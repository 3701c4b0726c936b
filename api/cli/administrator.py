"""``freehold tenants administrator``: creates or restores an administrator of a tenant."""

from datetime import datetime

import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.one_time_links import SENT, TenantLinks
from api.operations.command_line_access import COMMAND_LINE
from api.schemas.common import Output as Result
from central.operators import audit
from central.settings.mail import MailDelivery
from tenant_schema.scope import TenantScope
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.links.store import Link
from tenant_schema.users.roles.records import ADMINISTRATOR
from tenant_schema.users.service import NewUser, UserFilter, UserRecord
from tenant_schema.users.sign_in.settings import SettingsChanges

__all__ = ["administrator"]


class _Invited(Result):
    """The one-time link with which the administrator sets a password; ``delivery`` says if it is mailed."""

    email: str
    domain: str
    link: str
    expires_at: datetime
    delivery: MailDelivery


@click.command("administrator")
@click.argument("slug", shell_complete=tenant_slugs)
@click.argument("email")
@click.option("--name", default="", help="The name of a new user.")
@with_output
def administrator(slug: str, email: str, name: str, out: Output) -> None:
    """Make EMAIL an administrator of the tenant SLUG, and print a one-time link to set a password with.

    For a tenant that has no administrator left, or whose administrators have forgotten their passwords. An
    existing user is activated and keeps the old password until setting a new one. Passwords are enabled, if
    the tenant has disabled them.
    """
    settings = load_settings()
    user = NewUser(normalise_email(email), name, [ADMINISTRATOR])
    invited = run(settings, lambda platform: _invite_administrator(platform, slug, user))
    out.one(invited, lambda: _print(invited))


async def _invite_administrator(platform: Platform, slug: str, user: NewUser) -> _Invited:
    tenant = (await tenant_called(platform, slug)).ref
    detail = {"email": user.email}
    await audit.record(ACTOR, "tenant.administrator", tenant_id=tenant.id, tenant_slug=slug, detail=detail)
    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
    async with platform.tenancy.use(tenant), platform.people.together(scope):
        enabled = SettingsChanges(password_enabled=True)
        await platform.people.sign_in_settings.change(scope, COMMAND_LINE, enabled)
        known = await _user(platform, user.email)
        link = await _invite(platform, scope, user) if known is None else await _admit(platform, scope, known)
    links = TenantLinks(platform.settings.url_of(tenant.primary_domain), platform.settings.mail_delivery)
    return _Invited(user.email, tenant.primary_domain, links.url(link), link.expires_at, links.delivery)


async def _user(platform: Platform, email: str) -> UserRecord | None:
    page = await platform.people.users.page(COMMAND_LINE, 200, wanted=UserFilter(search=email))
    return next((one for one in page.items if one.email == email), None)


async def _invite(platform: Platform, scope: TenantScope, user: NewUser) -> Link:
    _, link = await platform.people.users.create(scope, COMMAND_LINE, user)
    assert link is not None, "a user without a password is invited"
    return link


async def _admit(platform: Platform, scope: TenantScope, known: UserRecord) -> Link:
    users = platform.people.users
    if known.status == "inactive":
        await users.set_active(scope, COMMAND_LINE, known.id, active=True)
    roles = known.roles or ()
    if ADMINISTRATOR not in roles:
        await users.set_roles(scope, COMMAND_LINE, known.id, [*roles, ADMINISTRATOR])
    return await users.create_link(scope, COMMAND_LINE, known.id)


def _print(invited: _Invited) -> None:
    say(f"{invited.email} is an administrator. Until {invited.expires_at:%Y-%m-%d %H:%M} UTC, this one-time")
    say("link sets their password:\n")
    say(f"    {invited.link}\n")
    say(SENT[invited.delivery])
