"""The values that the registry returns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from central.plans.limits import Limits
from central.registry.deletions import Deletion
from central.tables import DomainProof, TenantStatus

__all__ = ["DomainRecord", "TenantRecord", "TenantRef"]


@dataclass(frozen=True, slots=True)
class TenantRef:
    """What the other services need to know about a tenant to find and serve it.

    ``primary_domain`` is empty while a tenant is being deleted and its domains are gone. An engine that was
    opened at a lower count of ``disconnects`` is closed: immediately if the count is also lower than
    ``forced_disconnect``, otherwise once nothing runs on it any more. ``db_name`` is the database on
    ``database_server`` that is the tenant's; nothing follows from its text. ``schema_level`` may be
    older than the database: bringing it to another level clears no cache. ``limits`` are those of its plan,
    None without one. ``storage_bytes`` is the size of the database as last measured, which clears no cache,
    either.
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
    is_sandbox: bool = False
    is_template: bool = False
    schema_level: str = ""
    limits: Limits | None = None
    storage_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """A tenant as operators see it. ``deletion`` is None unless it is deleted."""

    ref: TenantRef
    admin_email: str
    version: int
    created_at: datetime
    updated_at: datetime
    deletion: Deletion | None = None


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """One host name of a tenant."""

    domain: str
    is_primary: bool
    created_at: datetime
    proof: DomainProof = DomainProof.TRUSTED
    checked_at: datetime | None = None
    failing_since: datetime | None = None
    is_served: bool = True
