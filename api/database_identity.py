"""Compares the id inside a tenant's database with the tenant's, and records a difference."""

from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.operators import audit
from central.operators.audit import Actor
from central.registry import TenantRef
from central.servers.identity import IdentityCheck
from piccolo_conf import DB
from tenant_schema.identity import read_identity

__all__ = ["identity_check"]


def identity_check() -> IdentityCheck:
    """Return the check for this installation's tenants."""
    return IdentityCheck(_read, _record)


async def _read(engine: Engine[Any]) -> UUID | None:
    with DB.bind(engine):
        return await read_identity()


async def _record(tenant: TenantRef, found: UUID | None) -> None:
    await audit.record(
        Actor("freehold"),
        "tenant.database-mismatch",
        tenant_id=tenant.id,
        tenant_slug=tenant.slug,
        detail={
            "database": tenant.db_name,
            "server": tenant.database_server,
            "found": None if found is None else str(found),
        },
    )
