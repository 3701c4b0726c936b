"""What a new tenant begins with: what another tenant has, or a backup has."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from api.composition import Platform
from api.errors import InvalidBody
from api.schemas.tenants import TenantSource
from central.provisioning.contents import TenantContents
from central.provisioning.types import Filling
from central.registry import TenantRef
from central.tables import WITH_DATABASE
from tenant_schema.problems import Problem

__all__ = ["BackupOf", "CopyOf", "filling_of"]


@dataclass(frozen=True, slots=True)
class CopyOf:
    """Fills a new tenant with what another one has. A :class:`~central.provisioning.types.Filling`."""

    source: TenantRef
    contents: TenantContents

    async def fill(self, tenant: TenantRef, engine: Engine[Any]) -> None:
        """See the protocol."""
        await self.contents.copy(self.source, tenant, engine)

    async def publish(self, tenant: TenantRef) -> None:
        """See the protocol."""
        await self.contents.follow(tenant, None)


@dataclass(frozen=True, slots=True)
class BackupOf:
    """Fills a new tenant from a backup. A :class:`~central.provisioning.types.Filling`."""

    backup: UUID
    contents: TenantContents

    async def fill(self, tenant: TenantRef, engine: Engine[Any]) -> None:
        """See the protocol."""
        await self.contents.restore(self.backup, tenant, engine)

    async def publish(self, tenant: TenantRef) -> None:
        """See the protocol."""
        await self.contents.follow(tenant, None)


async def filling_of(platform: Platform, wanted: TenantSource) -> tuple[Filling, str]:
    """Return what fills the new tenant, and the address of an administrator in it.

    Raises ``TenantNotFound``, ``BackupNotFound``, ``BackupsNotConfigured``, what opening a backup raises, and
    :class:`~api.errors.InvalidBody`.
    """
    if (wanted.tenant is None) == (wanted.backup is None):
        raise InvalidBody([Problem("from", "one-of", "Name either a tenant or a backup.")])
    if wanted.backup is not None:
        return BackupOf(wanted.backup, platform.contents), await _administrator(platform, wanted.backup)
    assert wanted.tenant is not None
    source = await platform.registry.record(wanted.tenant)
    if source.ref.status not in WITH_DATABASE:
        words = f"The tenant is {source.ref.status.value}: it has no database to copy."
        raise InvalidBody([Problem("from.tenant", "source-not-usable", words)])
    return CopyOf(source.ref, platform.contents), source.admin_email


async def _administrator(platform: Platform, backup: UUID) -> str:
    parts = platform.backups.parts
    store, found = parts.required_store, await platform.backups.get(backup)
    key = await parts.data_keys.get(found.tenant_id)
    origin = await parts.archiver.origin(store.download(found.object_name), found.tenant_id, key)
    return origin.admin_email
