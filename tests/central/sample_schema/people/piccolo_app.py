"""A Piccolo app for tests: teams and the people in them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tests.central.sample_schema.people.tables import Person, Team

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="people",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Team, Person],
)
