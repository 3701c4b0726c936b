"""Signing in to a browser's session with a password."""

from piccolo_conf import DB
from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in.service import Authentication

__all__ = ["BrowserSignIn"]


class BrowserSignIn:
    """Starts sessions of browsers."""

    def __init__(self, authentication: Authentication, sessions: BrowserSessions) -> None:
        self._authentication = authentication
        self._sessions = sessions

    async def with_password(
        self, scope: TenantScope, email: str, password: str, arrival: Arrival
    ) -> BrowserSession:
        """Verify a password and start a session; the one that the browser had ends.

        Raises what :meth:`~tenant_schema.users.sign_in.service.Authentication.sign_in` raises.
        """
        verified = await self._authentication.verify_password(scope, email, password, arrival.address)
        async with DB.transaction():
            await self._authentication.confirm_password(verified)
            return await self._sessions.open(scope, verified.user, arrival)
