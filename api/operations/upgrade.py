"""Upgrades one tenant's database: runs migrations, then adds the definitions of new tables."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from central.migrations.level import LevelAge
from central.migrations.migrator import Migrator
from central.migrations.names import MigrationName
from central.provisioning.fencing import Fences
from central.registry import Registry, TenantRef
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from piccolo_engines.limits import waiting_for_locks
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.users.seed import seed_permissions

__all__ = ["UpgradeServices", "bring_up_to_date"]


class UpgradeServices(Protocol):
    """What an upgrade of one tenant uses, of :class:`~api.composition.Platform`."""

    @property
    def settings(self) -> Settings: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def tenancy(self) -> Tenancy: ...
    @property
    def fences(self) -> Fences: ...
    @property
    def tenant_migrator(self) -> Migrator: ...


_LOCK_SECONDS: Final = 3
"""How long a migration waits for a lock: requests of the tenant wait behind it as long."""


async def bring_up_to_date(
    platform: UpgradeServices, tenant: TenantRef, level: str = ""
) -> Sequence[MigrationName]:
    """Run the pending migrations and return their names. Safe to repeat and while the tenant is served.

    The registry records that the database is at this version's level, once everything is done.
    New standard objects and fields are defined, with their permissions. Roles, apps and everything else that
    users may have changed is kept. Raises as ``Tenancy.use`` and ``Migrator.migrate`` do.

    Processes that cannot serve the tenant afterwards refuse it before something is removed.

    :param level: the database's level by the registry: what it has by that is not looked for. By default
        everything is.
    """
    await _announce(platform, tenant, level)
    using = platform.tenancy.use(tenant, at_any_level=True)
    async with platform.fences.lifted(tenant), using as engine:
        with waiting_for_locks(_LOCK_SECONDS):
            ran = await platform.tenant_migrator.migrate(engine)
        if not platform.tenant_migrator.has_seeds(level):
            await seed_permissions(await seed_standard_objects())
            await ensure_searches()
            await ensure_sort_keys()
    await platform.registry.set_level(tenant.id, str(platform.tenant_migrator.level))
    return ran


async def _announce(platform: UpgradeServices, tenant: TenantRef, level: str) -> None:
    """Have older processes refuse the tenant, if contractions are to run."""
    known = level or tenant.schema_level
    needing = platform.tenant_migrator.level.announcing(known)
    if needing is None or platform.tenant_migrator.level.age_of(known) is LevelAge.CURRENT:
        return
    await platform.registry.set_level(tenant.id, str(needing), announced=True)
    await asyncio.sleep(platform.settings.cache_seconds)
