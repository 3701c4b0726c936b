"""Reads the audit trail page by page, newest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo_engines.columns import utc_now
from piccolo_engines.paging import Page, decode_cursor, page_of
from piccolo_engines.searching import escaped, like
from tenant_schema.users.audit.write import AUDIT_KEPT, first_id_at
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import AuditEvent

__all__ = ["AuditFilter", "AuditRecord", "AuditTrail"]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events to return.

    :param actor: a user's id. Events before the sign-in (sign-ins, wrong passwords) count by their subject.
    :param action: the name of an action, or ``user.*`` for all actions of a kind.
    :param operator: the name of the operator who acted with support access.
    :param since: the earliest time, inclusive. :param until: the latest time, exclusive.
    """

    actor: UUID | None = None
    action: str | None = None
    subject: UUID | None = None
    operator: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One event."""

    id: UUID
    at: datetime
    actor: UUID | None
    actor_email: str
    api_key: UUID | None
    action: str
    subject_kind: str
    subject: UUID | None
    subject_name: str
    detail: Mapping[str, Any]
    address: str
    request_id: str
    operator: str


class AuditTrail:
    """Events of the bound tenant. Requires ``audit:read``."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    async def page(
        self, access: Access, limit: int, cursor: str | None = None, wanted: AuditFilter | None = None
    ) -> Page[AuditRecord]:
        """Return a page of events, newest first. 1 statement. Raises InvalidCursor."""
        access.require_system("audit:read")
        query = AuditEvent.select().order_by(AuditEvent.id, ascending=False).limit(limit + 1)
        query = query.where(AuditEvent.id >= first_id_at(self._now() - AUDIT_KEPT))
        if cursor is not None:
            query = query.where(AuditEvent.id < decode_cursor(cursor))
        for condition in _conditions(wanted or AuditFilter()):
            query = query.where(condition)
        rows = await query.output(load_json=True)
        return page_of([_record(row) for row in rows], limit, lambda event: event.id)


def _conditions(wanted: AuditFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.actor is not None:
        nobody = AuditEvent.actor.is_null() & (AuditEvent.subject == wanted.actor)
        found.append((AuditEvent.actor == wanted.actor) | nobody)
    if wanted.subject is not None:
        found.append(AuditEvent.subject == wanted.subject)
    if wanted.operator is not None:
        found.append(AuditEvent.operator == wanted.operator)
    if wanted.action is not None and wanted.action.endswith(".*"):
        found.append(like(AuditEvent.action, f"{escaped(wanted.action[:-1])}%"))
    elif wanted.action is not None:
        found.append(AuditEvent.action == wanted.action)
    if wanted.since is not None:
        found.append(AuditEvent.id >= first_id_at(wanted.since))
    if wanted.until is not None:
        found.append(AuditEvent.id < first_id_at(wanted.until))
    return found


def _record(row: Mapping[str, Any]) -> AuditRecord:
    subject = (row["subject_kind"], row["subject"], row["subject_name"])
    actor = (row["actor"], row["actor_email"], row["api_key"])
    return AuditRecord(
        row["id"],
        row["created_at"],
        *actor,
        row["action"],
        *subject,
        row["detail"],
        row["address"],
        row["request_id"],
        row["operator"],
    )
