"""/api/v1/sessions: the sessions of users."""

from litestar import Controller, delete, get

from api.requests.sources import Injected, Query
from api.schemas.access import ListQuery, SessionList, SessionResponse, WhoseQuery
from api.schemas.paths import SessionId
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.service import Sessions

__all__ = ["SessionController"]


class SessionController(Controller):
    """Users list and end their own sessions; those who may manage users also the sessions of others."""

    path = "/sessions"
    tags = ("Sessions",)

    @get(
        "/",
        operation_id="listSessions",
        summary="The sessions of a user, or of all users",
        response_description="The active sessions, newest first.",
        dependencies={"params": Query(ListQuery)},
    )
    async def list_sessions(
        self, access: Injected[Access], sessions: Injected[Sessions], params: Injected[ListQuery]
    ) -> SessionList:
        """The sessions of a user."""
        found = await (
            sessions.of_everyone(access) if params.everyone else sessions.of_user(access, params.user_id)
        )
        return SessionList(data=[SessionResponse.of(one) for one in found])

    @delete(
        "/",
        operation_id="endSessions",
        summary="End all other sessions",
        description="Ends all sessions but the one of this request; all of another user's with `user`.",
        response_description="The sessions were ended.",
        dependencies={"params": Query(WhoseQuery)},
    )
    async def end_sessions(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        sessions: Injected[Sessions],
        params: Injected[WhoseQuery],
    ) -> None:
        """End all other sessions."""
        await sessions.end_all(tenant, access, params.user_id)

    @delete(
        "/{sessionId:str}",
        operation_id="endSession",
        summary="End a session",
        description="One's own; users who may manage users can end any. Its tokens are refused at once.",
        response_description="The session was ended.",
    )
    async def end_session(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        sessions: Injected[Sessions],
        session_id: SessionId,
    ) -> None:
        """End a session."""
        await sessions.end(tenant, access, session_id)
