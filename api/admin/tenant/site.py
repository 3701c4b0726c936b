"""The site of a tenant's administrators at /admin of its host.

They sign in with the API's e-mail addresses and passwords.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from api.admin.addresses import address_of
from api.admin.browser_session import NewSession
from api.admin.site import Form, Table
from api.admin.tenant.forms import tenant_forms
from api.admin.tenant.menu import tenant_tables
from api.admin.tenant.visitor import Visitor
from api.requests.request import ApiRequest
from tenant_schema.scope import TenantScope

__all__ = ["TenantSite", "TenantVisit"]


class TenantSite:
    """The site. It has no state."""

    words: Mapping[str, str] = {"Username": "E-mail address"}
    has_passwords = True

    def title(self, request: ApiRequest) -> str:
        """The title."""
        return _scope(request).name

    async def sign_in(
        self, request: ApiRequest, username: str, password: str, code: str | None
    ) -> NewSession:
        """Start a session of the tenant. Raises what :class:`TenantSessions` raises."""
        agent = request.header(b"user-agent") or ""
        sessions = request.platform.admin.tenant_sessions
        return await sessions.begin(_scope(request), username, password, request.address, agent, code)

    async def visit(self, request: ApiRequest, secret: str) -> "TenantVisit | None":
        """Return the user of a session."""
        found = await request.platform.admin.tenant_sessions.visit(_scope(request), secret)
        if found is None:
            return None
        access, renewed = found
        request.context.caller = access.user_id
        here = address_of(request, request.scope["state"]["host"])
        visitor = Visitor(
            request.platform, _scope(request), access, request.context.id, request.address, here
        )
        return TenantVisit(visitor, renewed)

    async def sign_out(self, request: ApiRequest, secret: str) -> None:
        """End the session."""
        await request.platform.admin.tenant_sessions.end(_scope(request), secret)


class TenantVisit:
    """A user's request."""

    def __init__(self, visitor: Visitor, renewed: NewSession | None) -> None:
        self.renewed = renewed
        self._visitor = visitor

    @property
    def name(self) -> str:
        """The user's name, or address."""
        return self._visitor.access.name or self._visitor.access.email

    @property
    def user_id(self) -> str:
        """The user's id."""
        return str(self._visitor.access.user_id)

    async def tables(self) -> Mapping[str, Table]:
        """The tables that the user's permissions allow."""
        return await tenant_tables(self._visitor)

    async def forms(self) -> Sequence[Form]:
        """The forms that the user's permissions allow."""
        return tenant_forms(self._visitor)

    async def links(self) -> Mapping[str, str]:
        """The API documentation."""
        return {"API": "/schema"}

    async def change_password(self, current: str, new: str) -> None:
        """Change the user's own password."""
        visitor = self._visitor
        await visitor.platform.authentication.change_password(
            visitor.scope, visitor.access, current, new, visitor.address
        )


def _scope(request: ApiRequest) -> TenantScope:
    return cast("TenantScope", request.scope["state"]["tenant"])
