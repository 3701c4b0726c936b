"""BackupRecord: a backup as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from central.backups.names import archive_name, proof_name

__all__ = ["BackupRecord", "Reason"]


class Reason:
    """Why a backup was taken."""

    SCHEDULE: Final = "schedule"
    REQUEST: Final = "request"
    ADOPTED: Final = "adopted"
    DELETION: Final = "deletion"
    UPGRADE: Final = "upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """A backup. :class:`central.backups.tables.Backup` describes the columns."""

    id: UUID
    tenant_id: UUID
    tenant_slug: str
    location: str
    reason: str
    job_id: UUID | None
    stored_at: datetime | None
    taken_at: datetime
    confirmed_at: datetime
    proven_at: datetime | None
    digest: str
    bytes: int
    rows: int
    level: str
    proof: str | None
    failure: str | None
    mark: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "BackupRecord":
        """Return the record of a row with all columns."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @property
    def object_name(self) -> str:
        """The name of the archive in the store."""
        return archive_name(self.tenant_id, self.id)

    @property
    def proof_object(self) -> str:
        """The name of the proof in the store."""
        return proof_name(self.tenant_id, self.id)
