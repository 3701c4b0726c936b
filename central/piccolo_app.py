"""The Piccolo app of the central database."""

from piccolo.conf.apps import AppConfig

from central.backups.tables import TABLES as BACKUP_TABLES
from central.jobs.tables import TABLES as JOB_TABLES
from central.migrations.commands import commands_of
from central.migrations.pending_in_central import CENTRAL_APP, CENTRAL_MIGRATIONS
from central.plans.tables import TABLES as PLAN_TABLES
from central.registry.tables import TABLES as REGISTRY_TABLES
from central.tables import TABLES
from central.upgrades.tables import TABLES as UPGRADE_TABLES

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name=CENTRAL_APP,
    migrations_folder_path=str(CENTRAL_MIGRATIONS),
    table_classes=[
        *PLAN_TABLES,
        *TABLES,
        *REGISTRY_TABLES,
        *JOB_TABLES,
        *BACKUP_TABLES,
        *UPGRADE_TABLES,
    ],
)
APP_CONFIG.commands += commands_of(APP_CONFIG)
