"""``freehold tenants support``: requests access to a tenant, waits for a decision, and prints a link."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import rich_click as click
from rich.console import Console

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, warn, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called
from api.composition import Platform
from api.operations.support_acts import SupportActs
from api.schemas.common import Output as Result
from api.schemas.support import SupportResponse
from central.operators.audit import Actor
from piccolo_engines.paging import MAX_LIMIT
from tenant_schema.users.errors import UserError
from tenant_schema.users.support.records import DEFAULT_MINUTES, MOST_MINUTES, SupportRecord

__all__ = ["support"]

_POLLED_EVERY: Final = 1.0
_COLUMNS = ("id", "operator", "state", "minutes", "asked", "expires", "reason")


class _Link(Result):
    """A request that was granted, with a link into the tenant."""

    id: UUID
    state: str
    expires_at: datetime | None
    ticket_url: str


@click.command("support")
@click.argument("slug", shell_complete=tenant_slugs)
@click.option("--reason", metavar="TEXT", help="What for. The tenant's administrators read it.")
@click.option(
    "--minutes",
    type=click.IntRange(1, MOST_MINUTES),
    default=DEFAULT_MINUTES,
    show_default=True,
    help="How long, from the moment of the grant.",
)
@click.option("--operator", metavar="NAME", help="Act under the name of this operator.")
@click.option("--list", "lists", is_flag=True, help="List the latest requests instead.")
@click.option("--end", "ended", type=click.UUID, metavar="ID", help="End this support access instead.")
@with_output
def support(
    slug: str,
    reason: str | None,
    minutes: int,
    operator: str | None,
    lists: bool,
    ended: UUID | None,
    out: Output,
) -> None:
    """Come into the tenant SLUG for some minutes, if the tenant allows it, and print a link.

    Waits until an administrator of the tenant has agreed, where that is needed; Ctrl-C withdraws the request.
    The link is valid once, for 60 seconds. Both audit trails have what is done in the tenant.
    """
    if [reason is not None, lists, ended is not None].count(True) != 1:
        raise click.UsageError("Give one of --reason, --list and --end.")
    try:
        if lists:
            _list(slug, out)
        elif ended is not None:
            _end(slug, ended, operator, out)
        else:
            _come_in(slug, reason or "", minutes, operator, out)
    except UserError as error:
        fail(str(error))


def _list(slug: str, out: Output) -> None:
    found = [SupportResponse.of(one) for one in run(load_settings(), partial(_requests, slug=slug))]
    out.many(found, "Support access", [_row(one) for one in found], _COLUMNS)


def _end(slug: str, grant_id: UUID, operator: str | None, out: Output) -> None:
    ended = run(load_settings(), partial(_ended, slug=slug, grant_id=grant_id, operator=operator))
    out.one(SupportResponse.of(ended), lambda: say(f"The support access of {ended.operator.name} has ended."))


def _come_in(slug: str, reason: str, minutes: int, operator: str | None, out: Output) -> None:
    link = run(
        load_settings(),
        lambda platform: _link(platform, slug, (reason, minutes), operator, out),
    )
    out.one(link, lambda: _print(link))


async def _link(
    platform: Platform, slug: str, wanted: tuple[str, int], operator: str | None, out: Output
) -> _Link:
    """Ask, wait for the decision, and return a link. Ends the command if the request is not granted."""
    tenant_id = (await tenant_called(platform, slug)).ref.id
    acts = SupportActs(platform, await _actor(platform, operator))
    made = await acts.ask(tenant_id, *wanted)
    out.event(event="asked", id=made.id, state=made.state)
    try:
        with _waiting(slug, out) if made.state == "asked" else nullcontext():
            decided = await _decided(acts, tenant_id, made)
    except asyncio.CancelledError:
        await acts.end(tenant_id, made.id)
        warn("The request for support access was withdrawn.")
        raise
    if decided.state != "granted":
        fail(f"The request for support access is {decided.state}.")
    url, _ = await acts.ticket(tenant_id, decided.id)
    return _Link(decided.id, decided.state, decided.expires_at, url)


async def _decided(acts: SupportActs, tenant_id: UUID, made: SupportRecord) -> SupportRecord:
    found = made
    while found.state == "asked":
        await asyncio.sleep(_POLLED_EVERY)
        found = await acts.find(tenant_id, made.id)
    return found


def _waiting(slug: str, out: Output) -> AbstractContextManager[object]:
    """Show on standard error that the command waits."""
    console, message = Console(stderr=True), f"An administrator of {slug} has to agree. Ctrl-C withdraws the"
    if out.is_text and console.is_terminal:
        return console.status(f"{message} request.")
    warn(f"{message} request.")
    return nullcontext()


async def _requests(platform: Platform, slug: str) -> tuple[SupportRecord, ...]:
    tenant = await tenant_called(platform, slug)
    return (await SupportActs(platform, ACTOR).page(tenant.ref.id, MAX_LIMIT)).items


async def _ended(platform: Platform, slug: str, grant_id: UUID, operator: str | None) -> SupportRecord:
    tenant = await tenant_called(platform, slug)
    return await SupportActs(platform, await _actor(platform, operator)).end(tenant.ref.id, grant_id)


async def _actor(platform: Platform, operator: str | None) -> Actor:
    """Return the operator with this name; the command line without one. Raises ``OperatorNotFound``."""
    if operator is None:
        return ACTOR
    found = await platform.operators.named(operator)
    return replace(ACTOR, name=found.name, operator_id=found.id)


def _row(one: SupportResponse) -> dict[str, object]:
    return {
        "id": one.id,
        "operator": one.operator,
        "state": one.state,
        "minutes": one.minutes,
        "asked": f"{one.asked_at:%Y-%m-%d %H:%M}",
        "expires": one.expires_at and f"{one.expires_at:%Y-%m-%d %H:%M}",
        "reason": one.reason,
    }


def _print(link: _Link) -> None:
    until = f" until {link.expires_at:%H:%M} UTC" if link.expires_at else ""
    say(f"Support access is granted{until}. This link works once, for 60 seconds:\n")
    say(f"    {link.ticket_url}")
