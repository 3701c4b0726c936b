"""The tenant as its own schema needs to know it: what caches are keyed by and tokens are bound to."""

from dataclasses import dataclass
from uuid import UUID

__all__ = ["TenantScope"]


@dataclass(frozen=True, slots=True)
class TenantScope:
    """One tenant: ``id`` keys every cache and is the audience of its tokens, the names are for people."""

    id: UUID
    slug: str
    name: str
