"""What backups need of archives. The central database's side knows no tenant's tables: callers provide it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from piccolo.engine.base import Engine

from central.backups.data_keys import DataKey
from central.registry import TenantRef

__all__ = ["ArchiveOrigin", "ArchiveWritten", "Contents", "Report", "TenantArchiver"]

Report = Callable[[int, int | None], None]
"""Called with the rows so far, and the number of all rows, if it is known."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The digest of what a tenant's database contains, and the number of rows."""

    digest: str
    rows: int


@dataclass(slots=True)
class ArchiveWritten:
    """Receives what an archive contains; complete when its last byte was yielded."""

    digest: str = ""
    rows: int = 0
    level: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArchiveOrigin:
    """What an archive says at its beginning: whose it is, and when it was taken."""

    tenant_id: UUID
    slug: str
    name: str
    domains: tuple[str, ...]
    admin_email: str
    level: str
    taken_at: datetime


class TenantArchiver(Protocol):
    """Writes and reads archives. The caller binds ``CENTRAL`` and no tenant."""

    def write(
        self, tenant: TenantRef, backup: UUID, key: DataKey, into: ArchiveWritten, report: Report
    ) -> AsyncIterator[bytes]:
        """Yield the archive of the tenant as it is now, sealed with its data key."""

    async def contents(self, tenant: TenantRef) -> Contents:
        """Return the digest of the tenant's database as it is now."""

    async def restore_beside(
        self,
        tenant_id: UUID,
        source: AsyncIterator[bytes],
        key: DataKey,
        engine: Engine[Any],
        report: Report,
    ) -> Contents:
        """Load an archive of the tenant into an empty database, and return what that contains then.

        Raises :class:`~central.backups.errors.ProofFailed` if the archive is damaged, cannot be loaded, or
        the tables that it was loaded into differ from the definitions.
        """

    async def origin(self, source: AsyncIterator[bytes], tenant_id: UUID, key: DataKey) -> ArchiveOrigin:
        """Read the beginning of an archive. Raises :class:`~central.backups.errors.ProofFailed`."""
