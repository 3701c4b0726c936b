from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-26T12:06:28:211953"
VERSION = "1.38.0"
DESCRIPTION = "How the text of a field is kept"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="objects", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="FieldDefinition",
        tablename="field_definitions",
        column_name="storage",
        db_column_name="storage",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 10,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
