"""The operators' read-only tables: tenants, domains, servers, journal, audit trail, operators.

Each table lists its columns. Credentials, hashes and operators' sessions are never included.
"""

from collections.abc import Mapping
from typing import Final

from api.admin.operators.servers import ServerTable
from api.admin.readonly_table import LookedAt, Shown
from api.admin.site import Table
from api.composition import Platform
from central.tables import (
    AuditEvent,
    Domain,
    Operator,
    OperatorToken,
    ProvisioningRun,
    ProvisioningStep,
    Tenant,
)

__all__ = ["operator_tables"]

_PLACES: Final = "Tenants"
_HISTORY: Final = "What happened"
_PEOPLE: Final = "Operators"


def operator_tables(platform: Platform) -> Mapping[str, Table]:
    """Return the tables by name, in the menu's order."""
    return {**_STANDING, "servers": ServerTable(platform, _PLACES)}


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
_RUNS: Final = LookedAt(
    ProvisioningRun,
    "Run",
    _HISTORY,
    [
        Shown(column=ProvisioningRun.slug, title="Tenant"),
        Shown(column=ProvisioningRun.operation, title="Operation"),
        Shown(column=ProvisioningRun.state, title="State"),
        Shown(column=ProvisioningRun.owner, title="Process", listed=False),
        Shown(column=ProvisioningRun.created_at, title="Begun"),
        Shown(column=ProvisioningRun.heartbeat_at, title="Last heard of"),
        Shown(column=ProvisioningRun.error, title="Error"),
    ],
    link="slug",
    references=(("steps", "run"),),
)
_STEPS: Final = LookedAt(
    ProvisioningStep,
    "Step",
    _HISTORY,
    [
        Shown(column=ProvisioningStep.name, title="Step"),
        Shown(column=ProvisioningStep.run, title="Run", to="runs", called=ProvisioningStep.run.slug),
        Shown(column=ProvisioningStep.position, title="Position"),
        Shown(column=ProvisioningStep.state, title="State"),
        Shown(column=ProvisioningStep.started_at, title="Started"),
        Shown(column=ProvisioningStep.finished_at, title="Finished"),
        Shown(column=ProvisioningStep.error, title="Error"),
    ],
    link="name",
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
    "runs": _RUNS,
    "steps": _STEPS,
    "audit": _AUDIT,
    "operators": _OPERATORS,
    "tokens": _TOKENS,
}
