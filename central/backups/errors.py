"""Errors of backups.

::

    CentralError
    └── BackupError
        ├── BackupsNotConfigured
        ├── BackupNotFound(backup)
        ├── BackupNotProven(backup)
        ├── NothingToBackUp(slug, status)
        ├── DataKeyMissing(tenant)
        ├── ProofFailed(reason)
        └── StoreError
            ├── StoreUnavailable(reason)    may succeed later: the store does not respond, or is full
            ├── StoreRefuses(reason)        it has no such bucket, or does not accept the keys
            └── ObjectMissing(name)

Messages contain neither addresses of a store nor its own messages, which are logged.
"""

from typing import ClassVar
from uuid import UUID

from central.errors import CentralError

__all__ = [
    "BackupError",
    "BackupNotFound",
    "BackupNotProven",
    "BackupsNotConfigured",
    "DataKeyMissing",
    "NothingToBackUp",
    "ObjectMissing",
    "ProofFailed",
    "StoreError",
    "StoreRefuses",
    "StoreUnavailable",
]


class BackupError(CentralError):
    """The root of this tree."""

    code: ClassVar[str] = "backup-error"


class BackupsNotConfigured(BackupError):
    """There is no store for backups."""

    code = "backups-not-configured"

    def __init__(self) -> None:
        super().__init__("This installation stores no backups: set BACKUP_URL.")


class BackupNotFound(BackupError):
    """There is no backup with this id, or it is another tenant's."""

    code = "backup-not-found"

    def __init__(self, backup: UUID | str) -> None:
        self.backup = backup
        super().__init__(f"There is no backup {backup}.")


class BackupNotProven(BackupError):
    """The backup has not been proved, or its proof was not signed by this installation."""

    code = "backup-not-proven"

    def __init__(self, backup: UUID | str) -> None:
        self.backup = backup
        super().__init__(f"The backup {backup} is not proven.")


class NothingToBackUp(BackupError):
    """The tenant has no database at present."""

    code = "nothing-to-back-up"

    def __init__(self, slug: str, status: str) -> None:
        self.slug, self.status = slug, status
        super().__init__(f"The tenant {slug!r} is {status}: it has no database to back up.")


class DataKeyMissing(BackupError):
    """The data key of a tenant was destroyed, or was never in this installation."""

    code = "data-key-missing"

    def __init__(self, tenant: UUID) -> None:
        self.tenant = tenant
        super().__init__(f"There is no data key of the tenant {tenant}: its archives cannot be opened.")


class ProofFailed(BackupError):
    """A backup was restored beside the tenant, and is not what was backed up."""

    code = "proof-failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StoreError(BackupError):
    """The store did not do what was asked for."""

    code = "backup-store-error"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StoreUnavailable(StoreError):
    """The store does not respond, reports an error of its own, or is full."""

    code = "backup-store-unavailable"


class StoreRefuses(StoreError):
    """The store has no such bucket or folder, or does not accept the keys."""

    code = "backup-store-refuses"


class ObjectMissing(StoreError):
    """The store has no object of this name."""

    code = "backup-object-missing"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The backup store has no object {name}.")
