from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from enum import Enum
from piccolo.columns.column_types import Secret
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-26T14:56:52:583681"
VERSION = "1.38.0"
DESCRIPTION = "database passwords are changed"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="central", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Credential",
        tablename="credential",
        column_name="next_secret",
        db_column_name="next_secret",
        column_class_name="Secret",
        column_class=Secret,
        params={
            "length": 500,
            "default": None,
            "null": True,
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

    manager.alter_column(
        table_class_name="ProvisioningRun",
        tablename="provisioning_run",
        column_name="operation",
        db_column_name="operation",
        params={
            "choices": Enum(
                "RunOperation",
                {
                    "CREATE": "create",
                    "DELETE": "delete",
                    "CHANGE_PASSWORD": "change-password",
                },
            )
        },
        old_params={
            "choices": Enum(
                "RunOperation", {"CREATE": "create", "DELETE": "delete"}
            )
        },
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )

    return manager
