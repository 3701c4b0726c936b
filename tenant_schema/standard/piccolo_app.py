"""The Piccolo app of the standard objects' tables."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.standard import tables

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="standard",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[tables.Account, tables.Contact, tables.Opportunity],
    migration_dependencies=["tenant_schema.users.piccolo_app"],
)
