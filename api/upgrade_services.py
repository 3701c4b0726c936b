"""The services of upgrades of all tenants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.operations.pending_tenants import PendingTenants
from api.operations.upgrade import bring_up_to_date
from api.tenant_level import served_levels
from central.backups.service import Backups
from central.jobs.kinds import JobKind
from central.jobs.store import JobStore
from central.lifecycle.service import LifeCycle
from central.migrations.migrator import Migrator
from central.migrations.names import MigrationName
from central.provisioning.fencing import Fences
from central.provisioning.steps import Parts
from central.registry import Registry, TenantRef
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from central.upgrades.holds import TenantHolds
from central.upgrades.service import Upgrades
from central.upgrades.tenant import UpgradeParts

__all__ = ["upgrade_services"]


@dataclass(frozen=True, slots=True)
class _Services:
    """Implements :class:`~api.operations.upgrade.UpgradeServices`."""

    settings: Settings
    registry: Registry
    tenancy: Tenancy
    fences: Fences
    tenant_migrator: Migrator

    async def migrate(self, tenant: TenantRef, level: str) -> Sequence[MigrationName]:
        return await bring_up_to_date(self, tenant, level)


def upgrade_services(
    settings: Settings, parts: Parts, backups: Backups, life_cycle: LifeCycle, jobs: JobStore
) -> dict[str, Any]:
    """Create what upgrades all tenants in waves."""
    one = _Services(settings, parts.registry, parts.tenancy, parts.fences, parts.migrator)
    kinds: Iterable[JobKind] = [*backups.kinds, *life_cycle.kinds]
    holds = TenantHolds(parts.registry, jobs)
    upgrades = Upgrades(
        UpgradeParts(
            parts.registry,
            parts.tenancy,
            parts.migrator,
            parts.fences,
            backups,
            life_cycle,
            jobs,
            holds,
            {kind.name: kind for kind in kinds},
            one.migrate,
        )
    )
    pending = PendingTenants(served_levels())
    return {
        "upgrades": upgrades,
        "levels": served_levels(),
        "pending_tenants": pending,
    }
