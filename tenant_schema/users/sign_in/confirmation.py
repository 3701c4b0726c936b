"""Confirmation: a signed-in user authenticates again, before factors are changed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import record_event
from tenant_schema.users.errors import InvalidCredentials, WrongPassword
from tenant_schema.users.factor_errors import PasskeyInvalid, PasskeyRefused, WrongCode
from tenant_schema.users.factors.passkeys import RelyingParty
from tenant_schema.users.factors.sessions import complete_session
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.passkeys import Passkeys
from tenant_schema.users.sign_in.second_factors import SecondFactors
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import Session

__all__ = ["Confirmation"]


class Confirmation:
    """Confirms the caller's session. With a factor, the session has its second factor from then on.

    Each method raises KeyNotEnough for an API key. Passwords and codes count as attempts at signing in, and
    may raise TooManyAttempts.

    :param cache: of the ``access`` version.
    """

    def __init__(
        self,
        authentication: Authentication,
        factors: SecondFactors,
        passkeys: Passkeys,
        throttle: Throttle,
        cache: VersionedCache,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._authentication = authentication
        self._factors = factors
        self._passkeys = passkeys
        self._throttle = throttle
        self._cache = cache
        self._now = now

    async def with_password(self, scope: TenantScope, access: Access, password: str, address: str) -> None:
        """Confirm with the password. Raises WrongPassword, TooBusy and PasswordDisabled."""
        access.require_person()
        try:
            verified = await self._authentication.verify_password(scope, access.email, password, address)
            async with DB.transaction():
                await self._authentication.confirm_password(verified)
                await Session.update({Session.confirmed_at: self._now()}).where(
                    Session.id == access.session_id
                )
        except InvalidCredentials as error:
            raise WrongPassword("password") from error
        await record_event(access, "session.confirm", detail={"methods": ["pwd"]})

    async def with_code(self, scope: TenantScope, access: Access, code: str, address: str) -> None:
        """Confirm with a code of an app or a recovery code. Raises WrongCode."""
        access.require_person()
        async with self._throttle.attempt(access.email, address) as attempt:
            user = SessionUser(access.user_id, access.email, access.name)
            if await self._factors.check_code(scope, user, code) is None:
                raise WrongCode
            await self._throttle.clear(attempt)
        async with self._cache.change(scope):
            await self._complete(access, "otp")

    async def with_passkey(
        self,
        scope: TenantScope,
        access: Access,
        party: RelyingParty,
        challenge: str,
        credential: Mapping[str, Any],
    ) -> None:
        """Confirm with a passkey of the caller. Raises PasskeyRefused and ChallengeInvalid."""
        access.require_person()
        try:
            proven = await self._passkeys.verify(scope, party, challenge, credential, access.user_id)
        except PasskeyInvalid as error:
            raise PasskeyRefused from error
        async with self._cache.change(scope):
            await self._passkeys.use(proven)
            await self._complete(access, "pop")

    async def _complete(self, access: Access, method: str) -> None:
        await complete_session(access.session_id, (method,), self._now())
        await record_event(access, "session.confirm", detail={"methods": [method]})
