from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import UUID, BigInt, Boolean, Bytea, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now


class RecordImport(Table, tablename="record_imports", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-12-01T02:14:15:528059"
VERSION = "1.38.0"
DESCRIPTION = ""


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

    manager.add_table("RecordImport", "record_imports")
    manager.add_column("RecordImport", "record_imports", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("RecordImport", "record_imports", "user", column_class=UUID, params={"default": None, "null": False, "index": True})
    manager.add_column("RecordImport", "record_imports", "api_key", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("RecordImport", "record_imports", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("RecordImport", "record_imports", "file_name", column_class=Varchar, params={"length": 255, "default": "", "null": False})
    manager.add_column("RecordImport", "record_imports", "size", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("RecordImport", "record_imports", "options", column_class=Text, params={"default": "{}", "null": False})
    manager.add_column("RecordImport", "record_imports", "job", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("RecordImport", "record_imports", "line", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("RecordImport", "record_imports", "report", column_class=Text, params={"default": "", "null": False})
    manager.add_column("RecordImport", "record_imports", "outcome", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("RecordImport", "record_imports", "error", column_class=Text, params={"default": "", "null": False})
    manager.add_column("RecordImport", "record_imports", "created_at", column_class=Timestamptz, params={"default": utc_now, "null": False, "index": True})
    manager.add_column("RecordImport", "record_imports", "finished_at", column_class=Timestamptz, params={"default": None, "null": True})

    manager.add_table("RecordImportPart", "record_import_parts")
    manager.add_column("RecordImportPart", "record_import_parts", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "RecordImportPart",
        "record_import_parts",
        "record_import",
        column_class=ForeignKey,
        params={"references": RecordImport, "on_delete": OnDelete.cascade, "null": False},
    )
    manager.add_column("RecordImportPart", "record_import_parts", "failed", column_class=Boolean, params={"default": False, "null": False})
    manager.add_column("RecordImportPart", "record_import_parts", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("RecordImportPart", "record_import_parts", "content", column_class=Bytea, params={"default": b"", "null": False})
    manager.add_constraint(
        "RecordImportPart", "record_import_parts", "record_import_parts_place", Unique, params={"columns": ["record_import", "failed", "position"]}
    )

    return manager
