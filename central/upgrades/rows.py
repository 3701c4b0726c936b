"""Reads and writes the rows of upgrades. The caller binds ``CENTRAL``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.query.functions import Count

from central.upgrades.errors import UpgradeNotFound
from central.upgrades.planning import UpgradeOptions
from central.upgrades.tables import Upgrade, UpgradeState, UpgradeTenant, UpgradeTenantState
from piccolo_engines.columns import new_id

__all__ = [
    "FAILURES",
    "UNDER_WAY",
    "UNFINISHED",
    "TenantPart",
    "UpgradeRecord",
    "change",
    "change_part",
    "counts_of_unfinished",
    "exists",
    "find",
    "insert",
    "is_one_running",
    "latest",
    "parts_of",
    "plan",
    "stops_writes_of",
    "unfinished",
]

FAILURES: Final = frozenset(
    {UpgradeTenantState.FAILED, UpgradeTenantState.PUT_BACK, UpgradeTenantState.BROKEN}
)
UNDER_WAY: Final = frozenset({UpgradeTenantState.WAITING, UpgradeTenantState.RUNNING})
UNFINISHED: Final = (UpgradeState.RUNNING, UpgradeState.PAUSED, UpgradeState.STOPPED)
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class UpgradeRecord:
    """An upgrade. :class:`central.upgrades.tables.Upgrade` describes the columns."""

    id: UUID
    state: UpgradeState
    wanted: UpgradeState
    level: str
    options: UpgradeOptions
    is_planned: bool
    wave: int
    accepted: int
    soak_until: datetime | None
    reason: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class TenantPart:
    """A tenant's part. :class:`central.upgrades.tables.UpgradeTenant` describes the columns."""

    id: UUID
    tenant_id: UUID
    tenant_slug: str
    wave: int
    state: UpgradeTenantState
    attempts: int
    due_at: datetime | None
    former_level: str
    stops_writes: bool
    backup: UUID | None
    began_at: datetime | None
    upgraded_at: datetime | None
    error: str | None

    @property
    def is_failure(self) -> bool:
        """Whether it counts against the bound of failures."""
        return self.state in FAILURES


_PART: Final = tuple(name for name in TenantPart.__slots__)


async def insert(id_: UUID, level: str, options: UpgradeOptions) -> None:
    """Insert a new upgrade with the id of its job."""
    row = Upgrade(id=id_, level=level, options=msgspec.json.encode(options).decode())
    await Upgrade.insert(row)


async def find(id_: UUID) -> UpgradeRecord:
    """Return the upgrade. Raises :class:`~central.upgrades.errors.UpgradeNotFound`."""
    row = await Upgrade.select().where(Upgrade.id == id_).first()
    if row is None:
        raise UpgradeNotFound(id_)
    return _record(row)


async def exists(id_: UUID) -> bool:
    """Whether there is such an upgrade. One statement."""
    return await Upgrade.exists().where(Upgrade.id == id_)


async def latest(limit: int) -> list[UpgradeRecord]:
    """Return upgrades, the newest first."""
    return [_record(row) for row in await Upgrade.select().order_by(Upgrade.id, ascending=False).limit(limit)]


async def unfinished() -> UpgradeRecord | None:
    """Return the upgrade that has not ended, if there is one."""
    states = Upgrade.state.is_in([one.value for one in UNFINISHED])
    row = await Upgrade.select().where(states).first()
    return None if row is None else _record(row)


async def counts_of_unfinished() -> dict[UpgradeTenantState, int]:
    """Return how many tenants of the upgrade that has not ended are in each state. One statement."""
    states = [one.value for one in UNFINISHED]
    state = UpgradeTenant.state
    query = UpgradeTenant.select(state, Count()).where(UpgradeTenant.upgrade.state.is_in(states))
    return {UpgradeTenantState(row["state"]): row["count"] for row in await query.group_by(state)}


async def is_one_running() -> bool:
    """Whether tenants are being upgraded. One statement."""
    return await Upgrade.exists().where(Upgrade.state == UpgradeState.RUNNING)


async def change(id_: UUID, **values: Any) -> None:
    """Change columns of the upgrade."""
    changes: dict[Any, Any] = dict(values)
    await Upgrade.update(changes).where(Upgrade.id == id_)


async def plan(id_: UUID, waves: Sequence[Sequence[UUID]], known: Mapping[UUID, tuple[str, str]]) -> None:
    """Insert the parts of all tenants, in place of those of an interrupted attempt.

    :param known: slug and level of each tenant.
    """
    await UpgradeTenant.delete().where(UpgradeTenant.upgrade == id_)
    rows = [
        UpgradeTenant(
            id=new_id(),
            upgrade=id_,
            tenant_id=tenant,
            tenant_slug=known[tenant][0],
            former_level=known[tenant][1],
            wave=number,
        )
        for number, wave in enumerate(waves)
        for tenant in wave
    ]
    for start in range(0, len(rows), _AT_ONCE):
        await UpgradeTenant.insert(*rows[start : start + _AT_ONCE])
    await change(id_, is_planned=True)


async def parts_of(id_: UUID) -> list[TenantPart]:
    """Return the parts of all tenants, in the order in which they are upgraded."""
    query = UpgradeTenant.select().where(UpgradeTenant.upgrade == id_)
    rows = await query.order_by(UpgradeTenant.wave).order_by(UpgradeTenant.id)
    return [_part(row) for row in rows]


async def stops_writes_of(tenant_id: UUID) -> bool:
    """Whether an upgrade that has not ended has stopped the writes of the tenant. One statement."""
    under_way = [one.value for one in UNDER_WAY]
    row = UpgradeTenant
    is_mine = (row.tenant_id == tenant_id) & row.stops_writes.eq(True) & row.state.is_in(under_way)
    return await row.exists().where(is_mine, row.upgrade.state.is_in([one.value for one in UNFINISHED]))


async def change_part(part: TenantPart, **values: Any) -> None:
    """Change columns of a tenant's part, here and in its row."""
    changes: dict[Any, Any] = dict(values)
    await UpgradeTenant.update(changes).where(UpgradeTenant.id == part.id)
    for name, value in values.items():
        setattr(part, name, value)


def _record(row: Mapping[str, Any]) -> UpgradeRecord:
    values = {name: row[name] for name in UpgradeRecord.__slots__}
    values |= {"state": UpgradeState(row["state"]), "wanted": UpgradeState(row["wanted"])}
    return UpgradeRecord(**{**values, "options": msgspec.json.decode(row["options"], type=UpgradeOptions)})


def _part(row: Mapping[str, Any]) -> TenantPart:
    values = {name: row[name] for name in _PART}
    return TenantPart(**{**values, "state": UpgradeTenantState(row["state"])})
