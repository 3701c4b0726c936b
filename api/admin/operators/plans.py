"""The plans of the installation, changed as over REST, and what tenants have used by day."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.admin.columns import Column, TableSchema
from api.admin.memory_table import MemoryTable
from api.admin.readonly_table import LookedAt, Shown
from api.admin.site import Row
from api.admin.values import as_json
from api.composition import Platform
from api.errors import InvalidBody
from api.operations.plan_acts import PlanActs, plan_faults
from api.requests.bodies import decode_struct
from api.schemas.plans import TenantPlanBody
from central.operators.audit import Actor
from central.plans.limits import Limits
from central.plans.tables import UsageDay
from tenant_schema.problems import Problem

__all__ = ["PlanTable", "usage_table"]

_NOT_LIMITED: Final = "Empty for no limit."
_LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "requests_per_second": ("requestsPerSecond", "Requests a second"),
    "burst": ("burst", "Burst"),
    "concurrent_requests": ("concurrentRequests", "Requests at a time"),
    "rows": ("rows", "Records"),
    "storage_bytes": ("storageBytes", "Bytes"),
    "users": ("users", "Users"),
    "objects": ("objects", "Objects"),
}
"""By column: the name in the API, and the title."""
_SCHEMA: Final = TableSchema(
    title="Plan",
    columns=[
        Column(name="plan", title="Plan", required=True, nullable=False, help_text="Such as basic."),
        *(
            Column(name=name, title=title, type="integer", help_text=_NOT_LIMITED)
            for name, (_, title) in _LIMITS.items()
        ),
        Column(name="tenants", title="Tenants", type="integer", read_only=True),
    ],
    link="plan",
    order_by=("plan", True),
    help_text="What the tenants of a plan may use. A change applies to them at once.",
)


class PlanTable(MemoryTable):
    """The plans. One that tenants have is not deleted."""

    checks_values = True

    def __init__(self, platform: Platform, actor: Actor, group: str) -> None:
        super().__init__(_SCHEMA, group)
        self._plans = platform.plans
        self._acts = PlanActs(platform.plans, platform.registry, actor)

    async def all_rows(self) -> Sequence[Row]:
        """Every plan."""
        return [_row(*one) for one in await self._plans.all()]

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create a plan. Raises ``InvalidInput``, also for a name that there is already."""
        name = str(values.get("plan") or "").strip()
        if name in {row["id"] for row in await self.all_rows()}:
            raise InvalidBody([Problem("plan", "plan-taken", "There is a plan of this name.")])
        await self._acts.put(_limits(name, values))
        return name

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change limits. Raises ``InvalidInput``, also for another name."""
        if values.get("plan", row_id) != row_id:
            raise InvalidBody([Problem("plan", "read-only", "A plan keeps its name.")])
        await self._acts.put(_limits(row_id, {**await self.row(row_id), **values}))

    async def delete(self, row_id: str) -> None:
        """Delete a plan. Raises ``PlanInUse``."""
        await self._acts.delete(row_id)


def usage_table(group: str) -> LookedAt:
    """Return what each tenant used on each day, read only."""
    return LookedAt(
        UsageDay,
        "Usage",
        group,
        [
            Shown(column=UsageDay.tenant_slug, title="Tenant"),
            Shown(column=UsageDay.day, title="Day (UTC)"),
            Shown(column=UsageDay.requests, title="Requests"),
            Shown(column=UsageDay.refused, title="Refused"),
            Shown(column=UsageDay.stored_rows, title="Records"),
            Shown(column=UsageDay.storage_bytes, title="Bytes"),
            Shown(column=UsageDay.user_count, title="Users"),
            Shown(column=UsageDay.object_count, title="Objects"),
            Shown(column=UsageDay.measured_at, title="Measured", listed=False),
        ],
        link="tenant_slug",
    )


def _limits(name: str, values: Mapping[str, Any]) -> Limits:
    given = {api_name: values.get(column) for column, (api_name, _) in _LIMITS.items()}
    limits = {api_name: None if value == "" else value for api_name, value in given.items()}
    return decode_struct(as_json(limits), TenantPlanBody, plan_faults).limits(name)


def _row(limits: Limits, tenants: int) -> Row:
    values = {column: getattr(limits, column) for column in _LIMITS}
    return {"id": limits.plan, "plan": limits.plan, **values, "tenants": tenants}
