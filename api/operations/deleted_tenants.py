"""Erases deleted tenants whose time is over."""

from typing import Final

from api.composition import Platform
from central.database import CENTRAL
from central.lifecycle.erasure import RETENTION
from central.operators import audit
from central.operators.audit import Actor

__all__ = ["erase_expired"]

_ACTOR: Final = Actor(RETENTION)


async def erase_expired(platform: Platform) -> None:
    """Enqueue the jobs that erase the tenants that were deleted DELETED_TENANT_DAYS ago, and record it."""
    async with CENTRAL.transaction():
        for one in await platform.erasure.erase_expired():
            await audit.record(_ACTOR, "tenant.erase", tenant_id=one.tenant_id, tenant_slug=one.slug)
    platform.jobs.wake()
