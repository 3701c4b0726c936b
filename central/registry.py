"""Tenants and their domains, as rows: unique by index, changed by compare-and-set, paged by keyset cursor."""

from dataclasses import dataclass
from uuid import UUID

from central.tables import TenantStatus

__all__ = ["TenantRef"]


@dataclass(frozen=True, slots=True)
class TenantRef:
    """What the rest of the platform needs to know of a tenant to find and serve it."""

    id: UUID
    slug: str
    name: str
    status: TenantStatus
    database_server: str
    db_name: str
    primary_domain: str
