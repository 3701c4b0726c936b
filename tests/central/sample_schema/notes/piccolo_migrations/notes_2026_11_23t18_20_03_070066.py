from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-23T18:20:03:070066"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="notes", description=DESCRIPTION
    )

    manager.drop_column(
        table_class_name="Note",
        tablename="note",
        column_name="stars",
        db_column_name="stars",
        schema=None,
    )

    return manager
