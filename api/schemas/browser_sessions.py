"""Sessions of browsers: response bodies."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from api.schemas.auth import UserResponse
from api.schemas.common import Input, Output, SignInCode
from tenant_schema.users.sessions.store import SessionUser

__all__ = ["SessionState", "TicketRequest"]


class TicketRequest(Input):
    """A ticket of a central host, from the address of the page that it led to."""

    ticket: Annotated[str, Meta(max_length=200, examples=["fht_…"])]
    code: SignInCode | UnsetType = UNSET


class SessionState(Output):
    """The session of a browser. Its secret is in the cookie alone."""

    user: UserResponse
    expires_at: Annotated[datetime, Meta(description="When the session ends unless it is used again.")]

    @classmethod
    def of(cls, user: SessionUser, expires_at: datetime) -> "SessionState":
        return cls(user=UserResponse.of(user), expires_at=expires_at)
