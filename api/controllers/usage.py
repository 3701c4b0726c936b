"""/setup/tenants/{tenantId}/usage, /setup/usage.csv and /api/v1/usage: what tenants use."""

from litestar import Controller, get

from api.composition import Platform
from api.openapi.described import CONTENT_DISPOSITION, problems
from api.operations.usage_reports import usage_as_csv, usage_of
from api.requests.sources import Injected, Query
from api.responses import CSV, Prepared, Stream
from api.schemas.paths import TenantId
from api.schemas.usage import UsageQuery, UsageResponse
from central.registry import Registry
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["OwnUsageController", "UsageController"]


class UsageController(Controller):
    """What tenants use, for operators."""

    tags = ("Plans and usage",)

    @get(
        "/tenants/{tenantId:str}/usage",
        operation_id="readUsage",
        summary="What a tenant may use, uses, and used on each day",
        description=(
            "Requests are counted by each process, and added to the day within a minute. Rows, storage, "
            "users and objects are measured every quarter of an hour while something is written; otherwise "
            "they are those of the day before. Days are kept for 13 months."
        ),
        response_description="The usage.",
        responses=problems(404),
        dependencies={"params": Query(UsageQuery)},
    )
    async def read_usage(
        self, registry: Injected[Registry], tenant_id: TenantId, params: Injected[UsageQuery]
    ) -> UsageResponse:
        """What a tenant uses."""
        tenant = await registry.get(tenant_id)
        return await usage_of(tenant.id, tenant.limits, params)

    @get(
        "/usage.csv",
        operation_id="exportUsage",
        summary="What all tenants used on each day, as CSV",
        description="RFC 4180 in UTF-8, the earliest day first, with the names of the columns before.",
        media_type="text/csv",
        response_description="The file.",
        response_headers=[CONTENT_DISPOSITION],
        dependencies={"params": Query(UsageQuery)},
        example="tenantId,slug,day\r\n0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11,acme,2026-02-28\r\n",
    )
    async def export_usage(self, params: Injected[UsageQuery]) -> Prepared[str]:
        """What all tenants used."""
        disposition = (b"content-disposition", b'attachment; filename="usage.csv"')
        pieces = usage_as_csv(*params.days())
        return Prepared(Stream(pieces, [(b"content-type", CSV), disposition]))


class OwnUsageController(Controller):
    """What the tenant uses, for its administrators."""

    path = "/usage"
    tags = ("Tenant settings",)

    @get(
        "/",
        operation_id="readOwnUsage",
        summary="What the tenant may use, uses, and used on each day",
        description="Requires `tenant:manage`. Days are in UTC.",
        response_description="The usage.",
        dependencies={"params": Query(UsageQuery)},
    )
    async def read_own_usage(
        self,
        platform: Injected[Platform],
        tenant: Injected[TenantScope],
        access: Injected[Access],
        params: Injected[UsageQuery],
    ) -> UsageResponse:
        """What the tenant uses."""
        access.require_system("tenant:manage")
        limits = (await platform.registry.get(tenant.id)).limits
        return await usage_of(tenant.id, limits, params)
