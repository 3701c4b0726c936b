"""UpgradeActs: what operators do with upgrades of all tenants, recorded in the audit trail."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from central.operators import audit
from central.operators.audit import Actor
from central.upgrades.planning import UpgradeOptions
from central.upgrades.service import UpgradeProgress, Upgrades

__all__ = ["UpgradeActs"]


@dataclass(frozen=True, slots=True)
class UpgradeActs:
    """Begins, pauses, resumes and cancels upgrades for an operator."""

    upgrades: Upgrades
    actor: Actor

    async def begin(self, options: UpgradeOptions) -> UUID:
        """As :meth:`central.upgrades.service.Upgrades.begin`."""
        id_ = await self.upgrades.begin(options)
        await self._record("upgrade.begin", id_, **msgspec.to_builtins(options))
        return id_

    async def pause(self, id_: UUID) -> UpgradeProgress:
        """As :meth:`central.upgrades.service.Upgrades.pause`."""
        progress = await self.upgrades.pause(id_)
        await self._record("upgrade.pause", id_)
        return progress

    async def resume(self, id_: UUID) -> UpgradeProgress:
        """As :meth:`central.upgrades.service.Upgrades.resume`."""
        progress = await self.upgrades.resume(id_)
        await self._record("upgrade.resume", id_)
        return progress

    async def cancel(self, id_: UUID) -> UpgradeProgress:
        """As :meth:`central.upgrades.service.Upgrades.cancel`."""
        progress = await self.upgrades.cancel(id_)
        await self._record("upgrade.cancel", id_)
        return progress

    async def _record(self, action: str, id_: UUID, **detail: object) -> None:
        await audit.record(self.actor, action, detail={"upgrade": str(id_), **detail})
