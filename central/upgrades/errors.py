"""Errors of upgrades.

::

    CentralError
    └── UpgradeError
        ├── UpgradeNotFound(upgrade_id)
        ├── UpgradeRunning(upgrade_id)
        ├── UpgradeEnded(state)
        ├── BackupFailed(reason)
        └── PutBackFailed(reason)
"""

from typing import ClassVar
from uuid import UUID

from central.errors import CentralError

__all__ = [
    "BackupFailed",
    "PutBackFailed",
    "UpgradeEnded",
    "UpgradeError",
    "UpgradeNotFound",
    "UpgradeRunning",
]


class UpgradeError(CentralError):
    """Something is wrong with an upgrade of all tenants."""

    code: ClassVar[str] = "upgrade-error"


class UpgradeNotFound(UpgradeError):
    """There is no upgrade with this id."""

    code = "upgrade-not-found"

    def __init__(self, upgrade_id: UUID) -> None:
        self.upgrade_id = upgrade_id
        super().__init__(f"There is no upgrade {upgrade_id}.")


class UpgradeRunning(UpgradeError):
    """There is an upgrade that has not ended. It is also raised for one that is paused or has stopped."""

    code = "upgrade-running"

    def __init__(self, upgrade_id: UUID) -> None:
        self.upgrade_id = upgrade_id
        super().__init__(f"The upgrade {upgrade_id} has not ended: resume or cancel it.")


class UpgradeEnded(UpgradeError):
    """The upgrade is done or cancelled."""

    code = "upgrade-ended"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"The upgrade is {state}.")


class BackupFailed(UpgradeError):
    """A tenant could not be backed up before its upgrade."""

    code = "upgrade-backup-failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"It could not be backed up, and was not changed: {reason}")


class PutBackFailed(UpgradeError):
    """The backup of a tenant whose migration failed could not be restored yet."""

    code = "upgrade-put-back-failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Its backup is not restored yet: {reason}")
