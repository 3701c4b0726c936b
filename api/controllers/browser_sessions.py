"""/api/v1/auth/session: signing in, and staying signed in, with a cookie."""

from contextlib import suppress

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.errors import NotAuthenticated
from api.openapi.described import problems
from api.requests.cookies import arrival_of, clear_session, keep_session, session_secret
from api.requests.guards import admits_anyone, admits_own_pages, admits_own_session, record_support
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.auth import Credentials
from api.schemas.browser_sessions import SessionState
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import Unauthenticated
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.browser_sign_in import BrowserSignIn

__all__ = ["BrowserSessionController"]


class BrowserSessionController(Controller):
    """Browsers have a cookie that scripts cannot read, instead of tokens."""

    path = "/auth/session"
    tags = ("Signing in",)

    @post(
        "/",
        before_request=admits_own_pages,
        status_code=200,
        operation_id="openSession",
        summary="Sign in with a cookie",
        description=(
            "For pages of the tenant's own host name. Sets an HttpOnly cookie with the session, and one by "
            "which the browser is recognised at later sign-ins. A session that the browser had ends. "
            "Refusals are those of `/api/v1/auth/login`; a request from another origin's page is 403 "
            "`cross-site`."
        ),
        response_description="A new session, whose secret is in the cookie.",
        responses=problems(401, 429),
        body_example={"email": "ada@acme.example", "password": "correct horse battery"},
    )
    async def open_session(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        browser_sign_in: Injected[BrowserSignIn],
        data: JSONBody[Credentials],
    ) -> Json[SessionState]:
        """Sign in with a cookie."""
        code = None if data.code is UNSET else data.code
        session = await browser_sign_in.with_password(
            tenant, data.email, data.password, arrival_of(request), code
        )
        state = SessionState.of(session.user, session.expires_at)
        return Json(state, headers=[NOT_STORED, *keep_session(request, session)])

    @get(
        "/",
        before_request=admits_anyone,
        operation_id="readSession",
        summary="The session of this browser",
        description="401 if the browser has none. Bearer tokens are not considered.",
        response_description="The session.",
        responses=problems(401),
    )
    async def read_session(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        browser_sessions: Injected[BrowserSessions],
    ) -> Json[SessionState]:
        """The session of this browser."""
        secret = session_secret(request)
        if secret is None:
            raise NotAuthenticated
        session = await browser_sessions.read(tenant, secret)
        await record_support(request, session.access)
        return Json(SessionState.of(session.user, session.expires_at), headers=[NOT_STORED])

    @delete(
        "/",
        before_request=admits_own_session,
        operation_id="closeSession",
        summary="End the session of this browser",
        description="Also deletes the cookie. Without a session it does nothing.",
        response_description="The browser has no session.",
    )
    async def close_session(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        browser_sessions: Injected[BrowserSessions],
    ) -> Json[None]:
        """End the session of this browser."""
        secret = session_secret(request)
        if secret is not None:
            with suppress(Unauthenticated):
                await record_support(request, await browser_sessions.authenticate(tenant, secret))
            await browser_sessions.end(tenant, secret)
        return Json(None, headers=clear_session(request))
