"""Upgrades: upgrades all tenants in waves, as a job that any process of this version executes."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from central.database import CENTRAL
from central.jobs.claims import Claim
from central.jobs.kinds import Done, JobKind, Later, Outcome
from central.jobs.store import NewJob
from central.migrations.level import LevelAge
from central.upgrades import rows
from central.upgrades.errors import UpgradeEnded, UpgradeRunning
from central.upgrades.holds import TenantHolds
from central.upgrades.planning import UpgradeOptions, allowed_failures, waves_of
from central.upgrades.rows import UNDER_WAY, UNFINISHED, TenantPart, UpgradeRecord
from central.upgrades.tables import UpgradeState, UpgradeTenantState
from central.upgrades.tenant import UpgradeParts, UpgradeTenants
from central.upgrades.traffic import Ledger
from piccolo_engines.columns import utc_now

__all__ = ["KIND", "UpgradeProgress", "Upgrades"]

KIND: Final = "fleet.upgrade"
_WATCHED_EVERY: Final = timedelta(seconds=2)
_LONGEST_REASON: Final = 400
_RESUMED: Final = "An operator has resumed it."
_WAITING = UpgradeTenantState.WAITING
_LEFT_READ_ONLY: Final = (
    "The upgrade was cancelled by another version while writes to the tenant were stopped. "
    "It is read-only until it is resumed or restored."
)


@dataclass(frozen=True, slots=True)
class UpgradeProgress:
    """An upgrade with what has become of its tenants.

    :ivar sizes: the number of tenants of each wave.
    """

    upgrade: UpgradeRecord
    sizes: Sequence[int]
    counts: Mapping[UpgradeTenantState, int]
    failures: Sequence[TenantPart]


class Upgrades:
    """Begins upgrades, and pauses, resumes and cancels them. The caller binds ``CENTRAL``.

    :param watched_every: between two looks at the traffic.
    """

    def __init__(self, parts: UpgradeParts, watched_every: timedelta = _WATCHED_EVERY) -> None:
        self._parts = parts
        self._tenants = UpgradeTenants(parts)
        self._watched_every = watched_every
        self._ledgers: dict[UUID, Ledger] = {}

    @property
    def holds(self) -> TenantHolds:
        """What keeps other operations on a tenant away while it is upgraded."""
        return self._parts.holds

    @property
    def kinds(self) -> Sequence[JobKind]:
        """The kinds of jobs. An upgrade is cancelled by :meth:`cancel`, not in the middle of a tenant."""
        whole = JobKind(
            name=KIND,
            run=self._run,
            max_attempts=None,
            longest_pause=timedelta(seconds=30),
            is_cancellable=False,
            is_long=True,
        )
        return [whole, self._parts.holds.kind]

    async def begin(self, options: UpgradeOptions) -> UUID:
        """Enqueue an upgrade of all tenants that are not at this version's level. Returns its id.

        Raises :class:`~central.upgrades.errors.UpgradeRunning` if another has not ended, and
        ``TenantNotFound`` for a canary that is none.
        """
        for slug in options.canary:
            await self._parts.registry.by_slug(slug)
        async with CENTRAL.transaction():
            if (other := await rows.unfinished()) is not None:
                raise UpgradeRunning(other.id)
            id_ = await self._parts.jobs.enqueue(NewJob(kind=KIND, key=KIND))
            if await rows.exists(id_):  # its job has still to end
                raise UpgradeRunning(id_)
            await rows.insert(id_, str(self._parts.migrator.level), options)
        self._parts.jobs.wake()
        return id_

    async def progress(self, id_: UUID) -> UpgradeProgress:
        """Return the upgrade. Raises :class:`~central.upgrades.errors.UpgradeNotFound`. Two statements."""
        upgrade, parts = await rows.find(id_), await rows.parts_of(id_)
        return _progress(upgrade, parts)

    async def pause(self, id_: UUID) -> UpgradeProgress:
        """Begin with no further tenant. Those under way are finished."""
        return await self._want(id_, UpgradeState.PAUSED)

    async def resume(self, id_: UUID) -> UpgradeProgress:
        """Go on. The failures of the present wave until now do not stop it any more."""
        return await self._want(id_, UpgradeState.RUNNING)

    async def cancel(self, id_: UUID) -> UpgradeProgress:
        """End the upgrade. Tenants that are upgraded stay so, and those under way are finished."""
        return await self._want(id_, UpgradeState.CANCELLED)

    async def _want(self, id_: UUID, wanted: UpgradeState) -> UpgradeProgress:
        upgrade, parts = await rows.find(id_), await rows.parts_of(id_)
        if upgrade.state not in UNFINISHED:
            raise UpgradeEnded(upgrade.state.value)
        async with CENTRAL.transaction():
            if wanted is UpgradeState.RUNNING:
                accepted = sum(one.is_failure for one in parts if one.wave == upgrade.wave)
                changes = {"accepted": accepted, "reason": _RESUMED, "soak_until": None}
                await rows.change(id_, wanted=wanted, state=wanted, **changes)
            else:
                await rows.change(id_, wanted=wanted)
            await self._parts.jobs.signal(NewJob(kind=KIND, key=KIND))
        self._parts.jobs.wake()
        return await self.progress(id_)

    async def _run(self, claim: Claim) -> Outcome:
        upgrade = await rows.find(claim.job.id)
        if upgrade.level != str(self._parts.migrator.level):
            if upgrade.wanted is UpgradeState.CANCELLED:
                return await self._give_up(claim, upgrade)
            pause = timedelta(seconds=random.uniform(0.5, 2.0))  # noqa: S311 # so that others take it
            return Later(utc_now() + pause, note="Waits for a process of the version that it is for.")
        if not upgrade.is_planned:
            await self._plan(upgrade)
        parts = await rows.parts_of(upgrade.id)
        for part in parts:
            if part.state is UpgradeTenantState.RUNNING:  # of a process that died
                await rows.change_part(part, state=_WAITING)
        running: set[asyncio.Task[None]] = set()
        try:
            return await self._upgrade(claim, parts, running)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _plan(self, upgrade: UpgradeRecord) -> None:
        level, options = self._parts.migrator.level, upgrade.options
        served = await self._parts.registry.served_with_levels()
        known = {
            tenant.id: (tenant.slug, stored)
            for tenant, stored in served
            if level.age_of(stored) in (LevelAge.OLDER, LevelAge.UNKNOWN)
        }
        slugs = [(id_, slug) for id_, (slug, _) in known.items()]
        await rows.plan(upgrade.id, waves_of(slugs, options.canary, options.waves), known)

    async def _upgrade(
        self, claim: Claim, parts: Sequence[TenantPart], running: set["asyncio.Task[None]"]
    ) -> Outcome:
        """Begin with tenants and wait for them, until the upgrade ends or has to wait."""
        looked_at: datetime | None = None
        while True:
            upgrade = await rows.find(claim.job.id)
            if looked_at is None or utc_now() - looked_at >= self._watched_every or not running:
                await self._watch(upgrade, parts)
                looked_at = utc_now()
            stop = self._stop_of(upgrade, parts)
            # Whose writes are stopped is finished in any case.
            self._fill(upgrade, parts if stop is None else _held(parts), running)
            if running:
                done, _ = await asyncio.wait(
                    running,
                    timeout=self._watched_every.total_seconds(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                running -= done
                for task in done:
                    task.result()
                await self._report(claim, parts)
                continue
            await self._report(claim, parts)
            outcome = await self._next(claim, upgrade, parts, stop)
            if outcome is not None:
                return outcome
            if not claim.is_open:
                return None

    def _fill(
        self, upgrade: UpgradeRecord, parts: Sequence[TenantPart], running: set["asyncio.Task[None]"]
    ) -> None:
        now = utc_now()
        due = [
            one
            for one in parts
            if one.wave == upgrade.wave
            and one.state is _WAITING
            and (one.due_at is None or one.due_at <= now)
        ]
        for part in due[: max(upgrade.options.parallel - len(running), 0)]:
            part.state = UpgradeTenantState.RUNNING
            running.add(asyncio.create_task(self._tenants.upgrade(part)))

    async def _next(
        self,
        claim: Claim,
        upgrade: UpgradeRecord,
        parts: Sequence[TenantPart],
        stop: tuple[UpgradeState, str | None] | None,
    ) -> Outcome:
        """Decide what comes when nothing is running: None to go on."""
        now = utc_now()
        if stop is not None and (held := _held(parts)):
            first = min(one.due_at or now for one in held)
            return Later(first) if first > now else None
        if stop is not None:
            return await self._end(claim, upgrade, *stop)
        waiting = [one for one in parts if one.wave == upgrade.wave and one.state is _WAITING]
        if waiting:
            first = min((one.due_at or now for one in waiting), default=now)
            return Later(first) if first > now else None
        if upgrade.soak_until is None:
            soak = upgrade.options.soak_seconds if self._has_tenants(upgrade, parts) else 0.0
            await rows.change(upgrade.id, soak_until=now + timedelta(seconds=soak))
            return None
        if now < upgrade.soak_until:
            return Later(min(upgrade.soak_until, now + self._watched_every))
        if upgrade.wave + 1 >= _wave_count(upgrade.options):
            return await self._end(claim, upgrade, UpgradeState.DONE, None)
        await rows.change(upgrade.id, wave=upgrade.wave + 1, soak_until=None, accepted=0, reason=None)
        return None

    @staticmethod
    def _has_tenants(upgrade: UpgradeRecord, parts: Sequence[TenantPart]) -> bool:
        return any(one.wave == upgrade.wave for one in parts)

    async def _give_up(self, claim: Claim, upgrade: UpgradeRecord) -> Outcome:
        """End an upgrade to another version's level. What that version has begun is left to the operator."""
        for part in await rows.parts_of(upgrade.id):
            if part.stops_writes and part.state in UNDER_WAY:
                await rows.change_part(part, state=UpgradeTenantState.FAILED, error=_LEFT_READ_ONLY)
                await self._parts.holds.give_back(part.tenant_id)
        return await self._end(claim, upgrade, UpgradeState.CANCELLED, None)

    async def _end(
        self, claim: Claim, upgrade: UpgradeRecord, state: UpgradeState, reason: str | None
    ) -> Outcome:
        await rows.change(upgrade.id, state=state, reason=reason)
        match state:
            case UpgradeState.DONE:
                self._ledgers.pop(upgrade.id, None)
                return Done({"upgrade": str(upgrade.id)})
            case UpgradeState.CANCELLED:
                await claim.cancel()
                return None
            case _:
                return Later(None, note=reason or "An operator has paused it.")

    def _stop_of(
        self, upgrade: UpgradeRecord, parts: Sequence[TenantPart]
    ) -> tuple[UpgradeState, str | None] | None:
        """Return the state in which the upgrade begins with nothing more, and why; None if it goes on."""
        if upgrade.wanted is not UpgradeState.RUNNING:
            return upgrade.wanted, None
        if upgrade.state is UpgradeState.STOPPED:
            return upgrade.state, upgrade.reason
        wave = [one for one in parts if one.wave == upgrade.wave]
        failed = [one for one in wave if one.is_failure]
        allowed = allowed_failures(len(wave), upgrade.options.max_failures)
        if len(failed) - upgrade.accepted > allowed:
            first = failed[-1]
            reason = (
                f"{len(failed)} of {len(wave)} tenants of the wave failed. {first.tenant_slug}: {first.error}"
            )
            return UpgradeState.STOPPED, reason[:_LONGEST_REASON]
        ledger = self._ledgers.get(upgrade.id)
        is_judged = ledger is not None and upgrade.reason != _RESUMED
        fault = ledger.fault_of_all() if ledger is not None and is_judged else None
        return None if fault is None else (UpgradeState.STOPPED, f"All upgraded tenants: {fault}")

    async def _watch(self, upgrade: UpgradeRecord, parts: Sequence[TenantPart]) -> None:
        """Look at the traffic, and mark the upgraded tenants that do not work as before."""
        ledger = self._ledgers.setdefault(upgrade.id, Ledger(upgrade.created_at))
        await ledger.read(parts)
        for part in parts:
            if part.state is UpgradeTenantState.DONE and part.upgraded_at is not None:
                fault = ledger.fault(part.tenant_slug)
                if fault is not None:
                    await rows.change_part(part, state=UpgradeTenantState.BROKEN, error=fault)

    async def _report(self, claim: Claim, parts: Sequence[TenantPart]) -> None:
        await claim.progress(sum(one.state not in UNDER_WAY for one in parts), len(parts), "tenants")


def _held(parts: Sequence[TenantPart]) -> list[TenantPart]:
    """The tenants under way whose writes are stopped."""
    return [one for one in parts if one.stops_writes and one.state is _WAITING]


def _progress(upgrade: UpgradeRecord, parts: Sequence[TenantPart]) -> UpgradeProgress:
    sizes = Counter(one.wave for one in parts)
    return UpgradeProgress(
        upgrade,
        [sizes[number] for number in range(_wave_count(upgrade.options))],
        Counter(one.state for one in parts),
        [one for one in parts if one.is_failure],
    )


def _wave_count(options: UpgradeOptions) -> int:
    return len(options.waves) + bool(options.canary)
