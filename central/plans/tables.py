"""The tables of plans and of what tenants use, in the central database."""

from piccolo.columns import UUID, BigInt, Integer, Timestamptz, Varchar
from piccolo.table import Table

from central.database import CENTRAL
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "ProcessUse", "TenantPlan", "UsageDay"]


class TenantPlan(Timestamps, Table, tablename="plan", db=CENTRAL, help_text="What a tenant may use."):
    """The limits of the tenants that have it, see :class:`central.plans.limits.Limits`. NULL is no limit."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    requests_per_second = Integer(null=True, default=None)
    burst = Integer(null=True, default=None)
    concurrent_requests = Integer(null=True, default=None)
    max_rows = BigInt(null=True, default=None)
    max_storage_bytes = BigInt(null=True, default=None)
    max_users = Integer(null=True, default=None)
    max_objects = Integer(null=True, default=None)


class ProcessUse(Timestamps, Table, db=CENTRAL, help_text="What one process serves for one tenant."):
    """Counters by which processes share a tenant's limits, see :mod:`central.usage.sharing`.

    ``key`` identifies the counters: of one tenant, in one process. ``beat`` grows with each writing; the
    others never decrease, except ``running``, ``tokens`` and those of rows.
    """

    id = UUID(primary_key=True, default=new_id)
    key = Varchar(length=32, unique=True, null=False)
    tenant_id = UUID(null=False, index=True)
    beat = BigInt(default=0, null=False)
    asked = BigInt(default=0, null=False)
    admitted = BigInt(default=0, null=False)
    running = Integer(default=0, null=False)
    tokens = Integer(default=0, null=False)
    rows_added = BigInt(default=0, null=False)
    rows_open = BigInt(default=0, null=False)


class UsageDay(Timestamps, Table, db=CENTRAL, help_text="What a tenant used on one day."):
    """``key`` is the tenant's id and the day (UTC, ``YYYY-MM-DD``): unique as a pair, in one column.

    The figures of the contents are those of the last measurement until the end of the day, which was at
    ``measured_at``; NULL if there was none.
    """

    id = UUID(primary_key=True, default=new_id)
    key = Varchar(length=48, unique=True, null=False)
    tenant_id = UUID(null=False, index=True)
    tenant_slug = Varchar(length=63, null=False)
    day = Varchar(length=10, null=False, index=True)
    requests = BigInt(default=0, null=False)
    refused = BigInt(default=0, null=False)
    stored_rows = BigInt(null=True, default=None)
    storage_bytes = BigInt(null=True, default=None)
    user_count = Integer(null=True, default=None)
    object_count = Integer(null=True, default=None)
    measured_at = Timestamptz(null=True, default=None)


TABLES: tuple[type[Table], ...] = (TenantPlan, ProcessUse, UsageDay)
