"""ServerActs: what operators change of database servers, recorded in the audit trail."""

from dataclasses import dataclass

from central.database import CENTRAL
from central.operators import audit
from central.operators.audit import Actor
from central.servers.placement import Placement, ServerState

__all__ = ["ServerActs"]


@dataclass(frozen=True, slots=True)
class ServerActs:
    """Changes which servers get new tenants."""

    placement: Placement
    actor: Actor

    async def change(
        self, name: str, *, weight: int | None = None, bound: int | None = None, draining: bool | None = None
    ) -> ServerState:
        """As :meth:`central.servers.placement.Placement.change`."""
        async with CENTRAL.transaction():
            state = await self.placement.change(name, weight=weight, bound=bound, draining=draining)
            detail = {
                "server": name,
                "weight": state.weight,
                "bound": state.bound,
                "draining": state.draining,
            }
            await audit.record(self.actor, "server.change", detail=detail)
        return state
