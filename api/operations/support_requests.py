"""Requests with support access, recorded in the tenant's audit trail and in that of the operators.

Both events are written before the request is executed, the operators' first, each in a transaction of its
own: whatever happened afterwards, neither trail lacks it. The status is added to both when the response was
sent; it is null if the process died, or the client disconnected, before.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from api.composition import Platform
from api.middleware.request_context import RecordedRequest, RequestContext
from central.operators import audit
from central.operators.audit import Actor
from piccolo_engines.errors import DatabaseError
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, complete_event, record_event
from tenant_schema.users.errors import SupportEnded
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.support.records import SupportOperator

__all__ = ["COMMAND_LINE_ID", "actor_of", "is_authorised", "record_request", "record_status"]

COMMAND_LINE_ID = UUID(int=0)
"""The id that stands for the command line in place of an operator's. It has no tokens to revoke."""


async def record_request(
    platform: Platform, scope: TenantScope, access: Access, context: RequestContext, address: str
) -> None:
    """Record the request of a caller with support access, unless it is recorded. 1 statement in the tenant,
    2 in the central database.

    :raises SupportEnded: the access has expired, or the operator is none any more, or a token of theirs was
        revoked since the session began. The access is then ended.
    """
    support = access.support
    if support is None or context.support is not None:
        return
    platform.people.support.require_in_force(access)
    actor = actor_of(SupportOperator(support.operator_id, support.operator_name), context.id, address)
    if not await is_authorised(platform, support.operator_id, support.since):
        await _record(actor, "support.end", scope, {"grant": str(support.grant), "reason": "revoked"})
        await platform.people.support.end_expelled(scope, access)
        raise SupportEnded
    detail = {"grant": str(support.grant), "method": context.method, "path": context.path, "status": None}
    central_event = await _record(actor, "support.request", scope, detail)
    subject = Subject("support", support.grant, support.operator_name)
    tenant_event = await record_event(access, "support.request", subject, detail)
    context.support = RecordedRequest(tenant_event, central_event, detail)


async def record_status(recorded: RecordedRequest, status: int) -> None:
    """Add the status of the response to both events, as far as the databases are available."""
    detail = {**recorded.detail, "status": status}
    with suppress(DatabaseError):
        await audit.complete(recorded.central_event, detail)
    with suppress(DatabaseError):
        await complete_event(recorded.tenant_event, detail)


def actor_of(operator: SupportOperator, request_id: str, address: str) -> Actor:
    """Return the operator, as named in the audit trail."""
    operator_id = None if operator.id == COMMAND_LINE_ID else operator.id
    return Actor(operator.name, operator_id, request_id, address)


async def is_authorised(platform: Platform, operator_id: UUID, since: datetime) -> bool:
    """Whether the operator has a valid token, and none was revoked since that time. 1 statement."""
    if operator_id == COMMAND_LINE_ID:
        return True
    return await platform.operators.is_still_authorised(operator_id, since)


async def _record(actor: Actor, action: str, scope: TenantScope, detail: Mapping[str, object]) -> UUID:
    return await audit.record(actor, action, tenant_id=scope.id, tenant_slug=scope.slug, detail=detail)
