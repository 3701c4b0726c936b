"""Sessions that get their second factor after they were started."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenant_schema.users.tables import Session

__all__ = ["complete_session"]

_LONGEST = 100


async def complete_session(session_id: UUID, methods: Sequence[str], now: datetime) -> None:
    """Record a second factor of a session. 2 statements; the caller counts the ``access`` version."""
    row = await Session.select(Session.methods).where(Session.id == session_id).first()
    known = [] if row is None else row["methods"].split()
    found = dict.fromkeys((*known, *methods, "mfa"))
    text = " ".join(found)[:_LONGEST]
    changes: dict[Any, Any] = {
        Session.second_factor_at: now,
        Session.confirmed_at: now,
        Session.methods: text,
    }
    await Session.update(changes).where(Session.id == session_id)
