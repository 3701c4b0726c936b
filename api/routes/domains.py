"""/setup/tenants/{tenantId}/domains: the host names by which a tenant is found."""

from typing import Final
from uuid import UUID

from litestar import delete, get, post

from api.openapi.operation import Operation, Reply
from api.operations.tenant_acts import TenantActs
from api.requests.request import CentralRequest
from api.responses import RawResponse, json
from api.schemas.tenants import Deleted, DomainAnswer, DomainList, NewDomain
from central.errors import TenantNotFound

__all__ = ["ROUTES", "add_domain", "asked_tenant", "list_domains", "remove_domain"]

_TAG = "Domains"


def asked_tenant(request: CentralRequest) -> UUID:
    """The tenant's id in the path. Raises :class:`~central.errors.TenantNotFound` for what is no id."""
    found = request.path_id("tenantId")
    if found is None:
        raise TenantNotFound(request.path_params["tenantId"])
    return found


@get(
    "/tenants/{tenantId:str}/domains",
    operation=Operation(
        id="listDomains",
        tag=_TAG,
        summary="All host names of a tenant, the primary one first",
        replies={200: Reply("The host names.", DomainList)},
        problems=(404,),
    ),
)
async def list_domains(request: CentralRequest) -> RawResponse:
    """All host names of a tenant."""
    records = await request.platform.registry.domains(asked_tenant(request))
    return json(DomainList(data=[DomainAnswer.of(record) for record in records]))


@post(
    "/tenants/{tenantId:str}/domains",
    operation=Operation(
        id="addDomain",
        tag=_TAG,
        summary="Give a tenant another host name",
        description="It leads to the tenant from the next request on; pointing its DNS here is up to you.",
        body=NewDomain,
        body_example={"domain": "crm.acme.example"},
        replies={201: Reply("The host name.", DomainAnswer)},
        problems=(404, 409),
    ),
)
async def add_domain(request: CentralRequest) -> RawResponse:
    """Give a tenant another host name."""
    given = await request.read(NewDomain)
    acts = TenantActs(request.platform, request.actor)
    record = await acts.add_domain(asked_tenant(request), given.domain)
    return json(DomainAnswer.of(record), 201)


@delete(
    "/tenants/{tenantId:str}/domains/{domain:str}",
    status_code=200,
    operation=Operation(
        id="removeDomain",
        tag=_TAG,
        summary="Take a host name away",
        description="The primary one stays as long as the tenant.",
        replies={200: Reply("It is gone.", Deleted, {"success": True})},
        problems=(404, 409),
    ),
)
async def remove_domain(request: CentralRequest) -> RawResponse:
    """Take a host name away."""
    acts = TenantActs(request.platform, request.actor)
    await acts.remove_domain(asked_tenant(request), request.path_params["domain"])
    return json(Deleted(success=True))


ROUTES: Final = (list_domains, add_domain, remove_domain)
