"""An outbox whose messages can be read: they are encoded instead of sealed, and marks are ignored."""

from typing import Any
from uuid import UUID

import msgspec

from tenant_schema.outbox import Outbox, OutboxMessage
from tenant_schema.scope import TenantScope

__all__ = ["READABLE", "messages_of"]


def _seal(_tenant_id: UUID, payload: bytes) -> str:
    return payload.decode()


async def _mark(_scope: TenantScope) -> None: ...


READABLE = Outbox(_seal, _mark)


async def messages_of(kind: str) -> list[dict[str, Any]]:
    """Take the payloads of all messages of this kind from the bound tenant, in order."""
    of_kind = OutboxMessage.kind == kind
    rows = await OutboxMessage.select(OutboxMessage.payload).where(of_kind).order_by(OutboxMessage.id)
    await OutboxMessage.delete().where(of_kind)
    return [msgspec.json.decode(row["payload"]) for row in rows]
