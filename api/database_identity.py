"""Compares the id inside a tenant's database with the tenant's, and records a difference."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.operators import audit
from central.operators.audit import Actor
from central.registry import TenantRef
from central.servers.identity import IdentityCheck
from piccolo_conf import DB
from tenant_schema.identity import read_identity
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache

__all__ = ["identity_check"]


def identity_check(caches: Sequence[VersionedCache]) -> IdentityCheck:
    """Return the check for this installation's tenants.

    :param caches: are cleared for a tenant whose database was replaced: what they have may be of another kind
        of database.
    """

    def forget(tenant: TenantRef) -> None:
        for cache in caches:
            cache.forget(TenantScope(tenant.id, tenant.slug, tenant.name))

    return IdentityCheck(_read, _record, forget)


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
