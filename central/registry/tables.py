"""The table of what deleted tenants get back when they are restored, in the central database."""

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from central.database import CENTRAL
from central.tables import Tenant
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "DeletedTenant"]


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


TABLES: tuple[type[Table], ...] = (DeletedTenant,)
