"""/api/v1/sessions: where somebody is signed in."""

from typing import Final

from litestar import delete, get

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, empty, json
from api.schemas.access import SessionAnswer, SessionList, WhoseQuery

__all__ = ["ROUTES", "end_session", "end_sessions", "list_sessions"]

_TAG = "Sessions"


@get(
    "/sessions",
    operation=Operation(
        id="listSessions",
        tag=_TAG,
        summary="Where one is signed in",
        query=WhoseQuery,
        replies={200: Reply("The sessions that go on, the newest first.", SessionList)},
    ),
)
async def list_sessions(request: TenantRequest) -> RawResponse:
    """Where one is signed in."""
    user_id = request.query_as(WhoseQuery).user_id
    found = await request.platform.people.sessions.of_user(request.access, user_id)
    return json(SessionList(data=[SessionAnswer.of(one) for one in found]))


@delete(
    "/sessions",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="endSessions",
        tag=_TAG,
        summary="Sign out everywhere else",
        description="Ends all sessions but the one that asks; all of another user's with `user`.",
        query=WhoseQuery,
        replies={204: Reply("They are over.")},
    ),
)
async def end_sessions(request: TenantRequest) -> RawResponse:
    """Sign out everywhere else."""
    user_id = request.query_as(WhoseQuery).user_id
    await request.platform.people.sessions.end_all(request.tenant, request.access, user_id)
    return empty()


@delete(
    "/sessions/{sessionId:str}",
    status_code=200,
    operation=Operation(
        id="endSession",
        tag=_TAG,
        summary="End a session",
        description="One's own; who may manage users can end anyone's. Its tokens are worth nothing at once.",
        replies={204: Reply("It is over.")},
    ),
)
async def end_session(request: TenantRequest) -> RawResponse:
    """End a session."""
    session_id = request.asked_id("sessionId", "session")
    await request.platform.people.sessions.end(request.tenant, request.access, session_id)
    return empty()


ROUTES: Final = (list_sessions, end_sessions, end_session)
