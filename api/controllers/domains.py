"""/setup/tenants/{tenantId}/domains: the host names by which a tenant is found."""

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.openapi.described import problems
from api.operations.domains import domains_of, response_of
from api.operations.tenant_acts import TenantActs
from api.requests.sources import Injected
from api.schemas.paths import DomainName, TenantId
from api.schemas.tenants import Deleted, DomainList, DomainResponse, NewDomain
from central.domains.service import DomainService
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
        description="Those to be proven come last, with the records that prove them.",
        response_description="The host names.",
        responses=problems(404),
    )
    async def list_domains(
        self, registry: Injected[Registry], domains: Injected[DomainService], tenant_id: TenantId
    ) -> DomainList:
        """All host names of a tenant."""
        return DomainList(data=await domains_of(registry, domains, tenant_id))

    @post(
        "/",
        operation_id="addDomain",
        summary="Add a host name to a tenant",
        description=(
            "A name under a base domain, and a trusted one, leads to the tenant from the next request on. "
            "Any other one does so when a record in the DNS proves it: the TXT record of `challenge`, or the "
            "CNAME record of `alternative`. The DNS is looked up every ten minutes, and on request."
        ),
        response_description="The host name.",
        responses=problems(404, 409),
        body_example={"domain": "crm.acme.example"},
    )
    async def add_domain(
        self,
        tenants: Injected[TenantActs],
        domains: Injected[DomainService],
        tenant_id: TenantId,
        data: JSONBody[NewDomain],
    ) -> DomainResponse:
        """Add a host name to a tenant."""
        trusted = None if data.trusted is UNSET else data.trusted
        added = await tenants.add_domain(tenant_id, data.domain, trusted=trusted)
        return await response_of(domains, added)

    @post(
        "/{domain:str}/verify",
        status_code=200,
        operation_id="verifyDomain",
        summary="Look up whether the DNS proves a host name",
        description=(
            "If it does, the name leads to the tenant from the next request on. The problem `not-proven` "
            "says which records were found instead."
        ),
        response_description="The host name, which is proven.",
        responses=problems(404, 409, 503),
    )
    async def verify_domain(
        self, tenants: Injected[TenantActs], tenant_id: TenantId, domain: DomainName
    ) -> DomainResponse:
        """Look up whether the DNS proves a host name."""
        return DomainResponse.of(await tenants.verify_domain(tenant_id, domain))

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
