"""The session service: lists and ends the sessions of users."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from piccolo.query import Select

from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.delegation import is_oneself, require_within
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import grants_of_user
from tenant_schema.users.sessions.store import EndReason, end_other_sessions, end_session
from tenant_schema.users.tables import Session

__all__ = ["SessionRecord", "Sessions"]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session. ``current`` is the caller's own.

    :param kind: ``browser`` with a cookie, ``tokens`` with access and refresh tokens, ``support`` for an
        operator with support access.
    :param methods: how the user was authenticated: values of RFC 8176.
    """

    id: UUID
    user_id: UUID
    user_name: str
    user_email: str
    address: str
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool
    kind: Literal["browser", "tokens", "support"]
    methods: tuple[str, ...]
    has_second_factor: bool


_MOST: Final = 500
"""Sessions of all users that are listed at once."""


class Sessions:
    """Sessions of the bound tenant: the caller's own, and those of all users with ``users:manage``."""

    def __init__(self, cache: VersionedCache, *, now: Callable[[], datetime] = utc_now) -> None:
        self._cache = cache
        self._now = now

    async def of_user(self, access: Access, user_id: UUID | None = None) -> list[SessionRecord]:
        """Return the active sessions of a user, newest first. 1 statement.

        :param user_id: the caller when None; another user requires ``users:manage``.
        """
        whose = access.user_id if user_id is None else user_id
        if whose != access.user_id:
            access.require_system("users:manage")
        query = self._active().where(Session.user == whose)
        return [_record(row, access) for row in await query.order_by(Session.id, ascending=False)]

    async def of_everyone(self, access: Access) -> list[SessionRecord]:
        """Return the active sessions of all users, those used last first, 500 at most. 1 statement. Requires
        ``users:manage``.
        """
        access.require_system("users:manage")
        query = self._active().order_by(Session.last_used_at, Session.id, ascending=False).limit(_MOST)
        return [_record(row, access) for row in await query]

    def _active(self) -> Select[Session]:
        now = self._now()
        goes_on = (Session.idle_expires_at > now) & (Session.expires_at > now) & Session.ended_at.is_null()
        return Session.select(*Session.all_columns(), Session.user.name, Session.user.email).where(goes_on)

    async def end(self, scope: TenantScope, access: Access, session_id: UUID) -> None:
        """End a session. Raises NotThere, for other users' sessions too, BeyondOwnRights, and
        SupportNotEnough for an operator, who signs out instead.
        """
        access.require_no_support()
        async with changing_access(self._cache, scope):
            row = await Session.select(Session.user).where(Session.id == session_id).first()
            if row is None or (row["user"] != access.user_id and not access.has("users:manage")):
                raise NotThere("session")
            if not is_oneself(access, row["user"]):
                require_within(access, await grants_of_user(row["user"]))
            await end_session(session_id, EndReason.ENDED, self._now())
            await record_event(
                access, "session.end", Subject("session", session_id), {"user": str(row["user"])}
            )

    async def end_all(self, scope: TenantScope, access: Access, user_id: UUID | None = None) -> None:
        """End all sessions of a user except the caller's own. Raises BeyondOwnRights and
        SupportNotEnough.
        """
        access.require_no_support()
        whose = access.user_id if user_id is None else user_id
        if whose != access.user_id:
            access.require_system("users:manage")
        async with changing_access(self._cache, scope):
            if not is_oneself(access, whose):
                require_within(access, await grants_of_user(whose))
            await end_other_sessions(whose, access.session_id, EndReason.ENDED, self._now())
            await record_event(access, "session.end-all", Subject("user", whose))


def _record(row: Mapping[str, Any], access: Access) -> SessionRecord:
    return SessionRecord(
        row["id"],
        row["user"],
        row["user.name"],
        row["user.email"],
        row["address"],
        row["user_agent"],
        row["created_at"],
        row["last_used_at"],
        min(row["idle_expires_at"], row["expires_at"]),
        row["id"] == access.session_id,
        _kind(row),
        tuple(row["methods"].split()),
        row["second_factor_at"] is not None,
    )


def _kind(row: Mapping[str, Any]) -> Literal["browser", "tokens", "support"]:
    if row["support_grant"] is not None:
        return "support"
    return "tokens" if row["secret_hash"] is None else "browser"
