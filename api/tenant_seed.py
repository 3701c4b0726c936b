"""Fills the database of a new tenant with the rows and tables of all its apps."""

from functools import partial

from central.provisioning.types import Admin, TenantSeed
from central.registry import TenantRef
from piccolo_conf import DB
from tenant_schema.apps.seed import seed_apps
from tenant_schema.identity import write_identity
from tenant_schema.objects.changes.new_tables import NewTables
from tenant_schema.scope import TenantScope
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.seed import seed_access, seed_administrator

__all__ = ["tenant_seed"]


def tenant_seed(passwords: PasswordHashing, changes: AccountChanges) -> TenantSeed:
    """Return the functions that fill a database whose tables have just been created."""
    new_tables = NewTables()

    async def access(_tenant: TenantRef) -> None:
        async with DB.transaction():
            await seed_access(await seed_standard_objects())
            await seed_apps()
            await new_tables.complete()

    async def administrator(tenant: TenantRef, admin: Admin) -> None:
        scope = TenantScope(tenant.id, tenant.slug, tenant.name)
        await write_identity(tenant.id)
        await seed_administrator(
            passwords,
            email=admin.email,
            password=admin.password,
            name=admin.name,
            hashed=admin.hashed,
            note=partial(changes.note, scope),
        )

    return TenantSeed(access, administrator, passwords.hash)
