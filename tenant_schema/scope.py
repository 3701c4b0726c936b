"""The tenant as its own schema needs to know it: what caches are keyed by and tokens are bound to."""

from uuid import UUID

import msgspec

__all__ = ["TenantScope"]


class TenantScope(msgspec.Struct, frozen=True):
    """One tenant: ``id`` keys every cache and is the audience of its tokens, the names are for people."""

    id: UUID
    slug: str
    name: str
