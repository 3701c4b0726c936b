"""The tables of deleted tenants and of tenants' other databases, in the central database."""

from enum import StrEnum

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, OnDelete, Secret, Timestamptz, Varchar
from piccolo.table import Table

from central.database import CENTRAL
from central.tables import Tenant
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "DeletedTenant", "KeptDatabase", "KeptState"]


class DeletedTenant(Timestamps, Table, db=CENTRAL, help_text="A deleted tenant that can be restored."):
    """What a deleted tenant gets back when it is restored, until ``restorable_until``.

    ``slug`` and ``domains`` are those that it had: a list of ``domain``, ``is_primary``, ``proof`` and
    ``token``. ``former_status`` is the status that it had. ``has_database`` says whether its database has
    still to be archived and dropped.
    """

    id = UUID(primary_key=True, default=new_id)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, unique=True)
    slug = Varchar(length=63, null=False)
    domains = JSON(default="[]", null=False)
    former_status = Varchar(length=20, null=False)
    deleted_at = Timestamptz(null=False)
    restorable_until = Timestamptz(null=False, index=True)
    has_database = Boolean(default=True, null=False)


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


TABLES: tuple[type[Table], ...] = (DeletedTenant, KeptDatabase)
