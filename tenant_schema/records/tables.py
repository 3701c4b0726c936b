"""The tables beside the records: history and idempotency keys."""

from piccolo.columns import UUID, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now

__all__ = ["IdempotentRequest", "RecordHistory"]


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
