"""The tenant's id inside its own database: whose data it is, whatever its name and place are.

The registry says which database is a tenant's. Comparing this id detects a file that was exchanged, a
restored database of another tenant, and a wrong row of the registry.
"""

from uuid import UUID

from piccolo import columns
from piccolo.columns import Integer
from piccolo.table import Table

from piccolo_engines.errors import SchemaMismatch

__all__ = ["TenantIdentity", "read_identity", "write_identity"]


class TenantIdentity(Table, tablename="tenant_identity", help_text="Whose database this is."):
    """One row with ``id`` 1. A database that nobody owns yet, such as one of the pool, has none."""

    id = Integer(primary_key=True, default=1)
    tenant = columns.UUID(default=None, null=False)


async def read_identity() -> UUID | None:
    """Return the id of the tenant whose database is bound; ``None`` if it has none. One statement."""
    try:
        row = await TenantIdentity.select(TenantIdentity.tenant).where(TenantIdentity.id == 1).first()
    except SchemaMismatch:
        return None
    return None if row is None else row["tenant"]


async def write_identity(tenant_id: UUID) -> None:
    """Write into the bound database to whom it belongs. One statement."""
    row = TenantIdentity(id=1, tenant=tenant_id)
    await TenantIdentity.insert(row).on_conflict(
        target=TenantIdentity.id, action="DO UPDATE", values=[TenantIdentity.tenant]
    )
