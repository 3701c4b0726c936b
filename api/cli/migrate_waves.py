"""``freehold migrate --waves``: upgrades all tenants in waves, in this process, and reports how far it is."""

import asyncio
import sys
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import rich_click as click

from api.cli.console import Output, say, warn
from api.cli.progress import Tally, tally
from api.cli.session import ACTOR, run
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted
from api.operations.upgrade_acts import UpgradeActs
from api.schemas.upgrades import UpgradeDetail
from central.jobs.runner import JobRunner
from central.jobs.tables import Job, JobState
from central.secrets.key_check import KeyCheck
from central.settings.settings import Settings
from central.upgrades import rows
from central.upgrades.planning import UpgradeOptions, parse_share
from central.upgrades.tables import UpgradeState, UpgradeTenantState

__all__ = ["migrate_in_waves", "options_of"]

_LOOKED_EVERY = 0.3


def options_of(
    canary: str | None, waves: str | None, soak: float, max_failures: str, parallel: int
) -> UpgradeOptions:
    """Return the options of an upgrade. Ends the command for wrong ones."""
    try:
        shares = [parse_share(one) for one in (waves or "100%").split(",")]
        failures = parse_share(max_failures)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if shares != sorted(shares):
        raise click.UsageError("Give the shares of --waves in ascending order, such as 1%,10%,100%.")
    slugs = tuple(one.strip() for one in (canary or "").split(",") if one.strip())
    return UpgradeOptions(slugs, shares, soak, failures, parallel)


def migrate_in_waves(settings: Settings, options: UpgradeOptions, out: Output) -> None:
    """Upgrade, and end the command with the status that tells the outcome."""
    detail = run(settings, partial(_migrate, options, out), is_migrating=True)
    out.one(detail, lambda: _print(detail))
    if detail.state == UpgradeState.STOPPED.value:
        sys.exit(Status.FAILED)
    if detail.failures or detail.state != UpgradeState.DONE.value:
        sys.exit(Status.PARTLY)


async def _migrate(options: UpgradeOptions, out: Output, platform: Platform) -> UpgradeDetail:
    ran = await platform.central_migrator.migrate(platform.central_engine)
    out.event(event="central", migrations=len(ran))
    await KeyCheck(platform.vault).require()
    platform.tenant_migrator.preload()
    id_ = await _begun(platform, options)
    runner = JobRunner(platform.jobs, platform.upgrades.kinds, size=2)
    running = asyncio.create_task(runner.run())
    try:
        await _follow(id_, out)
    finally:
        await runner.stop()
        await running
    return UpgradeDetail.with_tenants(await platform.upgrades.progress(id_))


async def _begun(platform: Platform, options: UpgradeOptions) -> UUID:
    """Return the upgrade that was interrupted, or begin one."""
    unfinished, level = await rows.unfinished(), str(platform.tenant_migrator.level)
    if unfinished is not None and unfinished.state is UpgradeState.RUNNING and unfinished.level == level:
        return unfinished.id
    return await UpgradeActs(platform.upgrades, ACTOR).begin(options)


async def _follow(id_: UUID, out: Output) -> None:
    """Report each tenant that is finished, until the upgrade ends, stops or is paused."""
    while True:
        upgrade = await rows.find(id_)
        if upgrade.is_planned or upgrade.state is not UpgradeState.RUNNING:
            break
        await asyncio.sleep(_LOOKED_EVERY)
    with tally(out, "tenant", "Tenants", len(await rows.parts_of(id_))) as progress:
        seen = _Seen(out, progress)
        while True:
            upgrade = await rows.find(id_)
            seen.wave(upgrade.wave)
            for part in await rows.parts_of(id_):
                if part.state not in rows.UNDER_WAY:
                    seen.tenant(part)
            if upgrade.state is not UpgradeState.RUNNING and not await _is_executed(id_):
                return
            await asyncio.sleep(_LOOKED_EVERY)


async def _is_executed(id_: UUID) -> bool:
    return await Job.exists().where(Job.id == id_, Job.state == JobState.RUNNING)


@dataclass(slots=True)
class _Seen:
    """What was reported already."""

    out: Output
    progress: Tally
    present: int = -1
    states: dict[str, UpgradeTenantState] | None = None

    def wave(self, number: int) -> None:
        if number != self.present:
            self.present = number
            self.out.event(event="wave", wave=number + 1)

    def tenant(self, part: rows.TenantPart) -> None:
        states = self.states = self.states or {}
        if states.get(part.tenant_slug) is part.state:
            return
        values = {"state": part.state.value, "wave": part.wave + 1}
        if part.error:
            values["error"] = part.error
        if part.tenant_slug in states:  # it was upgraded, and its traffic shows faults
            self.out.event(event="tenant", name=part.tenant_slug, **values)
        else:
            self.progress.done(part.tenant_slug, **values)
        states[part.tenant_slug] = part.state


def _print(detail: UpgradeDetail) -> None:
    say(f"Upgraded: {counted(detail.tenants.done, 'tenant')}, in {counted(len(detail.waves), 'wave')}.")
    for one in detail.failures:
        warn(f"{one.slug} ({one.state}): {one.error}")
    if detail.state == UpgradeState.STOPPED.value:
        warn(f"It has stopped in wave {detail.wave}: {detail.reason}")
        warn(
            f"Go on with `freehold upgrades resume {detail.job}`, or end it with `freehold upgrades cancel "
            f"{detail.job}`."
        )
    elif detail.state != UpgradeState.DONE.value:
        warn(f"It is {detail.state}.")
