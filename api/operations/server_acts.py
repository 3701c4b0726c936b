"""ServerActs: what operators change of database servers, recorded in the audit trail."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.errors import InvalidBody
from api.jobs.emptying import ServerEmptying
from central.database import CENTRAL
from central.operators import audit
from central.operators.audit import Actor
from central.servers.placement import Placement, ServerState
from tenant_schema.problems import Problem

__all__ = ["ServerActs"]

_NOWHERE: Final = "No other server gets new tenants: name one."


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

    async def empty(self, emptying: ServerEmptying, name: str, to: str | None, parallel: int) -> UUID:
        """Have the server get no new tenants, and all of its tenants moved. Returns the id of the job.

        Raises ``UnknownServer``, ``NoServerHasRoom``, and :class:`~api.errors.InvalidBody` for tenants that
        have nowhere to go.

        :param to: where they are moved; None for where new tenants would be created.
        :param parallel: how many at a time.
        """
        if to is not None and self.placement.named(to) == self.placement.named(name):
            raise InvalidBody([Problem("to", "same-server", "It is the server that is to be emptied.")])
        async with CENTRAL.transaction():  # a refusal leaves the server as it was
            await self.change(name, draining=True)
            if to is None and not await emptying.is_possible(name):
                raise InvalidBody([Problem("to", "required", _NOWHERE)])
            job = await emptying.begin(name, to, parallel)
            await audit.record(self.actor, "server.empty", detail={"server": name, "to": to, "job": str(job)})
        emptying.wake()
        return job
