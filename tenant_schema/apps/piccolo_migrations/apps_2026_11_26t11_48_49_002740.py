from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

from tenant_schema.indexes import create_unique_index, drop_unique_index

ID = "2026-11-26T11:48:49:002740"
VERSION = "1.38.0"
DESCRIPTION = "A view is shared with a role once, and a user has one default view of an object"


class ListViewRole(Table, tablename="list_view_roles"):
    """As far as this migration needs it."""


class DefaultView(Table, tablename="default_views"):
    """As far as this migration needs it."""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="apps", description=DESCRIPTION
    )

    async def create_indexes():
        await create_unique_index(ListViewRole, "view", "role")
        await create_unique_index(DefaultView, "user", "object")

    async def drop_indexes():
        await drop_unique_index(ListViewRole, "view", "role")
        await drop_unique_index(DefaultView, "user", "object")

    manager.add_raw(create_indexes)
    manager.add_raw_backwards(drop_indexes)

    return manager
