"""Metering: what each tenant used on each day, kept for thirteen months."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.query.functions import Max
from piccolo.query.mixins import OnConflictAction

from central.database import CENTRAL
from central.plans.tables import UsageDay
from central.tables import Tenant
from piccolo_engines.columns import utc_now

__all__ = [
    "PORTION",
    "USAGE_KEPT",
    "Measured",
    "UsageRecord",
    "add_requests",
    "carry_over",
    "changed_tenants",
    "latest_measured",
    "mark_changed",
    "mark_unchanged",
    "prune_usage",
    "usage_between",
    "usage_of_all",
    "write_measured",
]

USAGE_KEPT: Final = timedelta(days=396)
"""Thirteen months."""
PORTION: Final = 500
"""So many tenants are named in one statement: databases limit the values in one."""
_PAGE: Final = 1_000
_TRUSTED: Final = timedelta(days=7)
"""After so long a tenant is measured again although nobody has noted a change."""
_MEASURED: Final = (
    *(UsageDay.stored_rows, UsageDay.storage_bytes, UsageDay.user_count, UsageDay.object_count),
    *(UsageDay.measured_at, UsageDay.tenant_slug),
)


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

    :ivar measured: as measured last before the end of that day, at ``measured_at``; None if it was not.
    """

    tenant_id: UUID
    slug: str
    day: date
    requests: int
    refused: int
    measured: Measured | None
    measured_at: datetime | None


async def add_requests(counted: Mapping[UUID, tuple[int, int]]) -> None:
    """Add requests, and the refused ones among them, to the tenants' present day, in one transaction.

    :param counted: of at most :data:`PORTION` tenants.
    """
    rows = await Tenant.select(Tenant.id, Tenant.slug).where(Tenant.id.is_in(list(counted)))
    async with CENTRAL.transaction():
        for tenant_id, slug in sorted((row["id"], row["slug"]) for row in rows):
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


async def mark_changed(tenant_ids: Collection[UUID]) -> None:
    """Note that the tenants' databases have changed since they were measured. One statement for a portion."""
    for portion in _portions(list(tenant_ids)):
        unmarked = Tenant.id.is_in(portion) & Tenant.has_changed.eq(False)
        await Tenant.update({Tenant.has_changed: True}, use_auto_update=False).where(unmarked)


async def mark_unchanged(tenant_id: UUID) -> None:
    """Note that the tenant's database is about to be measured. One statement."""
    await Tenant.update({Tenant.has_changed: False}, use_auto_update=False).where(Tenant.id == tenant_id)


async def changed_tenants() -> set[UUID]:
    """Return the tenants whose databases may have changed since they were measured. One statement."""
    return {row["id"] for row in await Tenant.select(Tenant.id).where(Tenant.has_changed.eq(True))}


async def write_measured(tenant_id: UUID, slug: str, measured: Measured) -> None:
    """Write what was measured as that of the present day. Two statements."""
    row = _row(tenant_id, slug)
    row.stored_rows, row.storage_bytes = measured.rows, measured.storage_bytes
    row.user_count, row.object_count = measured.users, measured.objects
    row.measured_at = utc_now()
    async with CENTRAL.transaction():
        await _write([row])
        size: dict[Any, Any] = {Tenant.storage_bytes: measured.storage_bytes}
        await Tenant.update(size, use_auto_update=False).where(Tenant.id == tenant_id)


async def carry_over(tenants: Mapping[UUID, str]) -> list[UUID]:
    """Write what was measured on an earlier day as that of the present one, where it has nothing measured.

    One statement on most calls, and three for a portion of tenants at the first one of a day.

    :param tenants: the slugs by id.

    Returns the tenants that were not measured for long, for which nothing was written.
    """
    today, old = utc_now().date().isoformat(), list[UUID]()
    known = (UsageDay.day == today) & UsageDay.stored_rows.is_not_null()
    written = {row["tenant_id"] for row in await UsageDay.select(UsageDay.tenant_id).where(known)}
    for portion in _portions([one for one in tenants if one not in written]):
        latest = await _latest(portion)
        fresh = {
            tenant_id: row
            for tenant_id, row in latest.items()
            if row["measured_at"] is not None and utc_now() - row["measured_at"] < _TRUSTED
        }
        old += [one for one in portion if one not in fresh]
        if fresh:
            await _write([_copied(row, tenants[tenant_id]) for tenant_id, row in fresh.items()])
    return old


async def _latest(tenant_ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return the last measured day of each tenant. Two statements."""
    mine = UsageDay.tenant_id.is_in(list(tenant_ids)) & UsageDay.stored_rows.is_not_null()
    query = UsageDay.select(UsageDay.tenant_id, Max(UsageDay.day, alias="day"))
    keys = [
        _key(row["tenant_id"], row["day"]) for row in await query.where(mine).group_by(UsageDay.tenant_id)
    ]
    rows = await UsageDay.select().where(UsageDay.key.is_in(keys)) if keys else []
    return {row["tenant_id"]: row for row in rows}


def _copied(measured: Mapping[str, Any], slug: str) -> UsageDay:
    row = _row(measured["tenant_id"], slug)
    for column in _MEASURED[:-1]:
        setattr(row, column._meta.name, measured[column._meta.name])
    return row


async def _write(rows: Sequence[UsageDay]) -> None:
    """Write what was measured. One statement."""
    await UsageDay.insert(*rows).on_conflict(
        target=UsageDay.key, action=OnConflictAction.do_update, values=list(_MEASURED)
    )


async def latest_measured(tenant_id: UUID) -> UsageRecord | None:
    """Return the last day of a tenant on which it was measured. One statement."""
    mine = (UsageDay.tenant_id == tenant_id) & UsageDay.stored_rows.is_not_null()
    row = await UsageDay.select().where(mine).order_by(UsageDay.day, ascending=False).first()
    return None if row is None else _record(row)


async def usage_between(first: date, last: date, tenant_id: UUID) -> list[UsageRecord]:
    """Return the days of a tenant from ``first`` to ``last``, the earliest first. One statement."""
    wanted = _between(first, last) & (UsageDay.tenant_id == tenant_id)
    return [_record(row) for row in await UsageDay.select().where(wanted).order_by(UsageDay.day)]


async def usage_of_all(first: date, last: date) -> AsyncIterator[list[UsageRecord]]:
    """Yield the days of all tenants in pages, the earliest first. One statement for each page."""
    wanted = behind = _between(first, last)
    while rows := await UsageDay.select().where(behind).order_by(UsageDay.day, UsageDay.id).limit(_PAGE):
        yield [_record(row) for row in rows]
        day, id_ = rows[-1]["day"], rows[-1]["id"]
        behind = wanted & ((UsageDay.day > day) | ((UsageDay.day == day) & (UsageDay.id > id_)))


def _between(first: date, last: date) -> Any:
    return (UsageDay.day >= first.isoformat()) & (UsageDay.day <= last.isoformat())


async def prune_usage() -> None:
    """Delete days that are older than they are kept. One statement."""
    await UsageDay.delete().where(UsageDay.day < (utc_now() - USAGE_KEPT).date().isoformat())


def _row(tenant_id: UUID, slug: str) -> UsageDay:
    day = utc_now().date().isoformat()
    return UsageDay(key=_key(tenant_id, day), tenant_id=tenant_id, tenant_slug=slug, day=day)


def _key(tenant_id: UUID, day: str) -> str:
    return f"{tenant_id} {day}"


def _portions(tenant_ids: Sequence[UUID]) -> list[list[UUID]]:
    return [list(tenant_ids[start : start + PORTION]) for start in range(0, len(tenant_ids), PORTION)]


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
        measured_at=row["measured_at"],
    )
