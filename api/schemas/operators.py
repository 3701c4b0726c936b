"""Operators and their tokens, as the command line shows them."""

from datetime import datetime
from uuid import UUID

from api.schemas.common import Output

__all__ = ["OperatorResponse", "TokenResponse"]


class TokenResponse(Output):
    """A token, of which only the prefix is stored."""

    id: UUID
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class OperatorResponse(Output):
    """An operator with all their tokens, the oldest first."""

    id: UUID
    name: str
    active: bool
    created_at: datetime
    tokens: list[TokenResponse]
