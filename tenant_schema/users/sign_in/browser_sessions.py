"""Sessions of browsers: a cookie with a secret, instead of access and refresh tokens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import WritesRefused
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.audit.write import Subject, prune_events, record_if_possible
from tenant_schema.users.errors import SessionEnded
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.access import AccessReader, FoundSession
from tenant_schema.users.sessions.store import (
    EndReason,
    SessionLimits,
    SessionUser,
    end_session,
    end_session_with_secret,
    extend_session,
    insert_session,
)
from tenant_schema.users.sign_in.access_tokens import token_digest
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.known_browsers import remember_browser
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.tables import User

__all__ = ["BrowserSession", "BrowserSessions", "OnNewBrowser", "OpenSession"]

OnNewBrowser = Callable[[TenantScope, SessionUser, Arrival], Awaitable[None]]
"""Called in the transaction of a sign-in, from the second one of a user on."""

_EXTENDED_EVERY: Final = timedelta(minutes=5)
"""How often the use of a session is written to its row."""


@dataclass(frozen=True, slots=True, repr=False)
class BrowserSession:
    """A new session, for the browser's cookies. Its ``repr`` does not show the secrets.

    :param expires_at: its end, unless it is used again.
    :param ends_at: its end at the latest.
    :param device: the secret that identifies the browser at later sign-ins.
    """

    secret: str
    session_id: UUID
    user: SessionUser
    expires_at: datetime
    ends_at: datetime
    device: str
    is_new_browser: bool = False


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as it is now. ``expires_at`` is its end, unless it is used again."""

    access: Access
    user: SessionUser
    expires_at: datetime


@dataclass(slots=True)
class _Known:
    """An active session as it is cached; times are moved on when its use is written."""

    access: Access
    idle: timedelta
    used_at: datetime
    idle_expires_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, found: FoundSession) -> "_Known":
        idle = found.idle_expires_at - found.last_used_at
        return cls(found.access, idle, found.last_used_at, found.idle_expires_at, found.expires_at)

    def expires_at(self) -> datetime:
        """The session's end, unless it is used again."""
        return min(self.idle_expires_at, self.ends_at)

    def is_due(self, now: datetime) -> bool:
        """Whether its use is to be written."""
        interval = min(_EXTENDED_EVERY, self.idle / 2)
        return now - self.used_at >= interval and self.idle_expires_at < self.ends_at


class BrowserSessions:
    """Starts, reads and ends sessions of browsers. Call it with the tenant's engine bound.

    :param cache: of the ``access`` version; shared with everything that changes users, roles or sessions.
    :param limits: the lifetime of sessions.
    :param on_new_browser: called when a user signs in from a browser that is new to them.
    :param now: returns aware UTC time.
    """

    def __init__(
        self,
        secrets: SessionSecrets,
        cache: VersionedCache,
        factors: FactorStore,
        *,
        limits: SessionLimits | None = None,
        on_new_browser: OnNewBrowser | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._secrets = secrets
        self._cache = cache
        self._limits = limits or SessionLimits()
        self._on_new_browser = on_new_browser
        self._now = now
        self._reader = AccessReader(cache, factors)

    async def open(
        self,
        scope: TenantScope,
        user: SessionUser,
        arrival: Arrival,
        *,
        support_grant: UUID | None = None,
        limits: SessionLimits | None = None,
    ) -> BrowserSession:
        """Start a session of a user whose identity was verified, in the caller's transaction. 8 to 13
        statements.

        The session that the browser had ends within ``CACHE_SECONDS`` of the commit. A session with
        ``support_grant`` is not a sign-in of the user's own browser.

        :param limits: other limits than those of all sessions.

        :raises SessionEnded: the user is not active.
        """
        now, limits = self._now(), limits or self._limits
        await self._end_replaced(scope, arrival.replaced, now)
        has_signed_in = await _note_sign_in(user, now)
        secret, session_id = self._secrets.create(scope), new_id()
        digest = cast("str", self._secrets.hash_of(scope, secret))
        expires_at = await insert_session(
            session_id,
            user,
            limits,
            now,
            address=arrival.address,
            user_agent=arrival.user_agent,
            methods=arrival.methods,
            second_factor=arrival.second_factor,
            secret_hash=digest,
            support_grant=support_grant,
        )
        device, is_new = arrival.device, False
        if support_grant is None:
            device, is_new = await remember_browser(user.id, arrival.device, now)
        detail = {"methods": list(arrival.methods)}
        await record_if_possible(None, "sign-in", Subject("user", user.id, user.email), detail)
        await prune_events(now)
        if is_new and has_signed_in and self._on_new_browser is not None:
            await self._on_new_browser(scope, user, arrival)
        return BrowserSession(secret, session_id, user, expires_at, now + limits.absolute, device, is_new)

    async def authenticate(self, scope: TenantScope, secret: str) -> Access:
        """Return what the holder of a secret may do. No statement with a warm cache, except one every five
        minutes that extends the session; see :class:`~tenant_schema.users.sessions.access.AccessReader`.

        :raises SessionEnded: no secret of this tenant, its session has ended, or its user is not active.
        """
        return (await self._find(scope, secret)).access

    def known_access(self, scope: TenantScope, secret: str) -> Access | None:
        """Return what :meth:`authenticate` would, if it is cached and nothing is due: no statement.

        None for every other secret, valid or not. Whether the session has expired is checked here.
        """
        known = cast("_Known | None", self._cache.peek(scope, ("browser", token_digest(secret))))
        if known is None:
            return None
        now = self._now()
        return None if now >= known.expires_at() or known.is_due(now) else known.access

    async def read(self, scope: TenantScope, secret: str) -> OpenSession:
        """Return the session of a secret. Statements and errors are those of :meth:`authenticate`."""
        known = await self._find(scope, secret)
        access = known.access
        return OpenSession(access, SessionUser(access.user_id, access.email, access.name), known.expires_at())

    async def end(self, scope: TenantScope, secret: str) -> None:
        """End the session, if it has not ended yet. 3 statements in addition to those of
        :meth:`authenticate`.
        """
        try:
            access = await self.authenticate(scope, secret)
        except SessionEnded:
            return
        async with self._cache.change(scope):
            await end_session(access.session_id, EndReason.SIGNED_OUT, self._now())
            await record_if_possible(access, "sign-out")

    async def _find(self, scope: TenantScope, secret: str) -> _Known:
        digest = self._secrets.hash_of(scope, secret)
        if digest is None:
            raise SessionEnded
        key = ("browser", token_digest(secret))
        known: _Known = await self._cache.get(scope, key, lambda: self._read(scope, digest))
        now = self._now()
        if now >= known.expires_at():  # unless another process has extended it
            fresh = await self._read(scope, digest)
            known.used_at, known.idle_expires_at = fresh.used_at, fresh.idle_expires_at
        if known.is_due(now):
            known.used_at, known.idle_expires_at = now, min(now + known.idle, known.ends_at)
            await extend_session(known.access.session_id, known.idle_expires_at, now)
        return known

    async def _read(self, scope: TenantScope, digest: str) -> _Known:
        """Read an active session. Raises SessionEnded, so that refused secrets are not cached."""
        found = await self._reader.with_secret(scope, digest)
        if found is None or min(found.idle_expires_at, found.expires_at) <= self._now():
            raise SessionEnded
        return _Known.of(found)

    async def _end_replaced(self, scope: TenantScope, secret: str, now: datetime) -> None:
        digest = self._secrets.hash_of(scope, secret)
        if digest is not None and await end_session_with_secret(digest, EndReason.REPLACED, now):
            await bump(self._cache.name)
            self._cache.forget(scope)


async def _note_sign_in(user: SessionUser, now: datetime) -> bool:
    """Record the time of a sign-in, unless the tenant is read-only. Returns whether the user had signed in
    before. 2 statements, 3 in a read-only tenant.

    Raises SessionEnded if the user is not active.
    """
    row = await User.select(User.last_sign_in_at).where(User.id == user.id).first()
    is_active = (User.id == user.id) & User.active.eq(True)
    try:
        found = bool(await User.update({User.last_sign_in_at: now}).where(is_active).returning(User.id))
    except WritesRefused:
        found = await User.exists().where(is_active)
    if row is None or not found:
        raise SessionEnded
    return row["last_sign_in_at"] is not None
