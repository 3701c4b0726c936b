"""The operators' tables: tenants, domains, plans, usage, servers, jobs, backups, audit trail, operators.

All but plans are read only.

Each table lists its columns. Credentials, hashes and operators' sessions are never included.
"""

from collections.abc import Mapping
from typing import Final

from api.admin.operators.plans import PlanTable, usage_table
from api.admin.operators.servers import ServerTable
from api.admin.readonly_table import LookedAt, Shown
from api.admin.site import Table
from api.composition import Platform
from central.backups.tables import Backup
from central.jobs.tables import Job, JobStep
from central.operators.audit import Actor
from central.tables import (
    AuditEvent,
    Domain,
    Operator,
    OperatorToken,
    Tenant,
)
from central.upgrades.tables import Upgrade, UpgradeTenant

__all__ = ["operator_tables"]

_PLACES: Final = "Tenants"
_HISTORY: Final = "What happened"
_PEOPLE: Final = "Operators"
_PLANS: Final = "Plans and usage"


def operator_tables(platform: Platform, actor: Actor) -> Mapping[str, Table]:
    """Return the tables by name, in the menu's order."""
    return {
        **_STANDING,
        "servers": ServerTable(platform, _PLACES),
        "plans": PlanTable(platform, actor, _PLANS),
        "usage": usage_table(_PLANS),
    }


_TENANTS: Final = LookedAt(
    Tenant,
    "Tenant",
    _PLACES,
    [
        Shown(column=Tenant.slug, title="Slug"),
        Shown(column=Tenant.name, title="Name"),
        Shown(column=Tenant.status, title="Status"),
        Shown(column=Tenant.database_server, title="Database server"),
        Shown(column=Tenant.db_name, title="Database"),
        Shown(column=Tenant.admin_email, title="First administrator", listed=False),
        Shown(column=Tenant.schema_level, title="Level", listed=False),
        Shown(column=Tenant.created_at, title="Made"),
        Shown(column=Tenant.updated_at, title="Changed", listed=False),
    ],
    link="slug",
    references=(("domains", "tenant"),),
)
_DOMAINS: Final = LookedAt(
    Domain,
    "Domain",
    _PLACES,
    [
        Shown(column=Domain.domain, title="Domain", is_host=True),
        Shown(column=Domain.tenant, title="Tenant", to="tenants", called=Domain.tenant.slug),
        Shown(column=Domain.is_primary, title="Primary"),
        Shown(column=Domain.created_at, title="Added"),
    ],
    link="domain",
)
_JOBS: Final = LookedAt(
    Job,
    "Job",
    _HISTORY,
    [
        Shown(column=Job.kind, title="Kind"),
        Shown(column=Job.tenant_slug, title="Tenant"),
        Shown(column=Job.state, title="State"),
        Shown(column=Job.done, title="Done"),
        Shown(column=Job.total, title="Of"),
        Shown(column=Job.unit, title="Unit"),
        Shown(column=Job.attempts, title="Attempts"),
        Shown(column=Job.due_at, title="Due"),
        Shown(column=Job.owner, title="Process", listed=False),
        Shown(column=Job.leased_until, title="Leased until", listed=False),
        Shown(column=Job.created_at, title="Begun"),
        Shown(column=Job.updated_at, title="Last heard of"),
        Shown(column=Job.error, title="Error"),
    ],
    link="kind",
    references=(("steps", "job"),),
)
_STEPS: Final = LookedAt(
    JobStep,
    "Step",
    _HISTORY,
    [
        Shown(column=JobStep.name, title="Step"),
        Shown(column=JobStep.job, title="Job", to="jobs", called=JobStep.job.kind),
        Shown(column=JobStep.position, title="Position"),
        Shown(column=JobStep.state, title="State"),
        Shown(column=JobStep.started_at, title="Started"),
        Shown(column=JobStep.finished_at, title="Finished"),
        Shown(column=JobStep.error, title="Error"),
    ],
    link="name",
)
_UPGRADES: Final = LookedAt(
    Upgrade,
    "Upgrade",
    _HISTORY,
    [
        Shown(column=Upgrade.created_at, title="Begun"),
        Shown(column=Upgrade.state, title="State"),
        Shown(column=Upgrade.wave, title="Wave, from 0"),
        Shown(column=Upgrade.soak_until, title="Wave ends"),
        Shown(column=Upgrade.reason, title="Reason"),
        Shown(column=Upgrade.level, title="Level", listed=False),
        Shown(column=Upgrade.options, title="Options", listed=False),
        Shown(column=Upgrade.updated_at, title="Last heard of"),
    ],
    link="created_at",
    references=(("upgrade_tenants", "upgrade"),),
)
_UPGRADE_TENANTS: Final = LookedAt(
    UpgradeTenant,
    "Upgraded tenant",
    _HISTORY,
    [
        Shown(column=UpgradeTenant.tenant_slug, title="Tenant"),
        Shown(
            column=UpgradeTenant.upgrade, title="Upgrade", to="upgrades", called=UpgradeTenant.upgrade.state
        ),
        Shown(column=UpgradeTenant.wave, title="Wave, from 0"),
        Shown(column=UpgradeTenant.state, title="State"),
        Shown(column=UpgradeTenant.attempts, title="Attempts"),
        Shown(column=UpgradeTenant.upgraded_at, title="Upgraded"),
        Shown(column=UpgradeTenant.error, title="Error"),
    ],
    link="tenant_slug",
)
_BACKUPS: Final = LookedAt(
    Backup,
    "Backup",
    _HISTORY,
    [
        Shown(column=Backup.tenant_slug, title="Tenant"),
        Shown(column=Backup.taken_at, title="Taken"),
        Shown(column=Backup.confirmed_at, title="Unchanged until", listed=False),
        Shown(column=Backup.proven_at, title="Proven"),
        Shown(column=Backup.rows, title="Rows"),
        Shown(column=Backup.bytes, title="Bytes"),
        Shown(column=Backup.reason, title="Reason"),
        Shown(column=Backup.failure, title="Failure"),
        Shown(column=Backup.digest, title="Digest", listed=False),
        Shown(column=Backup.location, title="Where", listed=False),
    ],
    link="tenant_slug",
)
_AUDIT: Final = LookedAt(
    AuditEvent,
    "Act",
    _HISTORY,
    [
        Shown(column=AuditEvent.action, title="Act"),
        Shown(column=AuditEvent.tenant_slug, title="Tenant"),
        Shown(column=AuditEvent.operator_name, title="Who"),
        Shown(column=AuditEvent.created_at, title="When"),
        Shown(column=AuditEvent.detail, title="Detail"),
        Shown(column=AuditEvent.address, title="Address", listed=False),
        Shown(column=AuditEvent.request_id, title="Request id", listed=False),
    ],
    link="action",
)
_OPERATORS: Final = LookedAt(
    Operator,
    "Operator",
    _PEOPLE,
    [
        Shown(column=Operator.name, title="Name"),
        Shown(column=Operator.active, title="Active"),
        Shown(column=Operator.created_at, title="Made"),
    ],
    link="name",
    references=(("tokens", "operator"),),
)
_TOKENS: Final = LookedAt(
    OperatorToken,
    "Token",
    _PEOPLE,
    [
        Shown(column=OperatorToken.hint, title="Begins with"),
        Shown(
            column=OperatorToken.operator,
            title="Operator",
            to="operators",
            called=OperatorToken.operator.name,
        ),
        Shown(column=OperatorToken.created_at, title="Made"),
        Shown(column=OperatorToken.last_used_at, title="Last used"),
        Shown(column=OperatorToken.expires_at, title="Expires"),
        Shown(column=OperatorToken.revoked_at, title="Revoked"),
    ],
    link="hint",
)
_STANDING: Final[Mapping[str, Table]] = {
    "tenants": _TENANTS,
    "domains": _DOMAINS,
    "jobs": _JOBS,
    "steps": _STEPS,
    "upgrades": _UPGRADES,
    "upgrade_tenants": _UPGRADE_TENANTS,
    "backups": _BACKUPS,
    "audit": _AUDIT,
    "operators": _OPERATORS,
    "tokens": _TOKENS,
}
