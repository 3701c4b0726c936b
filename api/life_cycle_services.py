"""The services of what happens to whole tenants: copies, moves, restored backups."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from api.directory.updates import DirectoryUpdates
from api.jobs.outboxes import mark_outbox
from api.operations.tenant_contents import ArchivedContents
from api.version import VERSION
from central.backups import rows
from central.backups.data_keys import DataKeys
from central.backups.service import Backups
from central.backups.store import BackupStore
from central.jobs.pipeline import Observer
from central.jobs.store import JobStore
from central.lifecycle.erasure import Erasure
from central.lifecycle.replacement import LifeCycleParts
from central.lifecycle.service import LifeCycle
from central.provisioning.service import Provisioning
from central.provisioning.steps import Parts
from central.registry import Registry, TenantRef
from central.secrets.certificates import CertificateSigner
from central.secrets.vault import Vault
from central.settings.settings import Settings
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.archives.format.keys import Unlock, with_tenant_key
from tenant_schema.archives.service import TenantArchives

__all__ = ["erasure_of", "life_cycle_of", "with_contents"]


def with_contents(
    settings: Settings, parts: Parts, vault: Vault, updates: DirectoryUpdates, jobs: JobStore
) -> Parts:
    """Return the parts with what copies tenants' contents, and loads their backups."""
    archives, mark = TenantArchives(VERSION), partial(mark_outbox, jobs)
    address = settings.backup_store
    opening = None if address is None else partial(_open_backup, BackupStore(address), DataKeys(vault))
    contents = ArchivedContents(
        parts.tenancy, archives, vault, parts.migrator, updates, mark, parts.registry.level_of, opening
    )
    return replace(parts, contents=contents)


async def _open_backup(
    store: BackupStore, keys: DataKeys, backup: UUID, _target: TenantRef
) -> tuple[AsyncIterator[bytes], Unlock, UUID]:
    """Open a stored backup. Raises ``BackupNotFound``, ``DataKeyMissing`` and ``StoreError``."""
    found = await rows.find(backup)
    key = await keys.get(found.tenant_id)
    unlock = with_tenant_key(lambda *slot: key.secret if slot == (found.tenant_id, key.id) else None)
    return store.download(found.object_name), unlock, found.tenant_id


def life_cycle_of(
    settings: Settings,
    parts: Parts,
    vault: Vault,
    backups: Backups,
    jobs: JobStore,
    observer: Observer | None,
) -> LifeCycle:
    """Return the operations that replace tenants' databases."""
    assert parts.contents is not None
    lifecycle = LifeCycleParts(
        parts,
        vault,
        parts.contents,
        backups,
        keep_for=timedelta(days=settings.kept_database_days),
        keep_deleted_for=timedelta(days=settings.deleted_tenant_days),
    )
    return LifeCycle(lifecycle, jobs, observer, faults=(ArchiveError,))


def erasure_of(
    registry: Registry, vault: Vault, backups: Backups, jobs: JobStore, provisioning: Provisioning
) -> Erasure:
    """Return what erases tenants and certifies it."""
    return Erasure(registry, backups.parts, CertificateSigner(vault), jobs, provisioning.delete)
