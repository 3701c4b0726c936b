"""The table of tenants' other databases, in the central database."""

from enum import StrEnum

from piccolo.columns import UUID, Secret, Timestamptz, Varchar
from piccolo.table import Table

from central.database import CENTRAL
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "KeptDatabase", "KeptState"]


class KeptState(StrEnum):
    """``building``: it is to replace the tenant's database. ``kept``: it was replaced."""

    BUILDING = "building"
    KEPT = "kept"


class KeptDatabase(Timestamps, Table, db=CENTRAL, help_text="A database of a tenant that is not served."):
    """A database beside the tenant's own.

    The row is written before the database is created and deleted after it is dropped, so that a crash leaves
    nothing unknown. It outlives the tenant, so ``tenant_id`` is no foreign key. ``secret`` is sealed for the
    tenant. ``job_id`` is the job that builds it. After ``kept_until`` it is dropped.
    """

    id = UUID(primary_key=True, default=new_id)
    tenant_id = UUID(default=None, null=False, index=True)
    job_id = UUID(default=None, null=True)
    state = Varchar(length=20, choices=KeptState, default=KeptState.BUILDING)
    database_server = Varchar(length=300, null=False)
    db_name = Varchar(length=64, null=False)
    username = Varchar(length=64, null=True, default=None)
    secret = Secret(length=500, null=True, default=None)  # type: ignore[no-untyped-call]  # in Piccolo
    kept_until = Timestamptz(null=True, default=None, index=True)


TABLES: tuple[type[Table], ...] = (KeptDatabase,)
