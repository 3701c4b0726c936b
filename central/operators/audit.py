"""The audit trail of operators: who did what to which tenant, from which address, in which request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from central.secrets.redaction import without_secrets
from central.tables import AuditEvent
from piccolo_engines.paging import MAX_LIMIT, Page, decode_cursor, page_of

__all__ = ["Actor", "AuditRecord", "complete", "page", "record"]

_LONGEST_REQUEST_ID = 128
_LONGEST_ADDRESS = 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``operator_id`` is None when the actor is no operator, such as the command line."""

    name: str
    operator_id: UUID | None = None
    request_id: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One recorded action."""

    id: UUID
    at: datetime
    actor: Actor
    action: str
    tenant_id: UUID | None
    tenant_slug: str | None
    detail: Mapping[str, Any]


async def record(
    actor: Actor,
    action: str,
    *,
    tenant_id: UUID | None = None,
    tenant_slug: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> UUID:
    """Record an action, such as ``tenant.suspend``, and return the event's id.

    Inside a transaction it is kept only if that is committed.

    Values in ``detail`` whose names are those of secrets are replaced by None.
    """
    event = AuditEvent(
        operator_id=actor.operator_id,
        operator_name=actor.name,
        action=action,
        tenant_id=tenant_id,
        tenant_slug=tenant_slug,
        detail=without_secrets(detail or {}),
        request_id=actor.request_id and actor.request_id[:_LONGEST_REQUEST_ID],
        address=actor.address and actor.address[:_LONGEST_ADDRESS],
    )
    await AuditEvent.insert(event)
    return event.id


async def complete(event_id: UUID, detail: Mapping[str, object]) -> None:
    """Replace an event's ``detail`` by one that has the outcome as well. 1 statement."""
    await AuditEvent.update({AuditEvent.detail: without_secrets(detail)}).where(AuditEvent.id == event_id)


async def page(
    limit: int,
    cursor: str | None = None,
    *,
    tenant_id: UUID | None = None,
    operator_id: UUID | None = None,
    action: str | None = None,
) -> Page[AuditRecord]:
    """Return a page of actions, newest first.

    Raises ``InvalidCursor``, and :class:`ValueError` for a limit outside of 1 to 200.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"A page has 1 to {MAX_LIMIT} items.")
    query = AuditEvent.select().order_by(AuditEvent.id, ascending=False).limit(limit + 1)
    if cursor is not None:
        query = query.where(AuditEvent.id < decode_cursor(cursor))
    wanted = {AuditEvent.tenant_id: tenant_id, AuditEvent.operator_id: operator_id, AuditEvent.action: action}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    return page_of([_record(row) for row in await query.output(load_json=True)], limit, lambda row: row.id)


def _record(row: dict[str, Any]) -> AuditRecord:
    actor = Actor(row["operator_name"], row["operator_id"], row["request_id"], row["address"])
    return AuditRecord(
        row["id"],
        row["created_at"],
        actor,
        row["action"],
        row["tenant_id"],
        row["tenant_slug"],
        row["detail"],
    )
