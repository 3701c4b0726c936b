"""/api/v1/auth: signing in and out, the caller's profile and password."""

from litestar import Controller, get, post
from litestar.params import JSONBody
from msgspec import UNSET

from api.composition import Platform
from api.openapi.described import problems
from api.requests.cookies import clear_session
from api.requests.guards import admits_anyone
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import NOT_STORED, Json
from api.schemas.auth import (
    Credentials,
    NewPassword,
    ProfileResponse,
    Refresh,
    Tokens,
)
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.service import Authentication

__all__ = ["SignInController"]


class SignInController(Controller):
    """Sessions begin with a password and go on with refresh tokens."""

    tags = ("Signing in",)

    @post(
        "/auth/login",
        before_request=admits_anyone,
        status_code=200,
        operation_id="login",
        summary="Sign in with an e-mail address and a password",
        description=(
            "An unknown e-mail address and a wrong password have the same response and take the same time. "
            "After repeated failures the account and the client's address have to wait (429, with "
            "Retry-After). For a user with a second factor, the response without `code` is 401 "
            "`factor-required`."
        ),
        response_description="A new session.",
        responses=problems(401, 429),
        body_example={"email": "ada@acme.example", "password": "correct horse battery"},
    )
    async def login(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        authentication: Injected[Authentication],
        data: JSONBody[Credentials],
    ) -> Json[Tokens]:
        """Sign in."""
        agent = request.header(b"user-agent") or ""
        code = None if data.code is UNSET else data.code
        signed_in = await authentication.sign_in(
            tenant, data.email, data.password, request.address, agent, code=code
        )
        return Json(Tokens.of(signed_in), headers=[NOT_STORED])

    @post(
        "/auth/refresh",
        before_request=admits_anyone,
        status_code=200,
        operation_id="refresh",
        summary="Exchange a refresh token for new tokens",
        description=(
            "Each refresh token works once. A second use within 10 seconds of the first (two tabs of a "
            "browser) returns another pair; a later one ends the session."
        ),
        response_description="New tokens of the session.",
        responses=problems(401),
    )
    async def refresh(
        self,
        tenant: Injected[TenantScope],
        authentication: Injected[Authentication],
        data: JSONBody[Refresh],
    ) -> Json[Tokens]:
        """Exchange a refresh token for new tokens."""
        signed_in = await authentication.refresh(tenant, data.refresh_token)
        return Json(Tokens.of(signed_in), headers=[NOT_STORED])

    @post(
        "/auth/logout",
        without_factor=True,
        status_code=204,
        operation_id="logout",
        summary="End this session",
        response_description="The tokens, or the cookie, of the session are refused from now on.",
    )
    async def logout(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        authentication: Injected[Authentication],
    ) -> Json[None]:
        """End this session."""
        await authentication.sign_out(tenant, access)
        return Json(None, headers=[] if request.has_authorization else clear_session(request))

    @get(
        "/auth/me",
        without_factor=True,
        operation_id="me",
        summary="The caller, with roles and permissions, and the operators who may be in the tenant",
        response_description="The caller.",
    )
    async def me(
        self,
        tenant: Injected[TenantScope],
        platform: Injected[Platform],
        access: Injected[Access],
        authentication: Injected[Authentication],
    ) -> ProfileResponse:
        """The caller."""
        return ProfileResponse.of(authentication.me(access), await platform.people.support.active(tenant))

    @post(
        "/auth/password",
        status_code=204,
        operation_id="changePassword",
        summary="Change the caller's password",
        description="Ends every other session of the caller.",
        response_description="The password was changed.",
        responses=problems(429),
        body_example={"current": "correct horse battery", "new": "staple battery horse"},
    )
    async def change_password(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        authentication: Injected[Authentication],
        data: JSONBody[NewPassword],
    ) -> None:
        """Change the caller's password."""
        await authentication.change_password(tenant, access, data.current, data.new, request.address)
