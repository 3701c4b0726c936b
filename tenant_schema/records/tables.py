"""The tables beside the records: history, idempotency keys and imports in the background."""

from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now

__all__ = ["IdempotentRequest", "RecordHistory", "RecordImport", "RecordImportPart"]


class RecordHistory(Table, tablename="record_history", help_text="A change of a record."):
    """One row for each change of a record after its creation.

    ``object`` is the object's id and ``version`` the one that the change made of the record. ``changes`` is
    the JSON text of an object: the ids of fields (names of those that every record has), and what they held
    before and after, as the API shows it. None of the ids is a foreign key: a history
    outlives the user who made the change, and of a destroyed record one row remains, without values.
    """

    id = UUID(primary_key=True, default=new_id)
    object = UUID(default=None, null=False)
    record = UUID(default=None, null=False)
    version = Integer(default=1, null=False)
    action = Varchar(length=10, default="", null=False)
    actor = UUID(default=None, null=True)
    at = Timestamptz(default=utc_now, null=False)
    changes = Text(default="{}", null=False)

    record_history_object_record_version = Unique(["object", "record", "version"])


class IdempotentRequest(
    Table, tablename="idempotent_requests", help_text="A request with an Idempotency-Key."
):
    """``fingerprint`` is a hash of who asked for what under which key, ``body_hash`` one of the body.

    ``status`` is null while the request is under way. ``headers`` (JSON text) and ``body`` are the response,
    without secrets. A request that cannot be executed in one transaction holds its key until
    ``leased_until``, as its ``owner`` (:mod:`piccolo_engines.leases`).
    """

    id = UUID(primary_key=True, default=new_id)
    fingerprint = Varchar(length=64, unique=True, null=False)
    body_hash = Varchar(length=64, null=False)
    status = Integer(default=None, null=True)
    headers = Text(default="{}", null=False)
    body = Text(default="", null=False)
    created_at = Timestamptz(default=utc_now, null=False, index=True)
    owner = UUID(default=None, null=True)
    leased_until = Timestamptz(default=utc_now, null=False)


class RecordImport(Table, tablename="record_imports", help_text="An import that runs as a job."):
    """``object`` is the object's name when the import was begun; ``options`` and ``report`` are JSON texts.

    ``size`` is null while the file is received. ``line`` is the number of the last line that was imported;
    it changes with the records in one transaction, so that an interrupted import continues behind it.
    ``outcome`` is empty until the import ends; ``job`` is the job of the central database that runs it.
    """

    id = UUID(primary_key=True, default=new_id)
    user = UUID(default=None, null=False, index=True)
    api_key = UUID(default=None, null=True)
    object = Varchar(length=40, default="", null=False)
    file_name = Varchar(length=255, default="", null=False)
    size = BigInt(default=None, null=True)
    options = Text(default="{}", null=False)
    job = UUID(default=None, null=True)
    line = Integer(default=0, null=False)
    report = Text(default="", null=False)
    outcome = Varchar(length=10, default="", null=False)
    error = Text(default="", null=False)
    created_at = Timestamptz(default=utc_now, null=False, index=True)
    finished_at = Timestamptz(default=None, null=True)


class RecordImportPart(Table, tablename="record_import_parts", help_text="A part of an import's file."):
    """``failed`` parts are the lines that were not imported, as CSV; the others are the file."""

    id = UUID(primary_key=True, default=new_id)
    record_import = ForeignKey(RecordImport, on_delete=OnDelete.cascade, null=False)
    failed = Boolean(default=False, null=False)
    position = Integer(default=0, null=False)
    content = Bytea(default=b"", null=False)

    record_import_parts_place = Unique(["record_import", "failed", "position"])
