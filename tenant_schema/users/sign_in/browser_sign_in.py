"""Signing in to a browser's session with a password."""

from dataclasses import replace

from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.second_factors import SecondFactors, methods_of
from tenant_schema.users.sign_in.service import Authentication

__all__ = ["BrowserSignIn"]


class BrowserSignIn:
    """Starts sessions of browsers."""

    def __init__(
        self, authentication: Authentication, factors: SecondFactors, sessions: BrowserSessions
    ) -> None:
        self._authentication = authentication
        self._factors = factors
        self._sessions = sessions

    async def with_password(
        self, scope: TenantScope, email: str, password: str, arrival: Arrival, code: str | None = None
    ) -> BrowserSession:
        """Verify a password and start a session; the one that the browser had ends.

        :param code: for users with a second factor.

        Raises what :meth:`~tenant_schema.users.sign_in.service.Authentication.sign_in` raises.
        """
        verified = await self._authentication.verify_password(scope, email, password, arrival.address)
        proof = await self._factors.complete(scope, verified.user, verified.attempt, code)
        arrival = replace(arrival, methods=methods_of(proof), second_factor=proof is not None)
        async with DB.transaction():
            await self._authentication.confirm_password(verified)
            return await self._sessions.open(scope, verified.user, arrival)
