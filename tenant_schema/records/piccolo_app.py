"""The Piccolo app of the tables beside the records: history, idempotency keys and imports."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from tenant_schema.records import tables

__all__ = ["APP_CONFIG"]

APP_CONFIG = AppConfig(
    app_name="records",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        tables.RecordHistory,
        tables.IdempotentRequest,
        tables.RecordImport,
        tables.RecordImportPart,
    ],
)
