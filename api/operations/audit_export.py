"""The events of a tenant's audit trail as CSV."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from tenant_schema.records.csv.export_csv import chained, csv_lines, harmless
from tenant_schema.users.audit.service import AuditFilter, AuditRecord, AuditTrail
from tenant_schema.users.rights.permissions import Access

__all__ = ["COLUMNS", "events_as_csv"]

COLUMNS: Final = (
    *("id", "at", "action", "actorId", "actor", "apiKey", "operator", "subjectKind", "subjectId"),
    *("subject", "address", "requestId", "detail"),
)
_PAGE: Final = 1_000


async def events_as_csv(trail: AuditTrail, access: Access, wanted: AuditFilter) -> AsyncIterator[bytes]:
    """Return a CSV file (RFC 4180, UTF-8), piece by piece, of the events, newest first. The first piece is
    read by now: what is wrong is raised before the file begins. Raises PermissionDenied.
    """
    pieces = _pieces(trail, access, wanted)
    return chained(await anext(pieces), pieces)


async def _pieces(trail: AuditTrail, access: Access, wanted: AuditFilter) -> AsyncIterator[bytes]:
    head: list[Sequence[object]] = [COLUMNS]
    cursor: str | None = None
    while True:
        page = await trail.page(access, _PAGE, cursor, wanted)
        yield csv_lines([*head, *map(_row, page.items)], ",")
        head, cursor = [], page.next
        if cursor is None:
            return


def _row(event: AuditRecord) -> Sequence[object]:
    """Return the cells of an event. Texts of others cannot be formulas of a spreadsheet."""
    return (
        event.id,
        msgspec.to_builtins(event.at),
        event.action,
        event.actor,
        harmless(event.actor_email),
        event.api_key,
        harmless(event.operator),
        event.subject_kind,
        event.subject,
        harmless(event.subject_name),
        harmless(event.address),
        harmless(event.request_id),
        msgspec.json.encode(event.detail).decode(),
    )
