"""The Piccolo app of object and field definitions."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.objects import tables

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="objects",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        tables.ObjectDefinition,
        tables.FieldDefinition,
        tables.AutoNumber,
        tables.SchemaChange,
        tables.SchemaLease,
    ],
)
