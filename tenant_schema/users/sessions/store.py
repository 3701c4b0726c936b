"""Sessions as rows: started by a sign-in, extended by refreshing, ended.

Whoever ends a session has to count the ``access`` version, see
:mod:`tenant_schema.users.sign_in.service`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from piccolo.custom_types import Combinable

from piccolo_engines.columns import new_id
from tenant_schema.tenant_cache import CacheVersion
from tenant_schema.users.sessions.refresh_tokens import RefreshToken
from tenant_schema.users.sign_in_tables import SignInChallenge
from tenant_schema.users.tables import OneTimeLink, Session, SessionToken, SignInThrottle

__all__ = [
    "GRACE",
    "EndReason",
    "Opened",
    "Refreshable",
    "Refusal",
    "SessionLimits",
    "SessionUser",
    "end_other_sessions",
    "end_session",
    "end_session_with_secret",
    "end_sessions_of",
    "extend_session",
    "find_session",
    "insert_session",
    "open_session",
    "rotate_session",
    "tables_of_open_sessions",
]

GRACE: Final = timedelta(seconds=10)
"""How long after its first use a refresh token may be used again."""

_MOST_TOKENS: Final = 200
"""How many refresh tokens a session may have that can be used; the oldest go."""
_ADDRESS_LENGTH = 45
_USER_AGENT_LENGTH = 255
_METHODS_LENGTH = 100


class EndReason(StrEnum):
    """Why a session ended, as its row has it."""

    SIGNED_OUT = "signed-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a reason, not a password
    TOKEN_REUSED = "token-reused"  # noqa: S105 - a reason, not a token
    DEACTIVATED = "deactivated"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a reason, not a password
    ENDED = "ended"
    REPLACED = "replaced"
    SUPPORT_ENDED = "support-ended"


class Refusal(StrEnum):
    """Why a refresh token is refused."""

    INVALID = "invalid"
    EXPIRED = "expired"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts.

    :param idle: without a refresh. :param absolute: at most. :param kept: how long its row stays after its
        end.
    """

    idle: timedelta = timedelta(days=30)
    absolute: timedelta = timedelta(days=90)
    kept: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SessionUser:
    """The user of a session, as responses to sign-ins have it."""

    id: UUID
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was started or refreshed, with its new refresh token. ``expires_at`` is its end unless
    it is refreshed again.
    """

    session_id: UUID
    user: SessionUser
    refresh_token: RefreshToken
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refreshable:
    """An active session, found by one of its refresh tokens. ``expires_at`` is its absolute end."""

    token: RefreshToken
    user: SessionUser
    expires_at: datetime


async def open_session(
    user: SessionUser,
    address: str,
    user_agent: str,
    limits: SessionLimits,
    now: datetime,
    *,
    methods: Sequence[str] = ("pwd",),
    second_factor: bool = False,
) -> Opened:
    """Start a session and delete the user's sessions that ended long ago. 3 statements."""
    session_id = new_id()
    token = RefreshToken.first(session_id)
    expires_at = await insert_session(
        session_id,
        user,
        limits,
        now,
        address=address,
        user_agent=user_agent,
        methods=methods,
        second_factor=second_factor,
        family_hash=token.family_hash,
    )
    await SessionToken.insert(SessionToken(session=session_id, token_hash=token.token_hash))
    return Opened(session_id, user, token, expires_at)


async def insert_session(
    session_id: UUID,
    user: SessionUser,
    limits: SessionLimits,
    now: datetime,
    *,
    address: str,
    user_agent: str,
    methods: Sequence[str] = ("pwd",),
    second_factor: bool = False,
    family_hash: str = "",
    secret_hash: str | None = None,
    support_grant: UUID | None = None,
) -> datetime:
    """Insert a session and delete the user's sessions that ended long ago. 2 statements.

    Returns the session's end, unless it is used again.
    """
    await Session.delete().where((Session.user == user.id) & _is_long_dead(now - limits.kept))
    expires_at = now + limits.absolute
    idle_expires_at = min(now + limits.idle, expires_at)
    await Session.insert(
        Session(
            id=session_id,
            user=user.id,
            family_hash=family_hash,
            address=address[:_ADDRESS_LENGTH],
            user_agent=user_agent[:_USER_AGENT_LENGTH],
            last_used_at=now,
            idle_expires_at=idle_expires_at,
            expires_at=expires_at,
            secret_hash=secret_hash,
            methods=" ".join(methods)[:_METHODS_LENGTH],
            second_factor_at=now if second_factor else None,
            support_grant=support_grant,
        )
    )
    return idle_expires_at


async def extend_session(session_id: UUID, idle_expires_at: datetime, now: datetime) -> bool:
    """Extend the session and lock its row until the end of the transaction. False if it has ended."""
    changes: dict[Any, Any] = {Session.last_used_at: now, Session.idle_expires_at: idle_expires_at}
    goes_on = (Session.id == session_id) & Session.ended_at.is_null()
    return bool(await Session.update(changes).where(goes_on).returning(Session.id))


async def find_session(token: RefreshToken, now: datetime) -> Refreshable | Refusal:
    """Return the active session of a refresh token, or why it is refused. 1 statement.

    Call it outside of transactions: later reads in the same transaction would see the same snapshot.
    """
    row = await _read(token.session_id)
    if row is None or not token.is_of_family(row["family_hash"]) or row["ended_at"] or not row["user.active"]:
        return Refusal.INVALID
    if min(row["idle_expires_at"], row["expires_at"]) <= now:
        return Refusal.EXPIRED
    user = SessionUser(row["user"], row["user.email"], row["user.name"])
    return Refreshable(token, user, row["expires_at"])


async def rotate_session(found: Refreshable, limits: SessionLimits, now: datetime) -> Opened | Refusal:
    """Replace a session's refresh token by a new one. 6 statements; call it in a transaction.

    A token may be used again for :data:`GRACE` after its first use: two tabs of a browser share a token and
    refresh at the same time, and each gets a token of its own. After that the result is REUSED, and the
    caller has to end the session. Concurrent uses of a session's tokens wait for each other.
    """
    token = found.token
    idle_expires_at = min(now + limits.idle, found.expires_at)
    if not await extend_session(token.session_id, idle_expires_at, now):
        return Refusal.INVALID
    if not await _use(token, now):
        return Refusal.REUSED
    await _forget_worthless(token.session_id, limits, now)
    successor = token.next()
    await SessionToken.insert(SessionToken(session=token.session_id, token_hash=successor.token_hash))
    return Opened(token.session_id, found.user, successor, idle_expires_at)


async def end_session(session_id: UUID, reason: EndReason, now: datetime) -> None:
    """End a session; an ended one keeps its reason. 1 statement."""
    await _end((Session.id == session_id) & Session.ended_at.is_null(), reason, now)


async def end_session_with_secret(secret_hash: str, reason: EndReason, now: datetime) -> bool:
    """End a browser's session. 1 statement. False if it has ended before, or there is none."""
    goes_on = (Session.secret_hash == secret_hash) & Session.ended_at.is_null()
    changes: dict[Any, Any] = {Session.ended_at: now, Session.end_reason: reason.value}
    return bool(await Session.update(changes).where(goes_on).returning(Session.id))


async def end_other_sessions(user_id: UUID, kept_id: UUID, reason: EndReason, now: datetime) -> None:
    """End all sessions of a user except one. 1 statement."""
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


async def _use(token: RefreshToken, now: datetime) -> bool:
    """Mark a token as used. False if its first use is longer ago than :data:`GRACE`, or it is unknown."""
    this = (SessionToken.token_hash == token.token_hash) & (SessionToken.session == token.session_id)
    row = await SessionToken.select(SessionToken.used_at).where(this).first()
    if row is None:
        return False
    if row["used_at"] is not None:
        return bool(now - row["used_at"] <= GRACE)
    await SessionToken.update({SessionToken.used_at: now}).where(this)
    return True


async def _forget_worthless(session_id: UUID, limits: SessionLimits, now: datetime) -> None:
    """Delete tokens that can no longer be used, and the oldest of too many. 2 or 3 statements."""
    table, its = SessionToken, SessionToken.session == session_id
    worthless = (table.used_at < now - GRACE) | (table.created_at < now - limits.idle)
    await table.delete().where(its & worthless)
    newest_first = table.select(table.id).where(its).order_by(table.id, ascending=False)
    if too_many := await newest_first.offset(_MOST_TOKENS - 1).limit(1):
        await table.delete().where(its & (table.id <= too_many[0]["id"]))


async def _end(which: Combinable, reason: EndReason, now: datetime) -> None:
    await Session.update({Session.ended_at: now, Session.end_reason: reason.value}).where(which)


def tables_of_open_sessions() -> tuple[str, ...]:
    """Return the tables that signing in, staying signed in and signing out need to write.

    None of them is archived. What else a sign-in writes is left out where it is refused.
    """
    written = (Session, SessionToken, SignInThrottle, SignInChallenge, OneTimeLink, CacheVersion)
    return tuple([one._meta.tablename for one in written])
