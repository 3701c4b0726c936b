from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

from tenant_schema.indexes import create_unique_index, drop_unique_index

ID = "2026-11-23T18:18:46:211685"
VERSION = "1.38.0"
DESCRIPTION = "A role is given to a user once, a permission to a role once"


class UserRole(Table, tablename="user_roles"):
    """As far as this migration needs it."""


class RolePermission(Table, tablename="role_permissions"):
    """As far as this migration needs it."""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="users", description=DESCRIPTION
    )

    async def create_indexes():
        await create_unique_index(UserRole, "user", "role")
        await create_unique_index(RolePermission, "role", "permission")

    async def drop_indexes():
        await drop_unique_index(UserRole, "user", "role")
        await drop_unique_index(RolePermission, "role", "permission")

    manager.add_raw(create_indexes)
    manager.add_raw_backwards(drop_indexes)

    return manager
