"""Passkeys in use: as second factor after a password, and instead of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, record_if_possible
from tenant_schema.users.challenges.service import Challenge, Challenges
from tenant_schema.users.factor_errors import ChallengeInvalid, PasskeyInvalid, PasskeyRefused
from tenant_schema.users.factors.passkeys import (
    Assertion,
    RelyingParty,
    credential_id_of,
    request_options,
    user_handle_of,
    verify_assertion,
)
from tenant_schema.users.factors.records import StoredPasskey
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.second_factors import SECOND_FACTOR
from tenant_schema.users.tables import User

__all__ = ["PasskeyRequest", "Passkeys", "ProvenPasskey"]

_SIGN_IN: Final = "passkey"
"""The purpose of a challenge for a passkey instead of a password."""


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the browser needs to ask for a passkey: PublicKeyCredentialRequestOptionsJSON, and the challenge
    that it sends back with the response.
    """

    challenge: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProvenPasskey:
    """A verified assertion. ``methods`` are values of RFC 8176."""

    user: SessionUser
    methods: tuple[str, ...]
    challenge: Challenge


class Passkeys:
    """Asks for passkeys and verifies them. Call it with the tenant's engine bound."""

    def __init__(
        self,
        store: FactorStore,
        challenges: Challenges,
        sessions: BrowserSessions,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._challenges = challenges
        self._sessions = sessions
        self._now = now

    async def begin(
        self, scope: TenantScope, party: RelyingParty, challenge: str | None = None
    ) -> PasskeyRequest:
        """Return the request for a passkey. No statement without a challenge, 1 with one.

        :param challenge: that of the ``factor-required`` of a password; without it, the passkey replaces the
            password.
        :raises ChallengeInvalid: it has expired, or is not one of this tenant's.
        """
        if challenge is None:
            issued = self._challenges.issue(scope.id, _SIGN_IN)
            return PasskeyRequest(issued.token, request_options(party, issued.value))
        found = self._challenges.read(scope.id, SECOND_FACTOR, challenge)
        allowed = await self._store.passkeys(found.user_id) if found.user_id is not None else []
        if not allowed:
            raise ChallengeInvalid
        return PasskeyRequest(challenge, request_options(party, found.value, allowed))

    async def sign_in(
        self,
        scope: TenantScope,
        party: RelyingParty,
        challenge: str,
        credential: Mapping[str, Any],
        arrival: Arrival,
    ) -> BrowserSession:
        """Start the session of a passkey's user. Raises what :meth:`verify` and :meth:`use` raise."""
        proven = await self.verify(scope, party, challenge, credential)
        arrival = replace(arrival, methods=proven.methods, second_factor=True)
        async with DB.transaction():
            await self.use(proven)
            return await self._sessions.open(scope, proven.user, arrival)

    async def verify(
        self,
        scope: TenantScope,
        party: RelyingParty,
        challenge: str,
        credential: Mapping[str, Any],
        user_id: UUID | None = None,
    ) -> ProvenPasskey:
        """Verify an AuthenticationResponseJSON. 3 statements. Call :meth:`use` in the transaction of what it
        is for.

        :param user_id: the user that it has to be of, if the caller is signed in.
        :raises ChallengeInvalid: the challenge has expired, or is not one of this tenant's.
        :raises PasskeyInvalid: the passkey is not one of this tenant's active users, its response is not for
            this challenge and host, the authenticator has not verified the user, or its sign count went back.
        """
        found = self._read(scope, challenge)
        try:
            passkey, assertion = await self._assertion(party, found, credential)
        except PasskeyRefused as error:
            raise PasskeyInvalid from error
        user = await _active_user(passkey.owner)
        is_other = user_id is not None and passkey.owner != user_id
        if user is None or is_other or not (assertion.user_verified or found.user_id is not None):
            raise PasskeyInvalid
        if not await self._store.count_use(passkey, assertion.sign_count, self._now()):
            detail = {"factor": str(passkey.id), "stored": passkey.sign_count, "given": assertion.sign_count}
            await record_if_possible(None, "factor.sign-count", Subject("user", user.id, user.email), detail)
            raise PasskeyInvalid
        methods = ("pop", "mfa") if found.user_id is None else ("pwd", "pop", "mfa")
        return ProvenPasskey(user, methods, found)

    async def use(self, proven: ProvenPasskey) -> None:
        """Use up the challenge of an assertion. 2 statements. Raises ChallengeInvalid if it was used."""
        async with DB.transaction():
            await self._challenges.use(proven.challenge)

    def _read(self, scope: TenantScope, challenge: str) -> Challenge:
        try:
            return self._challenges.read(scope.id, SECOND_FACTOR, challenge)
        except ChallengeInvalid:
            return self._challenges.read(scope.id, _SIGN_IN, challenge)

    async def _assertion(
        self, party: RelyingParty, challenge: Challenge, credential: Mapping[str, Any]
    ) -> tuple[StoredPasskey, Assertion]:
        """Return the passkey and its valid assertion. Raises PasskeyRefused."""
        passkey = await self._store.passkey(credential_id_of(credential))
        if passkey is None or challenge.user_id not in (None, passkey.owner):
            raise PasskeyRefused
        if user_handle_of(credential) not in (None, passkey.owner.bytes):
            raise PasskeyRefused
        return passkey, verify_assertion(party, challenge.value, credential, passkey)


async def _active_user(user_id: UUID) -> SessionUser | None:
    row = await User.select(User.email, User.name, User.active).where(User.id == user_id).first()
    return SessionUser(user_id, row["email"], row["name"]) if row is not None and row["active"] else None
