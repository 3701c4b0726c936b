"""/setup/tenants/{tenantId}/support: operators request access to a tenant."""

from litestar import Controller, get, post
from litestar.params import JSONBody

from api.openapi.described import problems
from api.operations.support_acts import SupportActs
from api.requests.sources import Injected, Query
from api.responses import NOT_STORED, Json
from api.schemas.paths import SupportGrantId, TenantId
from api.schemas.support import (
    NewSupportRequest,
    SupportPage,
    SupportQuery,
    SupportResponse,
    SupportTicketResponse,
)

__all__ = ["TenantSupportController"]


class TenantSupportController(Controller):
    """Operators access a tenant for some minutes, if the tenant allows it."""

    path = "/tenants/{tenantId:str}/support"
    tags = ("Support access",)

    @post(
        "/",
        operation_id="askForSupport",
        summary="Request support access to a tenant",
        description=(
            "Whether it is granted at once (`granted`), or an administrator of the tenant has to agree "
            "(`asked`), is a setting of the tenant; 403 `support-refused` if it allows no support access. A "
            "request that is not decided within 24 hours ends, and so does an earlier one of yours."
        ),
        response_description="The request.",
        responses=problems(403, 404, 409),
        body_example={"reason": "Ticket 4711: totals of the quarter are missing", "minutes": 30},
    )
    async def ask_for_support(
        self,
        support_acts: Injected[SupportActs],
        tenant_id: TenantId,
        data: JSONBody[NewSupportRequest],
    ) -> SupportResponse:
        """Request support access to a tenant."""
        return SupportResponse.of(await support_acts.ask(tenant_id, data.reason, data.minutes))

    @get(
        "/",
        operation_id="listTenantSupport",
        summary="The requests for support access to a tenant, newest first",
        response_description="A page.",
        responses=problems(404, 409),
        dependencies={"params": Query(SupportQuery)},
    )
    async def list_tenant_support(
        self,
        support_acts: Injected[SupportActs],
        tenant_id: TenantId,
        params: Injected[SupportQuery],
    ) -> SupportPage:
        """A page of requests."""
        return SupportPage.of(await support_acts.page(tenant_id, params.limit, params.start))

    @post(
        "/{grantId:str}/ticket",
        status_code=200,
        operation_id="createSupportTicket",
        summary="Get a link into the tenant",
        description=(
            "For your own request, once it is granted; as often as you like until it expires. The link is "
            "valid once, for 60 seconds. It begins a session of a browser that ends with the grant, or when "
            "one of your tokens is revoked."
        ),
        response_description="The link.",
        responses=problems(404, 409),
    )
    async def create_support_ticket(
        self, support_acts: Injected[SupportActs], tenant_id: TenantId, grant_id: SupportGrantId
    ) -> Json[SupportTicketResponse]:
        """Get a link into the tenant."""
        url, ticket = await support_acts.ticket(tenant_id, grant_id)
        return Json(SupportTicketResponse(ticket_url=url, expires_at=ticket.expires_at), headers=[NOT_STORED])

    @post(
        "/{grantId:str}/end",
        status_code=200,
        operation_id="endTenantSupport",
        summary="End support access, or withdraw a request",
        description="Any operator can end it. Its sessions end at once.",
        response_description="The request as it is now.",
        responses=problems(404, 409),
    )
    async def end_tenant_support(
        self, support_acts: Injected[SupportActs], tenant_id: TenantId, grant_id: SupportGrantId
    ) -> SupportResponse:
        """End support access."""
        return SupportResponse.of(await support_acts.end(tenant_id, grant_id))
