"""/setup/tenants/{tenantId}/domains: the host names by which a tenant is found."""

from typing import Final
from uuid import UUID

from litestar import delete, get, post

from api.answers import Answer, json
from api.openapi.operation import Operation, Reply
from api.requests import CentralRequest
from api.routes.tenants import asked_tenant
from api.schemas.tenants import Deleted, DomainAnswer, DomainList, NewDomain
from central import audit
from central.errors import DomainNotFound, InvalidDomain
from central.hostnames import parse_domain, parse_tenant_domain

__all__ = ["ROUTES", "add_domain", "list_domains", "remove_domain"]

_TAG = "Domains"


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
async def list_domains(request: CentralRequest) -> Answer:
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
async def add_domain(request: CentralRequest) -> Answer:
    """Give a tenant another host name."""
    platform, tenant_id = request.platform, asked_tenant(request)
    given = await request.read(NewDomain)
    domain = parse_tenant_domain(given.domain, platform.settings.base_domains)
    async with platform.registry.changing():
        record = await platform.registry.add_domain(tenant_id, domain)
        await _record(request, "domain.add", tenant_id, domain)
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
async def remove_domain(request: CentralRequest) -> Answer:
    """Take a host name away."""
    registry, tenant_id = request.platform.registry, asked_tenant(request)
    domain = _canonical(request.path_params["domain"])
    async with registry.changing():
        await registry.remove_domain(tenant_id, domain)
        await _record(request, "domain.remove", tenant_id, domain)
    return json(Deleted(success=True))


def _canonical(text: str) -> str:
    """The name as the registry has it; what is no name at all is nobody's."""
    try:
        return parse_domain(text)
    except InvalidDomain:
        raise DomainNotFound(text) from None


async def _record(request: CentralRequest, action: str, tenant_id: UUID, domain: str) -> None:
    tenant = await request.platform.registry.get(tenant_id)
    await audit.record(
        request.actor, action, tenant_id=tenant_id, tenant_slug=tenant.slug, detail={"domain": domain}
    )


ROUTES: Final = (list_domains, add_domain, remove_domain)
