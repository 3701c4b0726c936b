"""Plans: when each tenant is due for a backup, and what is kept of its backups."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from central.backups.tables import BackupPlan
from central.registry import TenantRef
from central.registry.queries import ref_of
from central.retention import Retention
from central.schedules import Schedule, spread
from central.tables import Tenant
from piccolo_engines.columns import utc_now

__all__ = [
    "DuePlan",
    "Plan",
    "due_plans",
    "plan_new_tenants",
    "plan_next",
    "plan_of",
    "replan",
    "retention_of",
    "set_plan",
]

_row = BackupPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """The schedule and retention of a tenant, and when it is due next; None if it was not planned yet.

    ``own_schedule`` and ``own_keep`` are None where those of the installation apply.
    """

    schedule: Schedule
    keep: Retention
    own_schedule: Schedule | None
    own_keep: Retention | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DuePlan:
    """A plan whose time has come."""

    tenant_id: UUID
    schedule: Schedule
    tenant: TenantRef | None


async def plan_of(tenant_id: UUID, schedule: Schedule, keep: Retention) -> Plan:
    """Return the tenant's plan; ``schedule`` and ``keep`` are those of the installation."""
    row = await _row.select().where(_row.tenant_id == tenant_id).first() or {}
    own_schedule = None if row.get("schedule") is None else Schedule(row["schedule"])
    own_keep = None if row.get("keep") is None else Retention.parse(row["keep"])
    return Plan(own_schedule or schedule, own_keep or keep, own_schedule, own_keep, row.get("next_due_at"))


async def retention_of(tenant_id: UUID, keep: Retention) -> Retention:
    """Return which backups of a tenant are kept."""
    row = await _row.select(_row.keep).where(_row.tenant_id == tenant_id).first()
    return keep if row is None or row["keep"] is None else Retention.parse(row["keep"])


async def set_plan(
    tenant_id: UUID, schedule: Schedule | None, keep: Retention | None, default: Schedule
) -> None:
    """Give a tenant its own schedule and retention; None for those of the installation."""
    effective = schedule or default
    values: dict[str, Any] = {
        "schedule": None if schedule is None else schedule.text,
        "keep": None if keep is None else str(keep),
        "planned_by": effective.text,
        "next_due_at": effective.next_for(tenant_id, utc_now()),
    }
    await _row.insert(_row(tenant_id=tenant_id, **values)).on_conflict(
        target=_row.tenant_id,
        action="DO UPDATE",
        values=[(column, values[column._meta.name]) for column in _PLANNED],
    )


async def plan_new_tenants(default: Schedule, now: datetime, limit: int = 500) -> int:
    """Plan the tenants that have no plan yet: they are due within the hour. Returns how many."""
    planned = _row.select(_row.tenant_id)
    rows = await Tenant.select(Tenant.id).where(Tenant.id.not_in(planned)).limit(limit)
    if rows:
        new = [
            _row(
                tenant_id=row["id"],
                planned_by=default.text,
                next_due_at=now + spread(row["id"], timedelta(hours=1)),
            )
            for row in rows
        ]
        await _row.insert(*new).on_conflict(target=_row.tenant_id, action="DO NOTHING")
    return len(rows)


async def replan(default: Schedule, now: datetime, limit: int = 500) -> int:
    """Compute when tenants are due whose schedule is another now. Returns how many."""
    changed = _row.schedule.is_null() & (_row.planned_by != default.text)
    rows = await _row.select(_row.tenant_id).where(changed).limit(limit)
    for row in rows:
        await _plan(row["tenant_id"], default, now)
    return len(rows)


async def due_plans(default: Schedule, now: datetime, limit: int = 200) -> list[DuePlan]:
    """Return the plans that are due, with their tenants: None for one that is gone."""
    due = _row.select(_row.tenant_id, _row.schedule).where(_row.next_due_at <= now)
    rows = await due.order_by(_row.next_due_at).limit(limit)
    ids = [row["tenant_id"] for row in rows]
    tenants = {row["id"]: row for row in await Tenant.select().where(Tenant.id.is_in(ids))} if ids else {}
    found = []
    for row in rows:
        tenant = tenants.get(row["tenant_id"])
        schedule = default if row["schedule"] is None else Schedule(row["schedule"])
        found.append(DuePlan(row["tenant_id"], schedule, None if tenant is None else ref_of(tenant, "")))
    return found


async def plan_next(plan: DuePlan, now: datetime) -> None:
    """Compute when the tenant is due next. Forgets the plan of a tenant that is gone."""
    if plan.tenant is None:
        await _row.delete().where(_row.tenant_id == plan.tenant_id)
    else:
        await _plan(plan.tenant_id, plan.schedule, now)


async def _plan(tenant_id: UUID, schedule: Schedule, now: datetime) -> None:
    values: dict[Any, Any] = {
        _row.planned_by: schedule.text,
        _row.next_due_at: schedule.next_for(tenant_id, now),
    }
    await _row.update(values).where(_row.tenant_id == tenant_id)


_PLANNED: Final = (_row.schedule, _row.keep, _row.planned_by, _row.next_due_at)
