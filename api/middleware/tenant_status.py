"""Whether a tenant is served, and for what, by its status."""

import re
from typing import Final

from litestar.types import HTTPScope

from api.errors import TenantArchived, TenantNotReady, TenantReadOnly, TenantSuspended
from central.errors import TenantNotFound, TenantUpgrading
from central.registry import TenantRef
from central.tables import TenantStatus
from central.upgrades.holds import is_being_upgraded
from piccolo_engines.errors import WritesRefused

__all__ = ["REFUSALS", "refuse_unless_served", "refuse_writes"]

REFUSALS: Final = (TenantArchived, TenantNotReady, TenantReadOnly, TenantUpgrading, WritesRefused)
"""Errors with a status above 500 that say nothing of how the tenant works."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_READING: Final = re.compile(r"POST /api/v1/(?:data/[^/]+/(?:query|aggregate)|permissions/explain)/?")
_SESSIONS: Final = re.compile(
    r"POST /api/v1/auth/(?:login|logout|refresh|session|ticket|passkeys/(?:begin|finish))/?"
    r"|DELETE /api/v1/auth/session/?"
    r"|POST /admin/(?:api|public)/log(?:in|out)/?"
)
"""Requests that begin, continue and end sessions: a fence leaves out the tables that they need (ADR 178)."""


def refuse_unless_served(tenant: TenantRef) -> None:
    """Raise what a request to the host of a tenant gets that is not served."""
    match tenant.status:
        case TenantStatus.ACTIVE | TenantStatus.READ_ONLY:
            return
        case TenantStatus.SUSPENDED:
            raise TenantSuspended
        case TenantStatus.ARCHIVED:
            raise TenantArchived
        case TenantStatus.PROVISIONING:
            raise TenantNotReady
        case TenantStatus.DELETING | TenantStatus.DELETED:
            raise TenantNotFound(tenant.slug)


async def refuse_writes(tenant: TenantRef, scope: HTTPScope) -> None:
    """Raise :class:`~api.errors.TenantReadOnly` for a request that may change a read-only tenant's data.

    While its database is migrated nothing but the status refuses what signing in writes beside sessions.
    """
    request = f"{scope['method']} {scope['path']}"
    if scope["method"] in _SAFE or _READING.fullmatch(request) is not None:
        return
    if _SESSIONS.fullmatch(request) is None or await is_being_upgraded(tenant.id):
        raise TenantReadOnly
