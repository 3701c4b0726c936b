"""``freehold servers``: the database servers, and which of them get new tenants."""

import sys

import rich_click as click

from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted
from api.operations.server_acts import ServerActs
from api.schemas.servers import ServerResponse
from central.servers.placement import MAX_WEIGHT

__all__ = ["servers"]


@click.group("servers")
def servers() -> None:
    """The database servers, and which of them get new tenants."""


@servers.command("list")
@with_output
def _list_servers(out: Output) -> None:
    """List the servers, the default one first."""
    found = run(load_settings(), _all)
    rows = [
        {
            "server": one.name,
            "tenants": str(one.tenants),
            "weight": str(one.weight),
            "bound": "" if one.bound is None else str(one.bound),
            "draining": "yes" if one.draining else "",
        }
        for one in found
    ]
    out.many(found, "Database servers", rows, ("server", "tenants", "weight", "bound", "draining"))


@servers.command("change")
@click.argument("server")
@click.option("--weight", type=click.IntRange(0, MAX_WEIGHT), help="Its share of new tenants; 0 for none.")
@click.option("--bound", type=click.IntRange(0, 1_000_000), help="The most tenants; 0 for any number.")
@click.option("--drain/--no-drain", "draining", default=None, help="Whether it gets no new tenants.")
@with_output
def _change_server(
    server: str, weight: int | None, bound: int | None, draining: bool | None, out: Output
) -> None:
    """Change whether the SERVER (sqlite, or host:port) gets new tenants that name no server."""
    changed = run(load_settings(), lambda platform: _change(platform, server, weight, bound, draining))
    out.one(changed, lambda: say(f"{changed.name} {_description(changed)}."))


@servers.command("empty")
@click.argument("server")
@click.option("--to", help="The server to move them to. Default: where each would be created now.")
@click.option(
    "--parallel", type=click.IntRange(1, 32), default=2, show_default=True, help="How many at once."
)
@with_output
def _empty_server(server: str, to: str | None, parallel: int, out: Output) -> None:
    """Move all tenants of the SERVER to others. It gets no new ones from now on.

    Each can be read and not written while it is moved, and its database there is kept for a week. Safe to
    repeat: moves that were interrupted are continued. The exit status is 3 if some were not moved.
    """
    # Not at the top: it imports what carries jobs out (ADR 114).
    from api.cli.empty_server import empty_server  # noqa: PLC0415

    emptied = run(load_settings(), lambda platform: empty_server(platform, server, to, parallel, out))

    def show() -> None:
        for slug, where in emptied.moved.items():
            say(f"{slug} is on {where} now.")
        for slug, failure in emptied.failures.items():
            say(f"{slug} was not moved: {failure}")
        say(f"{server} has {counted(len(emptied.failures), 'tenant')}.")

    out.one(emptied, show)
    if emptied.failures:
        sys.exit(Status.PARTLY)


def _description(server: ServerResponse) -> str:
    if server.draining or server.weight == 0:
        return "gets no new tenants unless they name it"
    most = "" if server.bound is None else f", up to {server.bound}"
    return f"gets new tenants with the weight {server.weight}{most}"


async def _all(platform: Platform) -> list[ServerResponse]:
    return [ServerResponse.of(one) for one in await platform.placement.states()]


async def _change(
    platform: Platform, name: str, weight: int | None, bound: int | None, draining: bool | None
) -> ServerResponse:
    acts = ServerActs(platform.placement, ACTOR)
    return ServerResponse.of(await acts.change(name, weight=weight, bound=bound, draining=draining))
