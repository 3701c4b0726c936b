"""Sessions as rows: started by a sign-in, kept alive by refreshing, ended once and for good.

Whatever ends a session must bump the ``access`` version, which is the caller's part: see
:mod:`tenant_schema.users.auth`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from piccolo.custom_types import Combinable

from piccolo_engines.columns import new_id
from tenant_schema.users.refresh_tokens import RefreshToken
from tenant_schema.users.tables import Session

__all__ = [
    "EndReason",
    "Opened",
    "Refusal",
    "SessionLimits",
    "SessionUser",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "open_session",
    "rotate_session",
]

_ADDRESS_LENGTH = 45
_USER_AGENT_LENGTH = 255


class EndReason(StrEnum):
    """Why a session ended, as its row says."""

    SIGNED_OUT = "signed-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a reason, not a password
    TOKEN_REUSED = "token-reused"  # noqa: S105 - a reason, not a token
    DEACTIVATED = "deactivated"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a reason, not a password
    ENDED = "ended"


class Refusal(StrEnum):
    """Why a refresh token is not taken."""

    INVALID = "invalid"
    EXPIRED = "expired"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts unless refreshed, and at most; how long a dead row is kept to be looked at."""

    idle: timedelta = timedelta(days=30)
    absolute: timedelta = timedelta(days=90)
    kept: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SessionUser:
    """The user of a session, as far as a sign-in answers with it."""

    id: UUID
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was started or refreshed: its new refresh token, and its end unless refreshed again."""

    session_id: UUID
    user: SessionUser
    refresh_token: RefreshToken
    expires_at: datetime


async def open_session(
    user: SessionUser, address: str, user_agent: str, limits: SessionLimits, now: datetime
) -> Opened:
    """Start a session and drop the user's long dead ones. 2 statements."""
    await Session.delete().where((Session.user == user.id) & _is_long_dead(now - limits.kept))
    session_id = new_id()
    token = RefreshToken.first(session_id)
    expires_at = now + limits.absolute
    idle_expires_at = min(now + limits.idle, expires_at)
    await Session.insert(
        Session(
            id=session_id,
            user=user.id,
            family_hash=token.family_hash,
            refresh_hash=token.refresh_hash,
            address=address[:_ADDRESS_LENGTH],
            user_agent=user_agent[:_USER_AGENT_LENGTH],
            last_used_at=now,
            idle_expires_at=idle_expires_at,
            expires_at=expires_at,
        )
    )
    return Opened(session_id, user, token, idle_expires_at)


async def rotate_session(token: RefreshToken, limits: SessionLimits, now: datetime) -> Opened | Refusal:
    """Swap a session's refresh token for the next one. 2 statements; call it in a transaction.

    Of two that come with the same token one is swapped and the other is REUSED, since the swap only happens
    where the row still has this token. Ending the session then is the caller's part.
    """
    row = await _read(token.session_id)
    if row is None or not token.is_of_family(row["family_hash"]) or row["ended_at"] or not row["user.active"]:
        return Refusal.INVALID
    if min(row["idle_expires_at"], row["expires_at"]) <= now:
        return Refusal.EXPIRED
    successor = token.next()
    idle_expires_at = min(now + limits.idle, row["expires_at"])
    if not await _swap(token, successor, idle_expires_at, now):
        return Refusal.REUSED
    user = SessionUser(row["user"], row["user.email"], row["user.name"])
    return Opened(token.session_id, user, successor, idle_expires_at)


async def end_session(session_id: UUID, reason: EndReason, now: datetime) -> None:
    """End a session; one that is over already keeps its end. 1 statement."""
    await _end((Session.id == session_id) & Session.ended_at.is_null(), reason, now)


async def end_other_sessions(user_id: UUID, kept_id: UUID, reason: EndReason, now: datetime) -> None:
    """End all sessions of a user but one. 1 statement."""
    others = (Session.user == user_id) & (Session.id != kept_id) & Session.ended_at.is_null()
    await _end(others, reason, now)


async def end_sessions_of(user_id: UUID, reason: EndReason, now: datetime) -> None:
    """End all sessions of a user. 1 statement."""
    await _end((Session.user == user_id) & Session.ended_at.is_null(), reason, now)


def _is_long_dead(before: datetime) -> Combinable:
    return (Session.expires_at < before) | (Session.idle_expires_at < before) | (Session.ended_at < before)


async def _read(session_id: UUID) -> dict[str, Any] | None:
    return (
        await Session.select(
            Session.user,
            Session.user.email,
            Session.user.name,
            Session.user.active,
            Session.family_hash,
            Session.idle_expires_at,
            Session.expires_at,
            Session.ended_at,
        )
        .where(Session.id == session_id)
        .first()
    )


async def _swap(
    token: RefreshToken, successor: RefreshToken, idle_expires_at: datetime, now: datetime
) -> bool:
    swapped = (
        await Session.update(
            {
                Session.refresh_hash: successor.refresh_hash,
                Session.last_used_at: now,
                Session.idle_expires_at: idle_expires_at,
            }
        )
        .where(
            (Session.id == token.session_id)
            & (Session.refresh_hash == token.refresh_hash)
            & Session.ended_at.is_null()
        )
        .returning(Session.id)
    )
    return bool(swapped)


async def _end(which: Combinable, reason: EndReason, now: datetime) -> None:
    await Session.update({Session.ended_at: now, Session.end_reason: reason.value}).where(which)
