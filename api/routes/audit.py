"""/api/v1/audit: who did what."""

from typing import Final

from litestar import get
from msgspec import UNSET

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, json
from api.schemas.access import AuditPage, AuditQuery
from tenant_schema.users.audit.write import AUDIT_KEPT

__all__ = ["ROUTES", "list_events"]


@get(
    "/audit",
    operation=Operation(
        id="listEvents",
        tag="Audit",
        summary="Who did what, the newest first",
        description=(
            "Sign-ins and failures of them, and changes of users, roles, keys and definitions; changes of "
            f"records are in their histories. Takes `audit:read`. Kept for {AUDIT_KEPT.days} days."
        ),
        query=AuditQuery,
        replies={200: Reply("A page.", AuditPage)},
    ),
)
async def list_events(request: TenantRequest) -> RawResponse:
    """Who did what."""
    query = request.query_as(AuditQuery)
    cursor = None if query.cursor is UNSET else query.cursor
    page = await request.platform.people.audit.page(request.access, query.limit, cursor, query.wanted())
    return json(AuditPage.of(page))


ROUTES: Final = (list_events,)
