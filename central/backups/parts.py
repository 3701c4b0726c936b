"""BackupParts: the services that jobs of backups use."""

from dataclasses import dataclass

from central.backups.data_keys import DataKeys
from central.backups.errors import BackupsNotConfigured
from central.backups.proofs import ProofSigner
from central.backups.store import BackupStore
from central.backups.types import TenantArchiver
from central.jobs.store import JobStore
from central.registry import Registry
from central.retention import Retention
from central.schedules import Schedule
from central.servers import DatabaseServers

__all__ = ["BackupParts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupParts:
    """What backups are made of.

    :ivar store: None if the installation stores no backups.
    :ivar schedule: of tenants that have none of their own, as ``keep``.
    :ivar version: of Freehold, for proofs.
    """

    store: BackupStore | None
    archiver: TenantArchiver
    data_keys: DataKeys
    signer: ProofSigner
    registry: Registry
    servers: DatabaseServers
    jobs: JobStore
    schedule: Schedule
    keep: Retention
    version: str

    @property
    def required_store(self) -> BackupStore:
        """The store. Raises :class:`~central.backups.errors.BackupsNotConfigured`."""
        if self.store is None:
            raise BackupsNotConfigured
        return self.store
