"""The tables of upgrades and of the traffic that judges them, in the central database."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    UUID,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from central.database import CENTRAL
from piccolo_engines.columns import Timestamps, new_id

__all__ = ["TABLES", "TrafficSample", "Upgrade", "UpgradeState", "UpgradeTenant", "UpgradeTenantState"]


class UpgradeState(StrEnum):
    """The state of an upgrade.

    A ``paused`` one was paused by an operator. A ``stopped`` one has stopped by itself, since too many
    tenants failed. Both go on when they are resumed.
    """

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    CANCELLED = "cancelled"


class UpgradeTenantState(StrEnum):
    """What has become of one tenant of an upgrade.

    ``failed``: its migration failed, or it could not be backed up. ``put-back``: its migration failed, and
    its backup was restored. ``broken``: it was upgraded, and its own requests fail or take longer since.
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    PUT_BACK = "put-back"
    BROKEN = "broken"


class Upgrade(Timestamps, Table, db=CENTRAL, help_text="An upgrade of all tenants to one level, in waves."):
    """An upgrade. ``id`` is that of its job, and ``level`` the one that its processes bring databases to.

    ``options`` is an :class:`central.upgrades.planning.UpgradeOptions`. ``wanted`` is what operators want
    next: ``running``, ``paused`` or ``cancelled``. ``wave`` is the present one, counted from 0;
    ``soak_until`` is set once all of its tenants are upgraded. ``accepted`` failures of the present wave do
    not stop it any more. ``reason`` is why it has stopped, or that an operator has resumed it.
    """

    id = UUID(primary_key=True, default=new_id)
    state = Varchar(length=20, choices=UpgradeState, default=UpgradeState.RUNNING, index=True)
    wanted = Varchar(length=20, choices=UpgradeState, default=UpgradeState.RUNNING)
    level = Varchar(length=64, null=False)
    options = JSON(null=False)
    is_planned = Boolean(default=False, null=False)
    wave = Integer(default=0, null=False)
    accepted = Integer(default=0, null=False)
    soak_until = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)


class UpgradeTenant(Timestamps, Table, db=CENTRAL, help_text="A tenant of an upgrade."):
    """A tenant's part in an upgrade. ``former_level`` is the one that its database had before.

    ``stops_writes`` is set before the tenant is set to read-only for its migration. ``due_at`` is the
    earliest time of the next attempt, after one that found tables locked.
    """

    id = UUID(primary_key=True, default=new_id)
    upgrade = ForeignKey(Upgrade, on_delete=OnDelete.cascade, null=False, index=True)
    tenant_id = UUID(default=None, null=False, index=True)
    tenant_slug = Varchar(length=63, null=False)
    wave = Integer(null=False)
    state = Varchar(length=20, choices=UpgradeTenantState, default=UpgradeTenantState.WAITING)
    attempts = Integer(default=0, null=False)
    due_at = Timestamptz(null=True, default=None)
    former_level = Varchar(length=64, null=False)
    stops_writes = Boolean(default=False, null=False)
    backup = UUID(default=None, null=True)
    began_at = Timestamptz(null=True, default=None)
    upgraded_at = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)


class TrafficSample(Table, db=CENTRAL, help_text="Requests of tenants to one process, in some seconds."):
    """``counts`` has by slug the number of requests, of those with a fault (5xx), and their seconds."""

    id = UUID(primary_key=True, default=new_id)
    began_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=False, index=True)
    counts = JSON(null=False)


TABLES: tuple[type[Table], ...] = (Upgrade, UpgradeTenant, TrafficSample)
