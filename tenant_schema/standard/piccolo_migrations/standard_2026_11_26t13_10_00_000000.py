from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenant_schema.indexes import order_by_id, order_by_nothing

ID = "2026-11-26T13:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of standard objects go on with the id"

TABLES = ("accounts", "contacts", "opportunities")


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="standard", description=DESCRIPTION
    )

    async def extend_indexes():
        await order_by_id(*TABLES)

    async def shorten_indexes():
        await order_by_nothing(*TABLES)

    manager.add_raw(extend_indexes)
    manager.add_raw_backwards(shorten_indexes)

    return manager
