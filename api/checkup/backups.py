"""Checks of backups: whether there are any, whether the store responds, and whose are missing, old or bad."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from central.backups.ages import TenantAge, tenant_ages
from central.backups.errors import ObjectMissing, StoreError
from central.backups.records import BackupRecord
from central.backups.tables import Backup
from central.schedules import Schedule
from piccolo_engines.columns import utc_now

__all__ = ["check_backups"]

_MOST: Final = 50
"""How many tenants are reported."""
_GRACE: Final = timedelta(hours=4)
"""How long after its scheduled time a tenant's backup may be proven, besides the hour in which it begins."""


async def check_backups(platform: Platform) -> list[Finding]:
    """Check the store, and the latest proven backup of each tenant. Four statements."""
    store = platform.backups.parts.store
    if store is None:
        return [_without_store(platform.settings.local)]
    try:
        await store.size("tenants/check")
    except ObjectMissing:
        pass
    except StoreError as problem:
        return [error("backups", problem.reason, "Check BACKUP_URL, its keys, and that the store is there.")]
    found_late = [one for one in await tenant_ages() if _is_late(one, platform.settings.backup_schedule)]
    findings = [*_failures(await _failed()), *map(_late, found_late[:_MOST])]
    if len(found_late) > _MOST:
        message = f"{len(found_late) - _MOST} more tenants have no recent proven backup."
        findings.append(warning("backups", message, "freehold jobs list --state failed"))
    return findings or [fine("backups", "Each tenant has a recent proven backup.")]


def _without_store(is_local: bool) -> Finding:
    if is_local:
        return fine("backups", "There are none, as usual in local use.")
    return warning(
        "backups", "Tenants are not backed up.", "Set BACKUP_URL; docs/operating/backups.md has its forms."
    )


async def _failed() -> list[BackupRecord]:
    rows = await Backup.select().where(Backup.failure.is_not_null()).order_by(Backup.id, ascending=False)
    return [BackupRecord.of(row) for row in rows[:_MOST]]


def _failures(backups: list[BackupRecord]) -> Iterator[Finding]:
    for one in backups:
        message = f"Its backup {one.id} could not be proved: {one.failure}"
        yield error(f"tenant {one.tenant_slug}", message, f"freehold backups run {one.tenant_slug}")


def _is_late(one: TenantAge, default: Schedule) -> bool:
    """Whether the tenant's backup should have been proven by now."""
    schedule = default if one.schedule is None else Schedule(one.schedule)
    since: datetime = one.created_at if one.proven_until is None else one.proven_until
    return schedule.next_after(since) + timedelta(hours=1) + _GRACE < utc_now()


def _late(one: TenantAge) -> Finding:
    if one.proven_until is None:
        message = "It has no proven backup."
    else:
        message = f"Its latest proven backup is of {one.proven_until:%Y-%m-%d %H:%M} UTC."
    return error(f"tenant {one.slug}", message, f"freehold backups run {one.slug}")
