"""A Piccolo app for tests that stands on another one: notes about people."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tests.central.sample_schema.notes.tables import Note

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="notes",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Note],
    migration_dependencies=["tests.central.sample_schema.people.piccolo_app"],
)
