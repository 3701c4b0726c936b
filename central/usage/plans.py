"""Plans: the registry of plans, and which tenant has which."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from piccolo.query.functions import Count
from piccolo.query.mixins import OnConflictAction

from central.errors import TenantNotFound
from central.plans.errors import PlanInUse, PlanNotFound
from central.plans.limits import Limits
from central.plans.tables import TenantPlan
from central.registry import Registry, TenantRecord
from central.registry.queries import limits_of
from central.tables import Tenant

__all__ = ["Plans"]


class Plans:
    """The plans. The caller binds ``CENTRAL``. Other processes apply a change with the registry's version."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def all(self) -> list[tuple[Limits, int]]:
        """Return the plans by name, each with the number of tenants that have it. Two statements."""
        rows = await TenantPlan.select().order_by(TenantPlan.name)
        counted = await Tenant.select(Tenant.plan, Count()).group_by(Tenant.plan)
        tenants = {row["plan"]: row["count"] for row in counted}
        return [(limits_of(row), tenants.get(row["id"], 0)) for row in rows]

    async def get(self, name: str) -> tuple[Limits, int]:
        """Return a plan, and the number of its tenants. Two statements.

        Raises :class:`~central.plans.errors.PlanNotFound`.
        """
        row = await _row(name)
        return limits_of(row), await Tenant.count().where(Tenant.plan == row["id"])

    async def id_of(self, name: str) -> UUID:
        """Return the id of a plan. Raises :class:`~central.plans.errors.PlanNotFound`."""
        id_: UUID = (await _row(name))["id"]
        return id_

    async def put(self, limits: Limits) -> None:
        """Create the plan, or replace all its limits, for its tenants as well."""
        row = TenantPlan(
            name=limits.plan,
            requests_per_second=limits.requests_per_second,
            burst=limits.burst,
            concurrent_requests=limits.concurrent_requests,
            max_rows=limits.rows,
            max_storage_bytes=limits.storage_bytes,
            max_users=limits.users,
            max_objects=limits.objects,
        )
        kept = ("id", "name", "created_at")
        columns = [one for one in TenantPlan.all_columns() if one._meta.name not in kept]
        async with self._registry.changing():
            await TenantPlan.insert(row).on_conflict(
                target=TenantPlan.name, action=OnConflictAction.do_update, values=columns
            )

    async def assign(self, tenant_id: UUID, name: str | None) -> TenantRecord:
        """Give the tenant a plan, or none. What it uses beyond the plan stays.

        Raises :class:`~central.plans.errors.PlanNotFound` and :class:`~central.errors.TenantNotFound`.
        """
        async with self._registry.changing():
            plan_id = None if name is None else await self.id_of(name)
            change = Tenant.update({Tenant.plan: plan_id, Tenant.version: Tenant.version + 1})
            if not await change.where(Tenant.id == tenant_id).returning(Tenant.id):
                raise TenantNotFound(tenant_id)
            return await self._registry.record(tenant_id)

    async def delete(self, name: str) -> None:
        """Delete a plan that no tenant has.

        Raises :class:`~central.plans.errors.PlanNotFound` and :class:`~central.plans.errors.PlanInUse`.
        """
        async with self._registry.changing():
            id_ = await self.id_of(name)
            tenants = await Tenant.count().where(Tenant.plan == id_)
            if tenants:
                raise PlanInUse(name, tenants)
            await TenantPlan.delete().where(TenantPlan.id == id_)


async def _row(name: str) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await TenantPlan.select().where(TenantPlan.name == name).first()
    if row is None:
        raise PlanNotFound(name)
    return row
