from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import UUID, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.indexes import create_unique_index, drop_unique_index

ID = "2026-11-26T11:50:01:342499"
VERSION = "1.38.0"
DESCRIPTION = "One restriction for each field, one rule for each action; administrators may read the audit trail"
AUDIT = "audit:read"


class FieldRestriction(Table, tablename="field_restrictions"):
    """As far as this migration needs it."""


class RowRule(Table, tablename="row_rules"):
    """As far as this migration needs it."""


class Role(Table, tablename="roles"):
    """As far as this migration needs it."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40)


class Permission(Table, tablename="permissions"):
    """As far as this migration needs it."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=60)
    created_at = Timestamptz()
    updated_at = Timestamptz(auto_update=utc_now)


class RolePermission(Table, tablename="role_permissions"):
    """As far as this migration needs it."""

    id = UUID(primary_key=True, default=new_id)
    role = ForeignKey(Role)
    permission = ForeignKey(Permission)
    created_at = Timestamptz()
    updated_at = Timestamptz(auto_update=utc_now)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="users", description=DESCRIPTION
    )

    async def create_indexes():
        await create_unique_index(FieldRestriction, "role", "object", "field")
        await create_unique_index(RowRule, "role", "object", "action")

    async def drop_indexes():
        await drop_unique_index(FieldRestriction, "role", "object", "field")
        await drop_unique_index(RowRule, "role", "object", "action")

    async def let_administrators_read_the_audit_trail():
        """Only where there are roles already: a new tenant's are made by its seed."""
        role = await Role.select(Role.id).where(Role.name == "administrator").first()
        if role is None or await Permission.exists().where(Permission.name == AUDIT):
            return
        permission = Permission(name=AUDIT)
        await Permission.insert(permission)
        await RolePermission.insert(RolePermission(role=role["id"], permission=permission.id))

    async def take_the_permission_back():
        rows = await Permission.select(Permission.id).where(Permission.name == AUDIT)
        for row in rows:
            await RolePermission.delete().where(RolePermission.permission == row["id"])
            await Permission.delete().where(Permission.id == row["id"])

    manager.add_raw(create_indexes)
    manager.add_raw(let_administrators_read_the_audit_trail)
    manager.add_raw_backwards(drop_indexes)
    manager.add_raw_backwards(take_the_permission_back)

    return manager
