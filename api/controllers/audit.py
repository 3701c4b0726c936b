"""/api/v1/audit: the audit trail of a tenant."""

from litestar import Controller, get
from msgspec import UNSET

from api.openapi.described import CONTENT_DISPOSITION, problems
from api.operations.audit_export import events_as_csv
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import CSV, Prepared, Stream
from api.schemas.access import AuditExportQuery, AuditPage, AuditQuery
from tenant_schema.scope import TenantScope
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

    @get(
        "/export.csv",
        operation_id="exportEvents",
        summary="Events as CSV",
        description=(
            "All events that match, newest first, RFC 4180 in UTF-8, with the names of the columns in the "
            "first line; `detail` is JSON. A text that a spreadsheet would take for a formula has an "
            "apostrophe in front. Requires `audit:read`."
        ),
        media_type="text/csv",
        response_description="The file.",
        response_headers=[CONTENT_DISPOSITION],
        responses=problems(429),
        dependencies={"params": Query(AuditExportQuery)},
        example="id,at,action\r\n0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11,2026-02-28T12:30:00Z,role.update\r\n",
    )
    async def export_events(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        audit: Injected[AuditTrail],
        params: Injected[AuditExportQuery],
    ) -> Prepared[str]:
        """A CSV file."""
        request.hold(request.platform.long_requests.exports.take(tenant.id))
        pieces = await events_as_csv(audit, access, params.wanted())
        disposition = (b"content-disposition", b'attachment; filename="audit.csv"')
        return Prepared(Stream(pieces, [(b"content-type", CSV), disposition]))
