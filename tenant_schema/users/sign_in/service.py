"""Signing in, refreshing, signing out, and changing the password: each method is a list of steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.retrying import retrying
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache, bump
from tenant_schema.users.api_keys.service import KEY_PREFIX, ApiKeyReader
from tenant_schema.users.audit.write import Subject, prune_events, record_event, record_if_possible
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.errors import (
    InvalidCredentials,
    PasswordDisabled,
    TokenExpired,
    TokenInvalid,
    TokenReused,
    Unauthenticated,
    WrongPassword,
)
from tenant_schema.users.links.store import withdraw_links
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.passwords.policy import require_good_change
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.access import AccessReader, access_of_user
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
from tenant_schema.users.sign_in.access_tokens import AccessTokens, Claims, token_digest
from tenant_schema.users.sign_in.password_hashes import confirm_hash, replace_hash
from tenant_schema.users.sign_in.rules import SignInRulesReader
from tenant_schema.users.sign_in.second_factors import SecondFactors, methods_of
from tenant_schema.users.sign_in.throttle import Reservation, Throttle
from tenant_schema.users.tables import User

__all__ = ["Authentication", "Profile", "SignedIn", "VerifiedPassword"]

_LONGEST_EMAIL = 1_000  # four times what any account has; more would only cost time to normalise
_REFUSALS: dict[Refusal, type[Unauthenticated]] = {
    Refusal.INVALID: TokenInvalid,
    Refusal.EXPIRED: TokenExpired,
    Refusal.REUSED: TokenReused,
}


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """The tokens of a sign-in or a refresh. Its ``repr`` does not show them."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: SessionUser


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedPassword:
    """A user whose password was right; see :meth:`Authentication.verify_password`."""

    user: SessionUser
    stored_hash: str
    new_hash: str
    attempt: Reservation


@dataclass(frozen=True, slots=True)
class Profile:
    """The caller with the names of roles and permissions, in order."""

    user: SessionUser
    roles: tuple[str, ...]
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Verified:
    """A verified token as it is cached, by its digest."""

    claims: Claims
    access: Access


class Authentication:
    """Authenticates callers. Call it with the tenant's engine bound, outside of transactions.

    :param cache: of the ``access`` version; shared with everything that changes users, roles or sessions.
    :param now: returns aware UTC time.
    """

    def __init__(
        self,
        *,
        passwords: PasswordHashing,
        tokens: AccessTokens,
        throttle: Throttle,
        cache: VersionedCache,
        factors: SecondFactors,
        limits: SessionLimits | None = None,
        mails: Mails | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._passwords = passwords
        self._tokens = tokens
        self._throttle = throttle
        self._cache = cache
        self._limits = limits or SessionLimits()
        self._mails = mails or Mails(None)
        self._now = now
        self._factors = factors
        self._reader = AccessReader(cache, factors.store)
        self._keys = ApiKeyReader(cache, now=now)
        self._rules = SignInRulesReader(cache)

    async def sign_in(
        self,
        scope: TenantScope,
        email: str,
        password: str,
        address: str = "",
        user_agent: str = "",
        *,
        code: str | None = None,
    ) -> SignedIn:
        """Start a session. 14 statements, 6 if refused, 1 more without failures before; 1 if throttled.

        For a user with a second factor, 3 more.

        For an unknown user, an inactive one and a wrong password, the same statements are executed and one
        password is verified, so that the duration reveals nothing. A hash with outdated parameters is
        renewed.

        :param code: of an authenticator app, or a recovery code, for users who have a second factor.

        :raises InvalidCredentials: any of these.
        :raises FactorRequired: the user has a second factor, and there is no code.
        :raises CodeInvalid: the code is wrong or was used; it counts as a failure.
        :raises PasswordDisabled: the tenant does not admit passwords, see :meth:`verify_password`.
        :raises TooManyAttempts: too many failures of this account or from this address.
        :raises TooBusy: the attempt is not counted.
        """
        verified = await self.verify_password(scope, email, password, address)
        proof = await self._factors.complete(scope, verified.user, verified.attempt, code)
        async with DB.transaction():
            now, user = self._now(), verified.user
            await self.confirm_password(verified, {User.last_sign_in_at: now})
            opened = await open_session(
                user,
                address,
                user_agent,
                self._limits,
                now,
                methods=methods_of(proof),
                second_factor=proof is not None,
            )
            await record_if_possible(None, "sign-in", Subject("user", user.id, user.email))
            await prune_events(now)
        return self._signed_in(scope, opened)

    async def verify_password(
        self, scope: TenantScope, email: str, password: str, address: str = ""
    ) -> VerifiedPassword:
        """Verify a password, for any way of signing in with one. 5 statements, 6 if refused, 1 more without
        failures before; 1 if throttled; none if the tenant does not admit passwords.

        The attempt is counted as failed until :meth:`confirm_password`. Refusals are those of
        :meth:`sign_in`.

        While passwords are disabled, users with ``users:manage`` may use theirs until an identity provider
        has signed somebody in, so that a tenant cannot be locked. All others are refused alike.
        """
        rules = await self._rules.current(scope)
        if not rules.password_enabled and rules.has_provider:
            raise PasswordDisabled
        email = normalise_email(email[:_LONGEST_EMAIL])
        async with self._throttle.attempt(email, address) as attempt:
            if rules.password_enabled:
                row = await self._check(email, password, "sign-in.fail")
            else:
                row = await self._check_administrator(email, password)
            stored = row["password_hash"]
            renewed = await self._passwords.hash(password) if self._passwords.needs_rehash(stored) else stored
        user = SessionUser(row["id"], row["email"], row["name"])
        return VerifiedPassword(user, stored, renewed, attempt)

    async def confirm_password(
        self, verified: VerifiedPassword, values: Mapping[Any, Any] | None = None
    ) -> None:
        """Store a renewed hash and forget the failures of the account. 2 to 4 statements, in the transaction
        that starts the session.

        :param values: further columns of the user to set.
        :raises InvalidCredentials: the password was changed, or the user deactivated, since it was verified.
        """
        columns = {User.password_hash: verified.new_hash, **(values or {})}
        await confirm_hash(verified.user.id, verified.stored_hash, columns)
        await self._throttle.clear(verified.attempt)

    async def hand_over(self, verified: VerifiedPassword) -> None:
        """As :meth:`confirm_password`, for a sign-in that is not complete yet: takes the attempt back, and
        leaves earlier failures of the account counted. 2 to 5 statements. Raises InvalidCredentials.
        """
        await confirm_hash(verified.user.id, verified.stored_hash, {User.password_hash: verified.new_hash})
        await self._throttle.give_back(verified.attempt)

    async def refresh(self, scope: TenantScope, refresh_token: str) -> SignedIn:
        """Exchange a refresh token for new tokens. 7 statements, 1 if the token is refused.

        Within :data:`~tenant_schema.users.sessions.store.GRACE` of its first use a token may be used again.

        :raises TokenInvalid: not a token of this tenant, or its session has ended.
        :raises TokenExpired: not refreshed in time, or the session has reached its maximum age.
        :raises TokenReused: the token was used before; the session is ended, for all holders of its tokens.
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
                await record_if_possible(None, "session.token-reused", Subject("session", token.session_id))
                await bump(self._cache.name)
        return outcome

    async def authenticate(self, scope: TenantScope, access_token: str) -> Access:
        """Return what the holder of an access token or API key may do. No statement with a warm cache, see
        :class:`AccessReader` and :class:`ApiKeyReader`.

        :raises TokenInvalid: not a token of this tenant, its session has ended, or its user is not active.
        :raises TokenExpired: the token has expired.
        """
        if access_token.startswith(KEY_PREFIX):
            return await self._keys.access_of(scope, access_token)
        claims = self._tokens.read(scope, access_token)
        key = ("token", token_digest(access_token))
        verified: _Verified = await self._cache.get(scope, key, lambda: self._verify(scope, claims))
        return verified.access

    def known_access(self, scope: TenantScope, access_token: str) -> Access | None:
        """Return what :meth:`authenticate` would, if it is cached and nothing is due: no statement.

        None for every other token, valid or not. What is cached is dropped when a user, role or session of
        the tenant changes; whether the token has expired is checked here.
        """
        if access_token.startswith(KEY_PREFIX):
            return self._keys.known_access(scope, access_token)
        verified: _Verified | None = self._cache.peek(scope, ("token", token_digest(access_token)))
        if verified is None or self._tokens.has_expired(verified.claims):
            return None
        return verified.access

    async def of_session(self, scope: TenantScope, user_id: UUID, session_id: UUID) -> Access:
        """Return what the user of a session may do; the caller has verified that the session is the user's.

        No statement with a warm cache.

        :raises TokenInvalid: the session has ended, or its user is not active.
        """
        access = await self._reader.of_session(scope, session_id)
        if access is None or access.user_id != user_id:
            raise TokenInvalid
        return access

    async def sign_out(self, scope: TenantScope, access: Access) -> None:
        """End the caller's session, if it has not ended yet. 3 statements.

        :raises KeyNotEnough: an API key has no session.
        """
        access.require_person()
        async with self._cache.change(scope):
            await end_session(access.session_id, EndReason.SIGNED_OUT, self._now())
            await record_if_possible(access, "sign-out")

    async def change_password(
        self, scope: TenantScope, access: Access, current: str, new: str, address: str = ""
    ) -> None:
        """Change the caller's password and end the caller's other sessions. 12 or 13 statements, and a mail.

        The user's one-time links and tickets become invalid. Wrong current passwords count as failed
        sign-ins.

        :raises WeakPassword: the policy refuses the new password, or it is the current one.
        :raises WrongPassword: the current password is wrong.
        :raises TooManyAttempts, TooBusy: as for signing in.
        :raises KeyNotEnough: the caller is an API key.
        """
        access.require_person()
        require_good_change(current, new, access.email)
        try:
            await self._change_password(scope, access, current, new, address)
        except InvalidCredentials as error:
            raise WrongPassword from error

    def me(self, access: Access) -> Profile:
        """Return the caller's profile. No statement."""
        user = SessionUser(access.user_id, access.email, access.name)
        return Profile(user, access.roles, tuple(sorted(access.permissions)))

    async def _verify(self, scope: TenantScope, claims: Claims) -> _Verified:
        """Read the access of a valid token. Raises TokenInvalid, so that refused tokens are not cached."""
        return _Verified(claims, await self.of_session(scope, claims.user_id, claims.session_id))

    async def _check(self, email: str, password: str, failure: str) -> dict[str, Any]:
        """Return the row of the active user with this address and password. 1 statement, one password
        verified.

        Otherwise, records the event ``failure`` and raises InvalidCredentials. An unknown address is not
        recorded: it may be a password that was typed into the wrong field.
        """
        row = await (
            User.select(User.id, User.email, User.name, User.language, User.password_hash, User.active)
            .where((User.email == email) & (User.kind == "person"))
            .first()
        )
        if row is not None and row["email"] != email:
            row = (
                None  # found by a collation that folds more than we do: attempts at it are counted elsewhere
            )
        matches = await self._passwords.verify(password, row["password_hash"] if row else None)
        if row is None or not (matches and row["active"]):
            await record_if_possible(None, failure, Subject("user", row["id"], row["email"]) if row else None)
            raise InvalidCredentials
        return row

    async def _check_administrator(self, email: str, password: str) -> dict[str, Any]:
        """Return the user's row as :meth:`_check` does. Raises PasswordDisabled for wrong passwords, and for
        users who may not manage users.
        """
        try:
            row = await self._check(email, password, "sign-in.fail")
        except InvalidCredentials as error:
            raise PasswordDisabled from error
        access = await access_of_user(row["id"])
        if access is None or not access.has("users:manage"):
            raise PasswordDisabled
        return row

    async def _change_password(
        self, scope: TenantScope, access: Access, current: str, new: str, address: str
    ) -> None:
        async with self._throttle.attempt(access.email, address) as attempt:
            row = await self._check(access.email, current, "password.fail")
            new_hash = await self._passwords.hash(new)
            async with self._cache.change(scope):
                await replace_hash(row["id"], row["password_hash"], {User.password_hash: new_hash})
                await self._throttle.clear(attempt)
                await end_other_sessions(
                    access.user_id, access.session_id, EndReason.PASSWORD_CHANGED, self._now()
                )
                await withdraw_links(access.user_id)
                await self._mails.password_changed(scope, Recipient.of(row))
                await record_event(access, "password.change")

    def _signed_in(self, scope: TenantScope, opened: Opened) -> SignedIn:
        until = opened.expires_at.timestamp()
        issued = self._tokens.issue(scope, opened.user.id, opened.session_id, until=until)
        return SignedIn(issued.text, opened.refresh_token.text, issued.expires_in, opened.user)
