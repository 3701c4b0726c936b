"""Every tenant's database: whether it opens, is up to date, and is what its definitions say."""

import asyncio
from collections.abc import Callable, Sequence

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from central.errors import CentralError
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tenant_schema.objects.drift import find_drift, half_done_changes

__all__ = ["check_tenants"]

_OPEN = (TenantStatus.ACTIVE, TenantStatus.SUSPENDED)


async def check_tenants(
    platform: Platform, tenants: Sequence[TenantRef], told: Callable[[str], None], parallel: int = 4
) -> list[Finding]:
    """Of each that is served or suspended; ``told`` is called with each one's slug when it is through."""
    platform.tenant_migrator.preload()
    free = asyncio.Semaphore(parallel)

    async def check(tenant: TenantRef) -> list[Finding]:
        async with free:
            found = await _check_tenant(platform, tenant)
        told(tenant.slug)
        return found

    found = await asyncio.gather(*(check(one) for one in tenants if one.status in _OPEN))
    return [finding for findings in found for finding in findings]


async def _check_tenant(platform: Platform, tenant: TenantRef) -> list[Finding]:
    about = f"tenant {tenant.slug}"
    try:
        async with platform.tenancy.use(tenant) as engine:
            pending = await platform.tenant_migrator.pending(engine)
            if pending:
                message = f"{len(pending)} migrations have not run."
                return [error(about, message, f"freehold migrate {tenant.slug}")]
            return await _check_definitions(about)
    except (CentralError, DatabaseError, OSError) as problem:
        mend = f"Restore {tenant.db_name} on {tenant.database_server}, or see what its server says."
        return [error(about, f"Its database cannot be opened: {problem}", mend)]


async def _check_definitions(about: str) -> list[Finding]:
    found = []
    if half_done := await half_done_changes():
        message = f"A change of {', '.join(half_done)} is half done: somebody is at work, or died."
        found.append(warning(about, message, "freehold tenants reconcile"))
    if drift := await find_drift():
        message = f"The database lacks what the definitions say: {', '.join(drift)}."
        found.append(error(about, message, "Restore the table or column, or drop its definition."))
    return found or [fine(about, "Its database opens, and is what its definitions say.")]
