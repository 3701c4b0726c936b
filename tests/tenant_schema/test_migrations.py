"""The migrations of every app create what its tables say, on every kind of server, and can be taken back."""

import re

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.conf.apps import AppConfig
from piccolo.querystring import QueryString
from piccolo.table import Table, sort_table_classes

from central.database import CENTRAL
from central.migrations.migrator import Migrator
from piccolo_conf import APP_REGISTRY, DB
from tenant_schema.indexes import CreateRecords
from tenant_schema.standard.piccolo_app import APP_CONFIG as STANDARD
from tests.tenant_schema.objects.databases import Bound

APPS = list(APP_REGISTRY.app_configs.values())
"""In the order of their dependencies."""
GIVEN_JUST_THEN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-fA-F]{32}|'\d{4}-\d\d-\d\d \d\d:[^']*'"
)
"""Piccolo writes a default that is a function as the value that it gives just then."""
OWN_TABLES = ("migration", "piccolo_migration_journal")
"""How the names of the tables begin in which Piccolo and the engine for MySQL keep what has run."""


async def schema(engine: Bound) -> dict[str, str]:
    """The statements that would create the tables and indexes of the database, by name."""
    if engine.engine_type == "sqlite":
        rows = await engine.run_ddl("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        created = {row["name"]: row["sql"] for row in rows}
    else:
        rows = await engine.run_querystring(QueryString("SHOW TABLES"))
        created = {name: await _created(engine, name) for row in rows for name in row.values()}
    return {
        name: GIVEN_JUST_THEN.sub("...", sql)
        for name, sql in created.items()
        if not name.startswith(OWN_TABLES)
    }


async def _created(engine: Bound, table: str) -> str:
    (row,) = await engine.run_querystring(QueryString(f"SHOW CREATE TABLE `{table}`"))
    return str(row["Create Table"])


async def create(tables: list[type[Table]]) -> None:
    for table in sort_table_classes(tables):
        of_records = table in STANDARD.table_classes
        await (CreateRecords(table) if of_records else table.create_table())


async def take_back(app: AppConfig) -> None:
    for manager in reversed(await AutoMigrationManager().get_migration_managers(app_config=app)):
        await manager.run(backwards=True)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.app_name)
async def test_no_change_of_a_table_lacks_its_migration(app: AppConfig) -> None:
    changes = await AutoMigrationManager().get_alter_statements(app_config=app)
    assert [statement for change in changes for statement in change.statements] == []


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.app_name)
async def test_what_a_migration_does_by_itself_has_a_way_back_or_says_why_not(app: AppConfig) -> None:
    """A function that cannot be taken back has one beside it that raises, with the reason."""
    for manager in await AutoMigrationManager().get_migration_managers(app_config=app):
        assert len(manager.raw_backwards) == len(manager.raw), manager.migration_id


async def test_migrations_create_what_the_tables_say_and_can_be_taken_back(any_database: Bound) -> None:
    with CENTRAL.bind(any_database):
        await Migrator(APPS, DB).migrate(any_database)
        migrated = await schema(any_database)
        for app in reversed(APPS):
            await take_back(app)
        assert await schema(any_database) == {}
        await create([table for app in APPS for table in app.table_classes])
        assert await schema(any_database) == migrated
    assert {table._meta.tablename for app in APPS for table in app.table_classes} <= migrated.keys()
