"""The Piccolo app of apps, pages and list views."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.apps import tables

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="apps",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        tables.App,
        tables.AppPage,
        tables.ListView,
        tables.ListViewRole,
        tables.DefaultView,
        tables.UserItem,
    ],
    migration_dependencies=["tenant_schema.users.piccolo_app"],
)
