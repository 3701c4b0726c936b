"""DeletionMark: the object beside a tenant's archives that says that the tenant is deleted."""

from datetime import datetime
from uuid import UUID

import msgspec

__all__ = ["DeletionMark"]


class DeletionMark(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was deleted when, and until when it is kept.

    :ivar domains: the host names that it had, the primary one first.
    """

    tenant: UUID
    slug: str
    name: str
    domains: tuple[str, ...]
    deleted_at: datetime
    restorable_until: datetime
