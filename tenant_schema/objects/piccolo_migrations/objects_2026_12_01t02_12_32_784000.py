from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import JSON, UUID, BigInt, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id


class ObjectDefinition(Table, tablename="object_definitions", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-12-01T02:12:32:784000"
VERSION = "1.38.0"
DESCRIPTION = "Definitions of objects and fields, and the journal of their changes"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="objects", description=DESCRIPTION)

    manager.add_table("ObjectDefinition", "object_definitions")
    manager.add_column("ObjectDefinition", "object_definitions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "ObjectDefinition", "object_definitions", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True}
    )
    manager.add_column("ObjectDefinition", "object_definitions", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "plural_label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "description", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column(
        "ObjectDefinition", "object_definitions", "table_name", column_class=Varchar, params={"length": 63, "default": "", "null": False, "unique": True}
    )
    manager.add_column("ObjectDefinition", "object_definitions", "standard", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "name_field", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "object_indexes", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("ObjectDefinition", "object_definitions", "translations", column_class=JSON, params={"default": "{}", "null": False})

    manager.add_table("FieldDefinition", "field_definitions")
    manager.add_column("FieldDefinition", "field_definitions", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "FieldDefinition",
        "field_definitions",
        "object",
        column_class=ForeignKey,
        params={"references": ObjectDefinition, "on_delete": OnDelete.cascade, "null": False},
    )
    manager.add_column("FieldDefinition", "field_definitions", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "column_name", column_class=Varchar, params={"length": 63, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "description", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "type", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "required", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "unique", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "indexed", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "default_value", column_class=Text, params={"default": None, "null": True})
    manager.add_column("FieldDefinition", "field_definitions", "settings", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "standard", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "searchable", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "history", column_class=Boolean, params={"default": True, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "storage", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "sort_key", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("FieldDefinition", "field_definitions", "translations", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_constraint("FieldDefinition", "field_definitions", "field_definitions_object_name", Unique, params={"columns": ["object", "name"]})

    manager.add_table("AutoNumber", "auto_numbers")
    manager.add_column("AutoNumber", "auto_numbers", "field", column_class=UUID, params={"default": None, "null": False, "primary_key": True})
    manager.add_column("AutoNumber", "auto_numbers", "next_value", column_class=BigInt, params={"default": 1, "null": False})

    manager.add_table("SchemaChange", "schema_changes")
    manager.add_column("SchemaChange", "schema_changes", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SchemaChange", "schema_changes", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("SchemaChange", "schema_changes", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SchemaChange", "schema_changes", "kind", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("SchemaChange", "schema_changes", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("SchemaChange", "schema_changes", "state", column_class=Varchar, params={"length": 10, "default": "", "null": False, "index": True})
    manager.add_column("SchemaChange", "schema_changes", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("SchemaChange", "schema_changes", "plan", column_class=Text, params={"default": "", "null": False})
    manager.add_column("SchemaChange", "schema_changes", "error", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("SchemaChange", "schema_changes", "user", column_class=UUID, params={"default": None, "null": True})

    manager.add_table("SchemaLease", "schema_leases")
    manager.add_column("SchemaLease", "schema_leases", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("SchemaLease", "schema_leases", "name", column_class=Varchar, params={"length": 20, "default": "", "null": False, "unique": True})
    manager.add_column("SchemaLease", "schema_leases", "server", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("SchemaLease", "schema_leases", "owner", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("SchemaLease", "schema_leases", "leased_until", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})

    return manager
