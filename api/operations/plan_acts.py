"""PlanActs: what operators change of plans, recorded in the audit trail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from api.schemas.plans import PLAN_PATTERN
from central.operators import audit
from central.operators.audit import Actor
from central.plans.limits import Limits
from central.registry import Registry
from central.usage.plans import Plans
from tenant_schema.problems import InvalidInput, Problem

__all__ = ["PlanActs", "plan_faults"]


@dataclass(frozen=True, slots=True)
class PlanActs:
    """Changes plans. The caller binds ``CENTRAL``."""

    plans: Plans
    registry: Registry
    actor: Actor

    async def put(self, limits: Limits) -> tuple[Limits, int]:
        """Create or replace the plan. Returns it, and the number of its tenants. Raises ``InvalidInput``."""
        if not re.fullmatch(PLAN_PATTERN, limits.plan):
            message = "1 to 40 lower-case letters, digits and hyphens."
            raise InvalidInput([Problem("plan", "invalid-name", message)])
        async with self.registry.changing():
            await self.plans.put(limits)
            await audit.record(self.actor, "plan.put", detail=msgspec.to_builtins(limits))
        return await self.plans.get(limits.plan)

    async def delete(self, name: str) -> None:
        """Delete a plan that no tenant has. Raises as :meth:`central.usage.plans.Plans.delete`."""
        async with self.registry.changing():
            await self.plans.delete(name)
            await audit.record(self.actor, "plan.delete", detail={"plan": name})


def plan_faults(given: Mapping[str, Any]) -> list[Problem]:
    """Return the errors of a plan beyond its types."""
    if given.get("burst") is not None and given.get("requestsPerSecond") is None:
        return [Problem("burst", "needs-rate", "A burst needs requestsPerSecond beside it.")]
    return []
