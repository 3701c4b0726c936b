"""The central tables and their migrations agree, and nothing of them is read without a binding."""

import importlib
from pathlib import Path

import pytest
from piccolo.apps.migrations.auto.diffable_table import DiffableTable
from piccolo.apps.migrations.auto.schema_differ import SchemaDiffer
from piccolo.apps.migrations.auto.schema_snapshot import SchemaSnapshot

from central.piccolo_app import APP_CONFIG
from central.tables import TABLES, Credential, OperatorToken, Tenant
from piccolo_engines.errors import EngineNotBound
from piccolo_engines.sqlite import SQLiteEngine

MIGRATIONS = sorted(path.stem for path in Path(APP_CONFIG.migrations_folder_path).glob("central_*.py"))


async def test_the_migrations_make_exactly_what_the_tables_say() -> None:
    managers = [
        await importlib.import_module(f"central.piccolo_migrations.{name}").forwards() for name in MIGRATIONS
    ]
    schema = [
        DiffableTable(
            class_name=table.__name__,
            tablename=table._meta.tablename,
            columns=table._meta.non_default_columns,
        )
        for table in TABLES
    ]
    differ = SchemaDiffer(
        schema=schema, schema_snapshot=SchemaSnapshot(managers).get_snapshot(), auto_input="y"
    )
    assert [statement for change in differ.get_alter_statements() for statement in change.statements] == []


async def test_every_table_is_in_the_database(central: SQLiteEngine) -> None:
    for table in TABLES:
        assert await table.count() == 0


async def test_secrets_are_secret_columns() -> None:
    assert Credential.secret in Credential._meta.secret_columns
    assert OperatorToken.token_hash in OperatorToken._meta.secret_columns


async def test_without_a_binding_there_is_no_central_database() -> None:
    with pytest.raises(EngineNotBound):
        await Tenant.select()
