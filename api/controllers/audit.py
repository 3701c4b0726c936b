"""/api/v1/audit: the audit trail of a tenant."""

from litestar import Controller, get
from msgspec import UNSET

from api.requests.sources import Injected, Query
from api.schemas.access import AuditPage, AuditQuery
from tenant_schema.users.audit.service import AuditTrail
from tenant_schema.users.audit.write import AUDIT_KEPT
from tenant_schema.users.rights.permissions import Access

__all__ = ["AuditController"]


class AuditController(Controller):
    """Sign-ins and changes of users, roles, keys and definitions."""

    path = "/audit"
    tags = ("Audit",)

    @get(
        "/",
        operation_id="listEvents",
        summary="Events, newest first",
        description=(
            "Sign-ins, failed sign-ins, and changes of users, roles, keys and definitions; changes of "
            f"records are in their histories. Requires `audit:read`. Kept for {AUDIT_KEPT.days} days."
        ),
        response_description="A page.",
        dependencies={"params": Query(AuditQuery)},
    )
    async def list_events(
        self, access: Injected[Access], audit: Injected[AuditTrail], params: Injected[AuditQuery]
    ) -> AuditPage:
        """A page of events."""
        cursor = None if params.cursor is UNSET else params.cursor
        return AuditPage.of(await audit.page(access, params.limit, cursor, params.wanted()))
