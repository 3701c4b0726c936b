from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenant_schema.objects.model.catalog import load_objects
from tenant_schema.records.canonical_values import make_values_canonical

ID = "2026-11-30T02:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Texts of blanks are no values; domains and hosts are in lower case"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="records", description=DESCRIPTION
    )

    async def rewrite():
        await make_values_canonical((await load_objects()).values())

    async def leave():
        """What was written otherwise is not known any more, and means the same."""

    manager.add_raw(rewrite)
    manager.add_raw_backwards(leave)

    return manager
