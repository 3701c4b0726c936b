from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-30T02:43:51:174715"
VERSION = "1.38.0"
DESCRIPTION = "the encryption key is checked"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="central", description=DESCRIPTION
    )

    manager.add_table(
        class_name="SealedCheck",
        tablename="sealed_check",
        schema=None,
        columns=None,
    )

    manager.add_column(
        table_class_name="SealedCheck",
        tablename="sealed_check",
        column_name="id",
        db_column_name="id",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 1,
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="SealedCheck",
        tablename="sealed_check",
        column_name="sealed",
        db_column_name="sealed",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema=None,
    )

    return manager
