"""Signing in, staying signed in, signing out, and changing the password: each a visible list of steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.retrying import retrying
from tenant_schema.problems import Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.api_keys.service import KEY_PREFIX, ApiKeyReader
from tenant_schema.users.audit.write import Subject, prune_events, record_event
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.errors import (
    InvalidCredentials,
    TokenExpired,
    TokenInvalid,
    TokenReused,
    Unauthenticated,
    WeakPassword,
    WrongPassword,
)
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.passwords.policy import password_problems
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.access import AccessReader
from tenant_schema.users.sessions.refresh_tokens import RefreshToken, parse_refresh_token
from tenant_schema.users.sessions.store import (
    EndReason,
    Opened,
    Refusal,
    SessionLimits,
    SessionUser,
    end_other_sessions,
    end_session,
    find_session,
    open_session,
    rotate_session,
)
from tenant_schema.users.sign_in.access_tokens import AccessTokens
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import User

__all__ = ["Authentication", "Profile", "SignedIn"]

_LONGEST_EMAIL = 1_000  # four times what any account has; more would only cost time to normalise
_REFUSALS: dict[Refusal, type[Unauthenticated]] = {
    Refusal.INVALID: TokenInvalid,
    Refusal.EXPIRED: TokenExpired,
    Refusal.REUSED: TokenReused,
}


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """What a client is given when it signs in or refreshes; its ``repr`` keeps the tokens secret."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: SessionUser


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the caller is and what the caller may do, names in order."""

    user: SessionUser
    roles: tuple[str, ...]
    permissions: tuple[str, ...]


class Authentication:
    """Who is calling? Call everything here with the tenant's engine bound, outside of any transaction.

    :param cache: of the ``access`` version; share it with whatever else changes users, roles or sessions.
    :param now: aware UTC time.
    """

    def __init__(
        self,
        *,
        passwords: PasswordHashing,
        tokens: AccessTokens,
        throttle: Throttle,
        cache: VersionedCache,
        limits: SessionLimits | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._passwords = passwords
        self._tokens = tokens
        self._throttle = throttle
        self._cache = cache
        self._limits = limits or SessionLimits()
        self._now = now
        self._reader = AccessReader(cache)
        self._keys = ApiKeyReader(cache, now=now)

    async def sign_in(
        self, scope: TenantScope, email: str, password: str, address: str = "", user_agent: str = ""
    ) -> SignedIn:
        """Start a session. 13 statements, 6 when refused, 1 more without failures before; throttled: 1.

        Whether the user is unknown, inactive or the password wrong, the same statements run and one password
        is checked. A hash made with other parameters than those in force is renewed.

        :raises InvalidCredentials: whichever of them it was.
        :raises TooManyAttempts: too many failures of this account or from this address.
        :raises TooBusy: the attempt is not counted then.
        """
        email = normalise_email(email[:_LONGEST_EMAIL])
        async with self._throttle.attempt(email, address) as attempt:
            row = await self._check(email, password, "sign-in.fail")
            stored = row["password_hash"]
            renewed = await self._passwords.hash(password) if self._passwords.needs_rehash(stored) else stored
            async with DB.transaction():
                now = self._now()
                await _replace_hash(row, {User.password_hash: renewed, User.last_sign_in_at: now})
                await self._throttle.clear(attempt)
                user = SessionUser(row["id"], row["email"], row["name"])
                opened = await open_session(user, address, user_agent, self._limits, now)
                await record_event(None, "sign-in", Subject("user", user.id, user.email))
                await prune_events(now)
        return self._signed_in(scope, opened)

    async def refresh(self, scope: TenantScope, refresh_token: str) -> SignedIn:
        """Exchange a refresh token for new tokens. 7 statements, 1 when the token is bad.

        Within :data:`~tenant_schema.users.sessions.store.GRACE` of its first use a token may be used again.

        :raises TokenInvalid: not a token of this tenant, or its session is over.
        :raises TokenExpired: not refreshed in time, or the session is as old as it may become.
        :raises TokenReused: the token was used up; the session is over, for whoever else holds a token of it.
        """
        token = parse_refresh_token(refresh_token)
        if token is None:
            raise TokenInvalid
        outcome = await retrying(partial(self._rotate, token))
        if isinstance(outcome, Opened):
            return self._signed_in(scope, outcome)
        if outcome is Refusal.REUSED:  # never for made-up tokens: anybody could empty the cache with them
            self._cache.forget(scope)
        raise _REFUSALS[outcome]

    async def _rotate(self, token: RefreshToken) -> Opened | Refusal:
        now = self._now()
        found = await find_session(token, now)
        if isinstance(found, Refusal):
            return found
        async with DB.transaction():
            outcome = await rotate_session(found, self._limits, now)
            if outcome is Refusal.REUSED:
                await end_session(token.session_id, EndReason.TOKEN_REUSED, now)
                await record_event(None, "session.token-reused", Subject("session", token.session_id))
                await bump(self._cache.name)
        return outcome

    async def authenticate(self, scope: TenantScope, access_token: str) -> Access:
        """Whose access token or API key this is, and what that user may do. Warm: no statement, see
        :class:`AccessReader` and :class:`ApiKeyReader`.

        :raises TokenInvalid: not a token of this tenant, its session is over, or its user may not sign in.
        :raises TokenExpired: it is too old.
        """
        if access_token.startswith(KEY_PREFIX):
            return await self._keys.access_of(scope, access_token)
        claims = self._tokens.read(scope, access_token)
        return await self.of_session(scope, claims.user_id, claims.session_id)

    async def of_session(self, scope: TenantScope, user_id: UUID, session_id: UUID) -> Access:
        """What a user may do whose session this is; for whoever has made sure of that. Warm: no statement.

        :raises TokenInvalid: the session is over, or its user may not sign in.
        """
        access = await self._reader.of_session(scope, session_id)
        if access is None or access.user_id != user_id:
            raise TokenInvalid
        return access

    async def sign_out(self, scope: TenantScope, access: Access) -> None:
        """End the caller's session; nothing happens when it is over already. 3 statements.

        :raises KeyNotEnough: a program has no session.
        """
        access.require_person()
        async with self._cache.change(scope):
            await end_session(access.session_id, EndReason.SIGNED_OUT, self._now())
            await record_event(access, "sign-out")

    async def change_password(
        self, scope: TenantScope, access: Access, current: str, new: str, address: str = ""
    ) -> None:
        """Change the caller's password and end all other sessions of the caller. 11 or 12 statements.

        Guessing the current password counts as guessing at the sign-in does, on the same counters.

        :raises WeakPassword: the new one breaks the policy, or is the current one.
        :raises WrongPassword: the current one is wrong.
        :raises TooManyAttempts, TooBusy: as for signing in.
        :raises KeyNotEnough: programs have no part in passwords.
        """
        access.require_person()
        _require_good_password(current, new, access.email)
        try:
            await self._change_password(scope, access, current, new, address)
        except InvalidCredentials as error:
            raise WrongPassword from error

    def me(self, access: Access) -> Profile:
        """Who the caller is. No statement."""
        user = SessionUser(access.user_id, access.email, access.name)
        return Profile(user, access.roles, tuple(sorted(access.permissions)))

    async def _check(self, email: str, password: str, failure: str) -> dict[str, Any]:
        """The row of the active user with this address and password. 1 statement and one password checked.

        Otherwise the ``failure`` is in the audit trail. An address that is nobody's is not kept: it may be a
        password, typed into the wrong field.
        """
        row = await (
            User.select(User.id, User.email, User.name, User.password_hash, User.active)
            .where(User.email == email)
            .first()
        )
        if row is not None and row["email"] != email:
            row = (
                None  # found by a collation that folds more than we do: attempts at it are counted elsewhere
            )
        matches = await self._passwords.verify(password, row["password_hash"] if row else None)
        if row is None or not (matches and row["active"]):
            await record_event(None, failure, Subject("user", row["id"], row["email"]) if row else None)
            raise InvalidCredentials
        return row

    async def _change_password(
        self, scope: TenantScope, access: Access, current: str, new: str, address: str
    ) -> None:
        async with self._throttle.attempt(access.email, address) as attempt:
            row = await self._check(access.email, current, "password.fail")
            new_hash = await self._passwords.hash(new)
            async with self._cache.change(scope):
                await _replace_hash(row, {User.password_hash: new_hash})
                await self._throttle.clear(attempt)
                await end_other_sessions(
                    access.user_id, access.session_id, EndReason.PASSWORD_CHANGED, self._now()
                )
                await record_event(access, "password.change")

    def _signed_in(self, scope: TenantScope, opened: Opened) -> SignedIn:
        until = opened.expires_at.timestamp()
        issued = self._tokens.issue(scope, opened.user.id, opened.session_id, until=until)
        return SignedIn(issued.text, opened.refresh_token.text, issued.expires_in, opened.user)


async def _replace_hash(row: dict[str, Any], values: dict[Any, Any]) -> None:
    """Update the user, if still active and with the password that was checked: both may change meanwhile."""
    is_unchanged = (
        (User.id == row["id"]) & User.active.eq(True) & (User.password_hash == row["password_hash"])
    )
    if not await User.update(values).where(is_unchanged).returning(User.id):
        raise InvalidCredentials


def _require_good_password(current: str, new: str, email: str) -> None:
    problems = password_problems(new, email, "new")
    if new == current:
        problems += (Problem("new", "unchanged", "This is your current password."),)
    if problems:
        raise WeakPassword(problems)
