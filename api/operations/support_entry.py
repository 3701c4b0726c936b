"""Entering a tenant with a support ticket: recorded for the operators, then in the tenant."""

from api.composition import Platform
from api.operations.support_requests import actor_of, is_authorised
from central.operators import audit
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Origin, came_from
from tenant_schema.users.errors import TicketInvalid
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession

__all__ = ["enter_with_ticket"]


async def enter_with_ticket(
    platform: Platform, scope: TenantScope, ticket: str, arrival: Arrival, request_id: str
) -> BrowserSession:
    """Begin a session of the operator's user that lasts as long as the grant. Works once for each ticket.

    :raises TicketInvalid: it was used, has expired, or is not one of this tenant's; its grant has ended; or a
        token of the operator's was revoked since.
    """
    found = await platform.support_tickets.find(scope, ticket)
    operator = found.grant.operator
    if not await is_authorised(platform, operator.id, found.issued_at):
        raise TicketInvalid
    actor = actor_of(operator, request_id, arrival.address)
    detail = {"grant": str(found.grant.id)}
    await audit.record(actor, "support.enter", tenant_id=scope.id, tenant_slug=scope.slug, detail=detail)
    with came_from(Origin(request_id, arrival.address, operator.name)):
        return await platform.support_tickets.redeem(scope, found, arrival)
