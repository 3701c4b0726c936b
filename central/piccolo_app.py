"""The Piccolo app of the central database."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from central.migrations.commands import commands_of
from central.tables import TABLES

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="central",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=list(TABLES),
)
APP_CONFIG.commands += commands_of(APP_CONFIG)
