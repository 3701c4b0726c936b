"""The tables of backups, in the central database.

They outlive tenants, so ``tenant_id`` is no foreign key.
"""

from piccolo.columns import UUID, BigInt, Secret, Text, Timestamptz, Varchar
from piccolo.table import Table

from central.database import CENTRAL
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "Backup", "BackupPlan", "TenantKey"]


class TenantKey(Timestamps, Table, db=CENTRAL, help_text="The data key of a tenant's archives."):
    """A data key, sealed for its tenant by :class:`central.secrets.vault.Vault`.

    Destroying the row, and the copy in the store, leaves the tenant's archives unreadable wherever they are.
    """

    tenant_id = UUID(primary_key=True, default=None)
    key_id = Varchar(length=32, null=False)
    sealed = Secret(length=500, null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo


class Backup(Timestamps, Table, db=CENTRAL, help_text="A backup of a tenant, in the store."):
    """An archive. ``id`` is the archive's.

    The row is written before the upload, with the job that does it; ``stored_at`` is null until the archive
    is stored completely. ``location`` is the store's address and the name of the object. ``confirmed_at`` is
    the latest time at which the tenant was found to have the contents of this backup. ``proof`` is the signed
    statement that it was restored, see :mod:`central.backups.proofs`; ``failure`` why it could not be proved.
    ``mark`` is the state of the database then, as the tenant's server reported it, see
    :meth:`central.servers.protocol.DatabaseServer.change_mark`.
    """

    id = UUID(primary_key=True, default=new_id)
    tenant_id = UUID(default=None, null=False, index=True)
    tenant_slug = Varchar(length=63, null=False)
    location = Varchar(length=700, null=False)
    reason = Varchar(length=20, null=False)
    job_id = UUID(default=None, null=True, index=True)
    stored_at = Timestamptz(null=True, default=None)
    taken_at = Timestamptz(null=False)
    confirmed_at = Timestamptz(null=False)
    proven_at = Timestamptz(null=True, default=None)
    digest = Varchar(length=64, null=False)
    bytes = BigInt(default=0, null=False)
    rows = BigInt(default=0, null=False)
    level = Varchar(length=64, null=False)
    proof = Text(null=True, default=None)
    failure = Text(null=True, default=None)
    mark = Varchar(length=255, null=True, default=None)


class BackupPlan(Timestamps, Table, db=CENTRAL, help_text="When a tenant is backed up, and what is kept."):
    """``schedule`` and ``keep`` are the tenant's own, or null for those of the installation.

    ``next_due_at`` was computed with the schedule ``planned_by``. ``proven_until`` is the latest time of
    which the tenant has proven contents; null if there is none.
    """

    tenant_id = UUID(primary_key=True, default=None)
    schedule = Varchar(length=100, null=True, default=None)
    keep = Varchar(length=100, null=True, default=None)
    planned_by = Varchar(length=100, null=False)
    next_due_at = Timestamptz(null=False, index=True)
    proven_until = Timestamptz(null=True, default=None, index=True)


TABLES: tuple[type[Table], ...] = (TenantKey, Backup, BackupPlan)
