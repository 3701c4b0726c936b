from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique

from piccolo_engines.columns import new_id, utc_now

ID = "2026-11-30T14:10:38:169813"
VERSION = "1.38.0"
DESCRIPTION = "Records' history, and requests with an idempotency key"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="records", description=DESCRIPTION)

    manager.add_table("RecordHistory", "record_history")
    manager.add_column("RecordHistory", "record_history", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("RecordHistory", "record_history", "object", column_class=UUID, params={"default": None, "null": False})
    manager.add_column("RecordHistory", "record_history", "record", column_class=UUID, params={"default": None, "null": False})
    manager.add_column("RecordHistory", "record_history", "version", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column("RecordHistory", "record_history", "action", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("RecordHistory", "record_history", "actor", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("RecordHistory", "record_history", "at", column_class=Timestamptz, params={"default": utc_now, "null": False})
    manager.add_column("RecordHistory", "record_history", "changes", column_class=Text, params={"default": "{}", "null": False})
    manager.add_constraint(
        "RecordHistory", "record_history", "record_history_object_record_version", Unique, params={"columns": ["object", "record", "version"]}
    )

    manager.add_table("IdempotentRequest", "idempotent_requests")
    manager.add_column("IdempotentRequest", "idempotent_requests", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "IdempotentRequest", "idempotent_requests", "fingerprint", column_class=Varchar, params={"length": 64, "default": "", "null": False, "unique": True}
    )
    manager.add_column("IdempotentRequest", "idempotent_requests", "body_hash", column_class=Varchar, params={"length": 64, "default": "", "null": False})
    manager.add_column("IdempotentRequest", "idempotent_requests", "status", column_class=Integer, params={"default": None, "null": True})
    manager.add_column("IdempotentRequest", "idempotent_requests", "headers", column_class=Text, params={"default": "{}", "null": False})
    manager.add_column("IdempotentRequest", "idempotent_requests", "body", column_class=Text, params={"default": "", "null": False})
    manager.add_column(
        "IdempotentRequest", "idempotent_requests", "created_at", column_class=Timestamptz, params={"default": utc_now, "null": False, "index": True}
    )
    manager.add_column("IdempotentRequest", "idempotent_requests", "owner", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("IdempotentRequest", "idempotent_requests", "leased_until", column_class=Timestamptz, params={"default": utc_now, "null": False})

    return manager
