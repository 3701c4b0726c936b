"""What the registry gives out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from central.tables import TenantStatus

__all__ = ["DomainRecord", "TenantRecord", "TenantRef"]


@dataclass(frozen=True, slots=True)
class TenantRef:
    """What the rest of the platform needs to know of a tenant to find and serve it.

    ``primary_domain`` is empty when the domains are gone, as they are for a moment while a tenant is deleted.
    An engine that was opened at a lower count of ``disconnects`` is closed: at once if that is lower than
    ``forced_disconnect`` as well, otherwise when nothing runs on it any more.
    """

    id: UUID
    slug: str
    name: str
    status: TenantStatus
    database_server: str
    db_name: str
    primary_domain: str
    disconnects: int = 0
    forced_disconnect: int = 0


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant as operators see it."""

    ref: TenantRef
    admin_email: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """One host name of a tenant."""

    domain: str
    is_primary: bool
    created_at: datetime
