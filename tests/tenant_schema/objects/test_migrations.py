"""The migrations say all that the tables say, and can be taken back."""

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.conf.apps import AppConfig

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.apps.piccolo_app import APP_CONFIG as APPS
from tenant_schema.objects.piccolo_app import APP_CONFIG as OBJECTS
from tenant_schema.records.piccolo_app import APP_CONFIG as RECORDS
from tenant_schema.standard.piccolo_app import APP_CONFIG as STANDARD

OURS = pytest.mark.parametrize("app", [OBJECTS, RECORDS, APPS, STANDARD], ids=lambda app: app.app_name)


@OURS
async def test_no_change_of_a_table_lacks_its_migration(bound: SQLiteEngine, app: AppConfig) -> None:
    changes = await AutoMigrationManager().get_alter_statements(app_config=app)
    assert [statement for change in changes for statement in change.statements] == []


@OURS
async def test_every_migration_can_be_taken_back(bound: SQLiteEngine, app: AppConfig) -> None:
    for manager in reversed(await AutoMigrationManager().get_migration_managers(app_config=app)):
        await manager.run(backwards=True)
    for table in app.table_classes:
        assert not await table.table_exists()
