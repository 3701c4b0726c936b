"""Which objects a tenant has, read once and kept until a definition changes."""

from collections.abc import Mapping
from typing import Protocol

from tenant_schema.objects.model import ObjectModel
from tenant_schema.scope import TenantScope

__all__ = ["Catalog"]


class Catalog(Protocol):  # the signature that the record service builds on; the class follows
    """The objects of the tenant that is bound, by name; once warm they cost no statement."""

    async def get(self, scope: TenantScope, name: str) -> ObjectModel:
        """One object. Raises :class:`ObjectNotFound`, which carries the nearest name."""

    async def all(self, scope: TenantScope) -> Mapping[str, ObjectModel]:
        """Every object by name."""
