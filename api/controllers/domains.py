"""/setup/tenants/{tenantId}/domains: the host names by which a tenant is found."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from api.openapi.described import problems
from api.operations.tenant_acts import TenantActs
from api.requests.sources import Injected
from api.schemas.paths import DomainName, TenantId
from api.schemas.tenants import Deleted, DomainList, DomainResponse, NewDomain
from central.registry import Registry

__all__ = ["DomainController"]


class DomainController(Controller):
    """The host names of a tenant."""

    path = "/tenants/{tenantId:str}/domains"
    tags = ("Domains",)

    @get(
        "/",
        operation_id="listDomains",
        summary="All host names of a tenant, the primary one first",
        response_description="The host names.",
        responses=problems(404),
    )
    async def list_domains(self, registry: Injected[Registry], tenant_id: TenantId) -> DomainList:
        """All host names of a tenant."""
        return DomainList(data=[DomainResponse.of(record) for record in await registry.domains(tenant_id)])

    @post(
        "/",
        operation_id="addDomain",
        summary="Add a host name to a tenant",
        description="It leads to the tenant from the next request on; pointing its DNS here is up to you.",
        response_description="The host name.",
        responses=problems(404, 409),
        body_example={"domain": "crm.acme.example"},
    )
    async def add_domain(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, data: JSONBody[NewDomain]
    ) -> DomainResponse:
        """Add a host name to a tenant."""
        return DomainResponse.of(await tenants.add_domain(tenant_id, data.domain))

    @delete(
        "/{domain:str}",
        status_code=200,
        operation_id="removeDomain",
        summary="Remove a host name from a tenant",
        description="The primary one stays as long as the tenant.",
        response_description="It is gone.",
        responses=problems(404, 409),
        example={"success": True},
    )
    async def remove_domain(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, domain: DomainName
    ) -> Deleted:
        """Remove a host name from a tenant."""
        await tenants.remove_domain(tenant_id, domain)
        return Deleted(success=True)
