"""``freehold upgrades``: lists upgrades of all tenants, and pauses, resumes and cancels them."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import rich_click as click

from api.cli.console import Output, say, warn, with_output
from api.cli.session import ACTOR, load_settings, run
from api.composition import Platform
from api.operations.upgrade_acts import UpgradeActs
from api.schemas.upgrades import UpgradeDetail, UpgradeResponse
from central.upgrades import rows
from central.upgrades.service import UpgradeProgress

__all__ = ["upgrades"]

_COLUMNS = ("job", "state", "wave", "begun", "reason")
_LISTED = 50


@click.group()
def upgrades() -> None:
    """Upgrades of all tenants in waves: list, show, pause, resume and cancel them."""


@upgrades.command("list")
@with_output
def _list_upgrades(out: Output) -> None:
    """List the latest upgrades, newest first. `freehold migrate --waves` begins one."""

    async def found(_platform: Platform) -> list[UpgradeResponse]:
        return [UpgradeResponse.of(one) for one in await rows.latest(_LISTED)]

    shown = run(load_settings(), found)
    table = [
        {
            "job": one.job,
            "state": one.state,
            "wave": one.wave,
            "begun": f"{one.created_at:%Y-%m-%d %H:%M:%S}",
            "reason": one.reason or "",
        }
        for one in shown
    ]
    out.many(shown, "Upgrades", table, _COLUMNS)


@upgrades.command("show")
@click.argument("job", type=click.UUID)
@with_output
def _show_upgrade(job: UUID, out: Output) -> None:
    """Show the upgrade with the id JOB: its waves, and the tenants that failed."""
    _change(lambda platform: platform.upgrades.progress(job), out)


@upgrades.command("pause")
@click.argument("job", type=click.UUID)
@with_output
def _pause_upgrade(job: UUID, out: Output) -> None:
    """Pause the upgrade with the id JOB. Tenants under way are finished."""
    _change(lambda platform: UpgradeActs(platform.upgrades, ACTOR).pause(job), out)


@upgrades.command("resume")
@click.argument("job", type=click.UUID)
@with_output
def _resume_upgrade(job: UUID, out: Output) -> None:
    """Go on with the upgrade with the id JOB, in a process that executes jobs."""
    _change(lambda platform: UpgradeActs(platform.upgrades, ACTOR).resume(job), out)


@upgrades.command("cancel")
@click.argument("job", type=click.UUID)
@with_output
def _cancel_upgrade(job: UUID, out: Output) -> None:
    """End the upgrade with the id JOB. Tenants that are upgraded stay so."""
    _change(lambda platform: UpgradeActs(platform.upgrades, ACTOR).cancel(job), out)


def _change(act: Callable[[Platform], Awaitable[UpgradeProgress]], out: Output) -> None:
    detail = UpgradeDetail.with_tenants(run(load_settings(), act))
    out.one(detail, lambda: _print(detail))


def _print(detail: UpgradeDetail) -> None:
    counts = detail.tenants
    say(f"{detail.job}, {detail.state}, wave {detail.wave} of {len(detail.waves)}")
    say(f"  upgraded  {counts.done} of {sum(detail.waves)}, {counts.running} under way")
    if detail.reason:
        say(f"  reason    {detail.reason}")
    for one in detail.failures:
        warn(f"  {one.slug} ({one.state}): {one.error}")
