"""The ages of proven backups: how long ago the contents of each tenant were proved to be stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.backups import rows
from central.backups.tables import BackupPlan
from central.tables import WITH_DATABASE, Tenant
from piccolo_engines.columns import utc_now

__all__ = ["BackupAges", "TenantAge", "backup_ages", "record_age", "tenant_ages"]

_row = BackupPlan
_SERVED: Final = [status.value for status in WITH_DATABASE]


@dataclass(frozen=True, slots=True)
class TenantAge:
    """The latest time of which a tenant has proven contents; None if there is none."""

    tenant_id: UUID
    slug: str
    created_at: datetime
    proven_until: datetime | None
    schedule: str | None


@dataclass(frozen=True, slots=True)
class BackupAges:
    """The backups of the installation.

    :ivar seconds: by slug, of the tenants whose backups are oldest.
    :ivar proven: how many tenants have a proven backup. :ivar missing: how many have none.
    """

    seconds: Mapping[str, float]
    proven: int
    missing: int


async def record_age(tenant_id: UUID) -> None:
    """Record the latest time of which a tenant has proven contents, as its backups are now."""
    last = await rows.latest_proven(tenant_id)
    until = None if last is None else last.confirmed_at
    new = _row(tenant_id=tenant_id, next_due_at=utc_now(), proven_until=until)
    again: list[Any] = [(_row.proven_until, until)]
    await _row.insert(new).on_conflict(target=_row.tenant_id, action="DO UPDATE", values=again)


async def backup_ages(limit: int) -> BackupAges:
    """Return the ages of the oldest backups, of at most ``limit`` tenants. Four statements."""
    is_served = _row.tenant_id.is_in(Tenant.select(Tenant.id).where(Tenant.status.is_in(_SERVED)))
    is_proven = is_served & _row.proven_until.is_not_null()
    found = _row.select(_row.tenant_id, _row.proven_until).where(is_proven)
    oldest = await found.order_by(_row.proven_until).limit(limit)
    ids, now = [row["tenant_id"] for row in oldest], utc_now()
    named = await Tenant.select(Tenant.id, Tenant.slug).where(Tenant.id.is_in(ids)) if ids else []
    slugs = {row["id"]: row["slug"] for row in named}
    proven = await _row.count().where(is_proven)
    served = await Tenant.count().where(Tenant.status.is_in(_SERVED))
    seconds = {
        slugs[row["tenant_id"]]: (now - row["proven_until"]).total_seconds()
        for row in oldest
        if row["tenant_id"] in slugs
    }
    return BackupAges(seconds, proven, max(served - proven, 0))


async def tenant_ages() -> list[TenantAge]:
    """Return the ages of all tenants that have a database, the newest tenant first. Two statements."""
    served = await Tenant.select(Tenant.id, Tenant.slug, Tenant.created_at).where(
        Tenant.status.is_in(_SERVED)
    )
    plans = {row["tenant_id"]: row for row in await _row.select()}
    found = []
    for row in sorted(served, key=lambda one: one["id"], reverse=True):
        plan = plans.get(row["id"], {})
        found.append(
            TenantAge(
                row["id"], row["slug"], row["created_at"], plan.get("proven_until"), plan.get("schedule")
            )
        )
    return found
