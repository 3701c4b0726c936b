"""/first-tenant on a central host: the first tenant, created by the link that ``freehold serve`` prints."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from litestar import Controller, post
from litestar.params import JSONBody

from api.composition import Platform
from api.openapi.described import problems
from api.operations.create_tenant import faults_of
from api.operations.first_tenant import FirstTenant
from api.requests.bodies import Check
from api.requests.guards import admits_own_pages
from api.requests.request import ApiRequest, CentralRequest
from api.requests.sources import CheckedBy, Injected
from api.responses import NOT_STORED, Json
from api.schemas.central_sign_in import FoundTenant
from api.schemas.tenants import FirstTenantRequest
from tenant_schema.problems import Problem

__all__ = ["FirstTenantController"]


def _faults(request: ApiRequest) -> Check:
    base_domains = request.platform.settings.base_domains

    def check(given: Mapping[str, Any]) -> Iterator[Problem]:
        for one in faults_of({**given, "primaryDomain": given.get("slug", "")}, base_domains):
            if one.field != "primaryDomain":
                yield one

    return check


class FirstTenantController(Controller):
    """The first tenant, for who has the link."""

    path = "/first-tenant"
    tags = ("Tenants",)

    @post(
        "/",
        before_request=admits_own_pages,
        operation_id="createFirstTenant",
        summary="Create the first tenant by a link",
        description=(
            "In local mode, `freehold serve` prints a link while there is no tenant. Its token admits this "
            "request without an operator's token. The response has a page of the tenant with a ticket that "
            "signs the administrator in. A request from another origin's page is 403 `cross-site`."
        ),
        response_description="The tenant.",
        responses=problems(403, 409),
        body_example={
            "token": "fhw_k1.1767225600.…",
            "name": "Acme Corporation",
            "slug": "acme",
            "admin": {
                "email": "ada@acme.example",
                "password": "correct horse battery",
                "name": "Ada Lovelace",
            },
        },
        example={
            "name": "Acme Corporation",
            "slug": "acme",
            "url": "http://acme.localhost:8000",
            "ticketUrl": "http://acme.localhost:8000/login#ticket=fht_…",
        },
    )
    async def create_first_tenant(
        self,
        request: CentralRequest,
        platform: Injected[Platform],
        data: JSONBody[Annotated[FirstTenantRequest, CheckedBy(_faults)]],
    ) -> Json[FoundTenant]:
        """Create the first tenant."""
        first = FirstTenant(platform, request.context.id, request.address)
        tenant, ticket = await first.create(data.token, data.tenant())
        url = platform.settings.url_of(tenant.primary_domain)
        return Json(FoundTenant.of(tenant, url, ticket), status_code=201, headers=[NOT_STORED])
