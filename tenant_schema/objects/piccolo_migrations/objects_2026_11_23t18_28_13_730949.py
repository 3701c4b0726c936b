from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

from tenant_schema.indexes import create_unique_index, drop_unique_index

ID = "2026-11-23T18:28:13:730949"
VERSION = "1.38.0"
DESCRIPTION = "A field's name is taken once in its object"


class FieldDefinition(Table, tablename="field_definitions"):
    """As far as this migration needs it."""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="objects", description=DESCRIPTION
    )

    async def create_index():
        await create_unique_index(FieldDefinition, "object", "name")

    async def drop_index():
        await drop_unique_index(FieldDefinition, "object", "name")

    manager.add_raw(create_index)
    manager.add_raw_backwards(drop_index)

    return manager
