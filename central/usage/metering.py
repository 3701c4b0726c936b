"""Metering: what each tenant used on each day, kept for thirteen months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.query.mixins import OnConflictAction

from central.database import CENTRAL
from central.plans.tables import UsageDay
from central.tables import Tenant
from piccolo_engines.columns import utc_now

__all__ = [
    "USAGE_KEPT",
    "Measured",
    "UsageRecord",
    "add_requests",
    "latest_measured",
    "latest_storage",
    "measured_since",
    "prune_usage",
    "usage_between",
    "write_measured",
]

USAGE_KEPT: Final = timedelta(days=396)
"""Thirteen months."""
_RECENT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a tenant's database has."""

    rows: int
    storage_bytes: int
    users: int
    objects: int


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """What a tenant used on one day (UTC).

    :ivar measured: as measured last on that day; None if it was not.
    """

    tenant_id: UUID
    slug: str
    day: date
    requests: int
    refused: int
    measured: Measured | None
    updated_at: datetime


async def add_requests(counted: Mapping[UUID, tuple[int, int]]) -> None:
    """Add requests, and the refused ones among them, to the tenants' present day. In one transaction."""
    slugs = await _slugs(list(counted))
    async with CENTRAL.transaction():
        for tenant_id, slug in sorted(slugs.items()):
            requests, refused = counted[tenant_id]
            row = _row(tenant_id, slug)
            row.requests, row.refused = requests, refused
            await UsageDay.insert(row).on_conflict(
                target=UsageDay.key,
                action=OnConflictAction.do_update,
                values=[
                    (UsageDay.requests, UsageDay.requests + requests),
                    (UsageDay.refused, UsageDay.refused + refused),
                ],
            )


async def write_measured(tenant_id: UUID, slug: str, measured: Measured) -> None:
    """Write what was measured as that of the present day. One statement."""
    row = _row(tenant_id, slug)
    row.stored_rows, row.storage_bytes = measured.rows, measured.storage_bytes
    row.user_count, row.object_count = measured.users, measured.objects
    await UsageDay.insert(row).on_conflict(
        target=UsageDay.key,
        action=OnConflictAction.do_update,
        values=[
            *(UsageDay.stored_rows, UsageDay.storage_bytes, UsageDay.user_count, UsageDay.object_count),
            UsageDay.tenant_slug,
        ],
    )


async def latest_storage(tenant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the sizes of the tenants' databases as measured last, if that was lately. One statement."""
    since = (utc_now() - _RECENT).date().isoformat()
    recent = UsageDay.tenant_id.is_in(list(tenant_ids)) & (UsageDay.day >= since)
    rows = await (
        UsageDay.select(UsageDay.tenant_id, UsageDay.storage_bytes)
        .where(recent & UsageDay.storage_bytes.is_not_null())
        .order_by(UsageDay.day)
    )
    return {row["tenant_id"]: row["storage_bytes"] for row in rows}


async def latest_measured(tenant_id: UUID) -> UsageRecord | None:
    """Return the last day of a tenant on which it was measured. One statement."""
    mine = (UsageDay.tenant_id == tenant_id) & UsageDay.stored_rows.is_not_null()
    row = await UsageDay.select().where(mine).order_by(UsageDay.day, ascending=False).first()
    return None if row is None else _record(row)


async def measured_since(day: date) -> set[UUID]:
    """Return the tenants that were measured on that day or later, and had no requests then. One statement."""
    known = (UsageDay.day >= day.isoformat()) & UsageDay.stored_rows.is_not_null() & (UsageDay.requests == 0)
    return {row["tenant_id"] for row in await UsageDay.select(UsageDay.tenant_id).where(known)}


async def usage_between(first: date, last: date, tenant_id: UUID | None = None) -> list[UsageRecord]:
    """Return the days from ``first`` to ``last`` of one tenant or all, the earliest first. One statement."""
    wanted = (UsageDay.day >= first.isoformat()) & (UsageDay.day <= last.isoformat())
    if tenant_id is not None:
        wanted &= UsageDay.tenant_id == tenant_id
    rows = await UsageDay.select().where(wanted).order_by(UsageDay.day).order_by(UsageDay.tenant_slug)
    return [_record(row) for row in rows]


async def prune_usage() -> None:
    """Delete days that are older than they are kept. One statement."""
    await UsageDay.delete().where(UsageDay.day < (utc_now() - USAGE_KEPT).date().isoformat())


def _row(tenant_id: UUID, slug: str) -> UsageDay:
    day = utc_now().date().isoformat()
    return UsageDay(key=f"{tenant_id} {day}", tenant_id=tenant_id, tenant_slug=slug, day=day)


async def _slugs(tenant_ids: list[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for start in range(0, len(tenant_ids), 500):
        portion = tenant_ids[start : start + 500]
        rows = await Tenant.select(Tenant.id, Tenant.slug).where(Tenant.id.is_in(portion))
        found |= {row["id"]: row["slug"] for row in rows}
    return found


def _record(row: Mapping[str, Any]) -> UsageRecord:
    measured = None
    if row["stored_rows"] is not None:
        measured = Measured(row["stored_rows"], row["storage_bytes"], row["user_count"], row["object_count"])
    return UsageRecord(
        tenant_id=row["tenant_id"],
        slug=row["tenant_slug"],
        day=date.fromisoformat(row["day"]),
        requests=row["requests"],
        refused=row["refused"],
        measured=measured,
        updated_at=row["updated_at"],
    )
