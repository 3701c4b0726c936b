"""Archives of tenants: how they are written and read with the services of this process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from functools import partial
from typing import Any, cast
from uuid import UUID

from piccolo.engine.base import Engine

from api.archive_migrations import ArchiveMigrations
from api.version import VERSION
from central.backups.data_keys import DataKey, DataKeys
from central.backups.errors import ProofFailed
from central.backups.parts import BackupParts
from central.backups.proofs import ProofSigner
from central.backups.service import Backups
from central.backups.store import BackupStore
from central.backups.types import ArchiveOrigin, ArchiveWritten, Contents, Report
from central.errors import SealBroken, UnknownKey
from central.jobs.store import JobStore
from central.migrations.migrator import Migrator
from central.provisioning.steps import Parts
from central.registry import Registry, TenantRecord, TenantRef
from central.secrets.vault import Vault
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from piccolo_engines.errors import UnstorableValue
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.archives.format.keys import ArchiveKey, TenantLock, Unlock, with_tenant_key
from tenant_schema.archives.format.lines import ArchivedTenant, Manifest
from tenant_schema.archives.format.reader import ArchiveReader
from tenant_schema.archives.service import Progress, TenantArchives, Written

__all__ = ["InstalledArchiver", "archived_tenant", "backup_services"]

_FindDrift = Callable[[], Awaitable[Collection[object]]]


class InstalledArchiver:
    """Archives of this installation's tenants. A :class:`central.backups.types.TenantArchiver`.

    :param drift: returns the differences between tables and definitions of the bound tenant.
    """

    def __init__(
        self, registry: Registry, tenancy: Tenancy, migrator: Migrator, vault: Vault, drift: _FindDrift
    ) -> None:
        self._archives = TenantArchives(VERSION)
        self._registry = registry
        self._tenancy = tenancy
        self._migrator = migrator
        self._vault = vault
        self._drift = drift

    async def write(
        self, tenant: TenantRef, backup: UUID, key: DataKey, into: ArchiveWritten, report: Report
    ) -> AsyncIterator[bytes]:
        """See the protocol."""
        about = await archived_tenant(self._registry, await self._registry.record(tenant.id))
        level = await self._registry.level_of(tenant.id)
        written = Written()
        async with self._tenancy.use(tenant, at_any_level=True):
            archive = self._archives.write(
                about,
                ArchiveKey.new(backup, [TenantLock(tenant.id, key.id, key.secret)]),
                open_secret=partial(self._vault.open, tenant_id=tenant.id),
                level=level,
                report=lambda at: report(at.rows, at.of),
                written=written,
            )
            async with aclosing(cast("Any", archive)) as pieces:
                async for piece in pieces:
                    yield piece
        into.digest, into.rows, into.level = written.digest, written.rows, level
        into.taken_at = None if written.manifest is None else written.manifest.taken_at

    async def contents(self, tenant: TenantRef) -> Contents:
        """See the protocol."""
        async with self._tenancy.use(tenant, at_any_level=True):
            found = await self._archives.digest(open_secret=partial(self._vault.open, tenant_id=tenant.id))
        return Contents(found.digest, found.rows)

    async def restore_beside(
        self,
        tenant_id: UUID,
        source: AsyncIterator[bytes],
        key: DataKey,
        engine: Engine[Any],
        report: Report,
    ) -> Contents:
        """See the protocol. Loading reads everything again, and compares its digest."""

        def progress(at: Progress) -> None:
            report(at.rows, at.of)

        try:
            with self._tenancy.bound(engine):
                loaded = await self._archives.load(
                    source,
                    _unlock(tenant_id, key),
                    migrate_to=ArchiveMigrations(self._migrator, engine),
                    open_secret=partial(self._vault.open, tenant_id=tenant_id),
                    seal_secret=partial(self._vault.seal, tenant_id=tenant_id),
                    as_other_tenant=False,
                    report=progress,
                )
                drift = await self._drift()
        except ArchiveError as error:
            raise ProofFailed(error.reason) from error
        except (SealBroken, UnknownKey, UnstorableValue) as error:
            raise ProofFailed(str(error)) from error
        if drift:
            raise ProofFailed(f"{len(drift)} tables or columns differ from the definitions.")
        _require_own(loaded.manifest, tenant_id)
        return Contents(loaded.digest, loaded.rows)

    async def origin(self, source: AsyncIterator[bytes], tenant_id: UUID, key: DataKey) -> ArchiveOrigin:
        """See the protocol."""
        reader = ArchiveReader(_unlock(tenant_id, key))
        try:
            async for data in source:
                for item in reader.feed(data):
                    return _origin_of(item, tenant_id)
            for item in reader.close():
                return _origin_of(item, tenant_id)
        except ArchiveError as error:
            raise ProofFailed(error.reason) from error
        raise ProofFailed("The archive is empty.")


def backup_services(
    settings: Settings, vault: Vault, parts: Parts, jobs: JobStore, drift: _FindDrift
) -> Backups:
    """Create the backups of an installation."""
    address = settings.backup_store
    return Backups(
        BackupParts(
            store=None if address is None else BackupStore(address),
            archiver=InstalledArchiver(parts.registry, parts.tenancy, parts.migrator, vault, drift),
            data_keys=DataKeys(vault),
            signer=ProofSigner(vault),
            registry=parts.registry,
            servers=parts.servers,
            jobs=jobs,
            schedule=settings.backup_schedule,
            keep=settings.backup_keep,
            version=VERSION,
        )
    )


async def archived_tenant(registry: Registry, record: TenantRecord) -> ArchivedTenant:
    """Return what an archive says of its tenant. Runs the statements that read its host names."""
    first = record.ref.primary_domain
    others = [one.domain for one in await registry.domains(record.ref.id) if one.domain != first]
    if record.deletion is not None:  # it gets them back when it is restored
        others = list(record.deletion.domains)
    return ArchivedTenant(
        id=record.ref.id,
        slug=record.ref.slug,
        name=record.ref.name,
        domains=tuple(filter(None, (first, *others))),
        admin_email=record.admin_email,
    )


def _unlock(tenant_id: UUID, key: DataKey) -> Unlock:
    """Open archives that are sealed for this tenant, with this key."""
    return with_tenant_key(
        lambda found, key_id: key.secret if (found, key_id) == (tenant_id, key.id) else None
    )


def _require_own(manifest: Manifest, tenant_id: UUID) -> None:
    if manifest.tenant.id != tenant_id:
        raise ProofFailed("The archive is another tenant's.")


def _origin_of(item: object, tenant_id: UUID) -> ArchiveOrigin:
    if not isinstance(item, Manifest):
        raise ProofFailed("The archive is damaged.")
    _require_own(item, tenant_id)
    about = item.tenant
    return ArchiveOrigin(
        tenant_id,
        about.slug,
        about.name,
        about.domains,
        about.admin_email or "",
        item.level,
        item.taken_at,
    )
