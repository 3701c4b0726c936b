"""Queries that find and search tenants."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from piccolo.columns import ForeignKey
from piccolo.query.functions import Count
from piccolo.querystring import QueryString

from central.database import CENTRAL
from central.plans.limits import Limits
from central.plans.tables import TenantPlan
from central.registry.deletions import Deletion, deletions_of
from central.registry.records import DomainRecord, TenantRecord, TenantRef
from central.tables import WITH_DATABASE, Domain, DomainProof, Tenant, TenantStatus
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.searching import escaped, like
from piccolo_engines.statements import SelectGroup

__all__ = [
    "TENANT_COLUMNS",
    "count_levels",
    "domain_record",
    "find_by_domain",
    "find_tenant",
    "find_tenants",
    "limits_of",
    "matches",
    "ref_of",
]

TENANT_COLUMNS: Final = (*Tenant.all_columns(), *Tenant.plan.all_columns())
"""The columns of a tenant and of its plan, from which :func:`ref_of` returns it."""

_PLAN_OF_DOMAIN: Final = cast("ForeignKey[TenantPlan]", Domain.tenant.plan)
_VERSION: Final = '(SELECT "version" FROM "registry_version" WHERE "id" = 1)'
_BY_DOMAIN = KeptSelect(
    CENTRAL,
    lambda domain: Domain.select(
        Domain.domain,
        Domain.is_primary,
        *Domain.tenant.all_columns(),
        *_PLAN_OF_DOMAIN.all_columns(),
        QueryString(_VERSION).as_alias("registry_version"),
    ).where(
        Domain.tenant.is_in(
            Domain.select(Domain.tenant).where(Domain.domain == domain, Domain.is_served.eq(True))
        )
    ),
)


async def find_by_domain(domain: str) -> tuple[TenantRef, int] | None:
    """Return the tenant of a host name, and the version of the registry at the same moment: one statement."""
    rows = await CENTRAL.run_querystring(_BY_DOMAIN(domain))
    if not rows:
        return None
    primary = next((row["domain"] for row in rows if row["is_primary"]), "")
    row = {name.removeprefix("tenant."): value for name, value in rows[0].items()}
    return ref_of(row, primary), rows[0]["registry_version"] or 0


async def find_tenants(*conditions: Any, limit: int = 1) -> list[TenantRecord]:
    """Return the tenants that meet all conditions, newest first, up to ``limit``.

    Runs two statements: one for the tenants and one for their primary domains; a third if one is deleted.
    """
    query = Tenant.select(*TENANT_COLUMNS).order_by(Tenant.id, ascending=False).limit(limit)
    for condition in conditions:
        query = query.where(condition)
    rows = await query
    domains = await _primary_domains([row["id"] for row in rows]) if rows else {}
    deleted = await deletions_of([row["id"] for row in rows if row["status"] == TenantStatus.DELETED])
    return [_record(row, domains.get(row["id"], ""), deleted.get(row["id"])) for row in rows]


async def find_tenant(tenant_id: UUID) -> list[TenantRecord]:
    """Return the tenant, if there is one, in one round trip; a second one if it is deleted."""
    domain = Domain.select(Domain.domain).where(Domain.tenant == tenant_id, Domain.is_primary.eq(True))
    query = Tenant.select(*TENANT_COLUMNS).where(Tenant.id == tenant_id)
    group = SelectGroup(*query.querystrings, *domain.querystrings)
    rows, domains = await CENTRAL.run_querystring(group)
    deleted = await deletions_of([row["id"] for row in rows if row["status"] == TenantStatus.DELETED])
    primary = next((one["domain"] for one in domains), "")
    return [_record(row, primary, deleted.get(row["id"])) for row in rows]


async def _primary_domains(tenant_ids: list[UUID]) -> dict[UUID, str]:
    primary = (Domain.is_primary == True) & Domain.tenant.is_in(tenant_ids)  # noqa: E712 - a query, not a test
    rows = await Domain.select(Domain.tenant, Domain.domain).where(primary)
    return {row["tenant"]: row["domain"] for row in rows}


def _record(row: dict[str, Any], primary_domain: str, deletion: Deletion | None) -> TenantRecord:
    return TenantRecord(
        ref_of(row, primary_domain),
        row["admin_email"],
        row["version"],
        row["created_at"],
        row["updated_at"],
        deletion,
    )


def ref_of(row: dict[str, Any], primary_domain: str) -> TenantRef:
    return TenantRef(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        status=TenantStatus(row["status"]),
        database_server=row["database_server"],
        db_name=row["db_name"],
        primary_domain=primary_domain,
        disconnects=row["disconnects"],
        forced_disconnect=row["forced_disconnect"],
        is_sandbox=bool(row["is_sandbox"]),
        is_template=bool(row["is_template"]),
        schema_level=row["schema_level"],
        limits=None if row.get("plan.name") is None else limits_of(row, "plan."),
        storage_bytes=row["storage_bytes"],
    )


def limits_of(row: Mapping[str, Any], prefix: str = "") -> Limits:
    """Return the limits of a plan from its row, whose columns have names with this prefix."""
    return Limits(
        plan=row[f"{prefix}name"],
        requests_per_second=row[f"{prefix}requests_per_second"],
        burst=row[f"{prefix}burst"],
        concurrent_requests=row[f"{prefix}concurrent_requests"],
        rows=row[f"{prefix}max_rows"],
        storage_bytes=row[f"{prefix}max_storage_bytes"],
        users=row[f"{prefix}max_users"],
        objects=row[f"{prefix}max_objects"],
    )


async def count_levels() -> dict[str, int]:
    """Return how many tenants with a database in use have each level. Runs one statement."""
    served = Tenant.status.is_in([status.value for status in WITH_DATABASE])
    rows = await Tenant.select(Tenant.schema_level, Count()).where(served).group_by(Tenant.schema_level)
    return {row["schema_level"]: row["count"] for row in rows}


def domain_record(row: dict[str, Any]) -> DomainRecord:
    """Return a host name from its row."""
    return DomainRecord(
        domain=row["domain"],
        is_primary=row["is_primary"],
        created_at=row["created_at"],
        proof=DomainProof(row["proof"]),
        checked_at=row["checked_at"],
        failing_since=row["failing_since"],
        is_served=row["is_served"],
    )


def matches(search: str) -> Any:
    """Return the condition that the text occurs in a tenant's name, slug or domains.

    ``%`` and ``_`` are matched literally.
    """
    pattern = f"%{escaped(unicodedata.normalize('NFC', search.strip()).casefold())}%"
    owners = Domain.select(Domain.tenant).where(like(Domain.domain, pattern))
    return like(Tenant.folded_name, pattern) | like(Tenant.slug, pattern) | Tenant.id.is_in(owners)
