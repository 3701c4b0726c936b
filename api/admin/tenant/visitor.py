"""Visitor: the user and the tenant of a request to the admin."""

from dataclasses import dataclass

from api.composition import Platform
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Visitor"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user of the tenant, whose database is bound."""

    platform: Platform
    scope: TenantScope
    access: Access
    request_id: str
    address: str
    here: str
    """The address of the tenant's host, with scheme and port."""
