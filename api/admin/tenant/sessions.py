"""A user's session in the admin: a session of the tenant, identified by a cookie instead of a token.

The cookie is a signed token with keys of its own, so that it is not valid as an access token and vice versa.
It is valid for an hour, renewed while it is used, and ends twelve hours after signing in.
"""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from api.admin.browser_session import NewSession
from api.admin.errors import NothingToAdminister
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import Unauthenticated
from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS, Access
from tenant_schema.users.sign_in.access_tokens import AccessTokens
from tenant_schema.users.sign_in.service import Authentication

__all__ = ["IDLE_SECONDS", "TenantSessions"]

IDLE_SECONDS: Final = 3_600
_ABSOLUTE_SECONDS: Final = 12 * 3_600
_RENEWED_AFTER: Final = 300


class TenantSessions:
    """Sessions for users with rights for the admin.

    :param tokens: with keys for this purpose only, valid for :data:`IDLE_SECONDS`.
    :param clock: Unix time, that of the tokens.
    """

    def __init__(
        self,
        authentication: Authentication,
        tokens: AccessTokens,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._authentication = authentication
        self._tokens = tokens
        self._clock = clock

    async def begin(
        self,
        scope: TenantScope,
        email: str,
        password: str,
        address: str,
        user_agent: str,
        code: str | None = None,
    ) -> NewSession:
        """Start a session. Raises what signing in raises, ``NothingToAdminister``, and ``FactorRequired`` for
        a user who has to add a second factor first.
        """
        signed_in = await self._authentication.sign_in(scope, email, password, address, user_agent, code=code)
        access = await self._authentication.authenticate(scope, signed_in.access_token)
        if access.missing_factor is not None:
            await self._authentication.sign_out(scope, access)
        access.require_factor()
        if not _administers(access):
            await self._authentication.sign_out(scope, access)
            raise NothingToAdminister
        return self._issue(scope, access)

    async def visit(self, scope: TenantScope, secret: str) -> tuple[Access, NewSession | None] | None:
        """Return the user of this cookie, and a new cookie when it is due; None if the session has ended."""
        try:
            claims = self._tokens.read(scope, secret)
            access = await self._authentication.of_session(scope, claims.user_id, claims.session_id)
        except Unauthenticated:
            return None
        if not _administers(access) or access.missing_factor is not None:
            return None
        is_young = claims.expires_at - self._clock() > IDLE_SECONDS - _RENEWED_AFTER
        ends_anyway = claims.expires_at >= int(_end_of(access.session_id))
        return access, None if is_young or ends_anyway else self._issue(scope, access)

    async def end(self, scope: TenantScope, secret: str) -> None:
        """End the session. Does nothing if it has ended."""
        found = await self.visit(scope, secret)
        if found is not None:
            await self._authentication.sign_out(scope, found[0])

    def _issue(self, scope: TenantScope, access: Access) -> NewSession:
        end = _end_of(access.session_id)
        issued = self._tokens.issue(scope, access.user_id, access.session_id, until=end)
        return NewSession(issued.text, issued.expires_in)


def _end_of(session_id: UUID) -> float:
    """Return the latest end of the session as Unix time. An id contains its creation time (RFC 9562)."""
    return (session_id.int >> 80) / 1_000 + _ABSOLUTE_SECONDS


def _administers(access: Access) -> bool:
    return any(access.has(permission) for permission in SYSTEM_PERMISSIONS)
