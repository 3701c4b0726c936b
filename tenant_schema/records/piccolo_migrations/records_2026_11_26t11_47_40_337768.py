from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

from tenant_schema.indexes import create_unique_index, drop_unique_index

ID = "2026-11-26T11:47:40:337768"
VERSION = "1.38.0"
DESCRIPTION = "A version of a record is made once"


class RecordHistory(Table, tablename="record_history"):
    """As far as this migration needs it."""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="records", description=DESCRIPTION
    )

    async def create_index():
        await create_unique_index(RecordHistory, "object", "record", "version")

    async def drop_index():
        await drop_unique_index(RecordHistory, "object", "record", "version")

    manager.add_raw(create_index)
    manager.add_raw_backwards(drop_index)

    return manager
