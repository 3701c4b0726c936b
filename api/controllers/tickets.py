"""/api/v1/auth/ticket: beginning a session of this tenant with a ticket of a central host."""

from litestar import Controller, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.composition import Platform
from api.errors import TenantReadOnly
from api.openapi.described import problems
from api.operations.support_entry import enter_with_ticket
from api.requests.cookies import arrival_of, keep_session
from api.requests.guards import admits_own_pages
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.browser_sessions import SessionState, TicketRequest
from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in.tickets import TICKET_PREFIX

__all__ = ["TicketController"]


class TicketController(Controller):
    """A ticket is one use of a link into the tenant."""

    path = "/auth/ticket"
    tags = ("Signing in",)

    @post(
        "/",
        before_request=admits_own_pages,
        status_code=200,
        operation_id="redeemTicket",
        summary="Begin a session with a ticket",
        description=(
            "A ticket works once, for 60 seconds, on one tenant. It is from `POST /sign-in` on a central "
            "host, in the fragment of `ticketUrl`. That of an operator with support access begins a session "
            "that ends with the grant. A user with a second factor gets 401 `factor-required` without a "
            "`code`, and may send the same ticket again with one. Sets the cookies of "
            "`/api/v1/auth/session`. A request from another origin's page is 403 `cross-site`."
        ),
        response_description="A new session, whose secret is in the cookie.",
        responses=problems(401, 429),
    )
    async def redeem_ticket(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        platform: Injected[Platform],
        data: JSONBody[TicketRequest],
    ) -> Json[SessionState]:
        """Begin a session with a ticket."""
        if data.ticket.startswith(TICKET_PREFIX):
            code = None if data.code is UNSET else data.code
            session = await platform.tickets.open_session(tenant, data.ticket, arrival_of(request), code)
        elif request.is_read_only:  # what an operator does is recorded first
            raise TenantReadOnly
        else:
            arrival = arrival_of(request, methods=())
            session = await enter_with_ticket(platform, tenant, data.ticket, arrival, request.context.id)
        state = SessionState.of(session.user, session.expires_at)
        return Json(state, headers=[NOT_STORED, *keep_session(request, session)])
