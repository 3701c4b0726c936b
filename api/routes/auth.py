"""Signing in, staying signed in, signing out; who am I; and which tenant this is."""

from typing import Final

from litestar import get, post

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import NOT_STORED, RawResponse, empty, json
from api.schemas.auth import Credentials, NewPassword, ProfileAnswer, Refresh, TenantName, Tokens

__all__ = ["OPEN_ROUTES", "ROUTES", "change_password", "login", "logout", "me", "refresh", "tenant"]

_TAG = "Signing in"
_TENANT_EXAMPLE = {"name": "Acme Corporation", "slug": "acme"}


@get(
    "/tenant",
    operation=Operation(
        id="readTenant",
        tag=_TAG,
        summary="The tenant of this host name, for a sign-in page",
        replies={200: Reply("Its name and slug.", TenantName, _TENANT_EXAMPLE)},
    ),
)
async def tenant(request: TenantRequest) -> RawResponse:
    """The tenant of this host name."""
    return json(TenantName(name=request.tenant.name, slug=request.tenant.slug))


@post(
    "/auth/login",
    operation=Operation(
        id="login",
        tag=_TAG,
        summary="Sign in with an e-mail address and a password",
        description=(
            "A wrong address and a wrong password look and take the same. After repeated failures the "
            "account and the address have to wait (429, with Retry-After)."
        ),
        body=Credentials,
        body_example={"email": "ada@acme.example", "password": "correct horse battery"},
        replies={200: Reply("A new session.", Tokens)},
        problems=(401, 429),
    ),
)
async def login(request: TenantRequest) -> RawResponse:
    """Sign in."""
    given = await request.read(Credentials)
    signed_in = await request.platform.authentication.sign_in(
        request.tenant, given.email, given.password, request.address, request.header(b"user-agent") or ""
    )
    return json(Tokens.of(signed_in), headers=[NOT_STORED])


@post(
    "/auth/refresh",
    operation=Operation(
        id="refresh",
        tag=_TAG,
        summary="Exchange a refresh token for new tokens",
        description=(
            "Each refresh token works once. A second use within 10 seconds of the first (two tabs of a "
            "browser) gets a pair of its own; later, a second use ends the session."
        ),
        body=Refresh,
        replies={200: Reply("The session's new tokens.", Tokens)},
        problems=(401,),
    ),
)
async def refresh(request: TenantRequest) -> RawResponse:
    """Exchange a refresh token for new tokens."""
    given = await request.read(Refresh)
    signed_in = await request.platform.authentication.refresh(request.tenant, given.refresh_token)
    return json(Tokens.of(signed_in), headers=[NOT_STORED])


@post(
    "/auth/logout",
    operation=Operation(
        id="logout",
        tag=_TAG,
        summary="End this session",
        replies={204: Reply("Its tokens are worth nothing any more.")},
    ),
)
async def logout(request: TenantRequest) -> RawResponse:
    """End this session."""
    await request.platform.authentication.sign_out(request.tenant, request.access)
    return empty()


@get(
    "/auth/me",
    operation=Operation(
        id="me",
        tag=_TAG,
        summary="Who the caller is, and what their roles allow",
        replies={200: Reply("The caller.", ProfileAnswer)},
    ),
)
async def me(request: TenantRequest) -> RawResponse:
    """Who the caller is."""
    return json(ProfileAnswer.of(request.platform.authentication.me(request.access)))


@post(
    "/auth/password",
    operation=Operation(
        id="changePassword",
        tag=_TAG,
        summary="Change the caller's password",
        description="Every other session of the caller ends.",
        body=NewPassword,
        body_example={"current": "correct horse battery", "new": "staple battery horse"},
        replies={204: Reply("It is changed.")},
        problems=(429,),
    ),
)
async def change_password(request: TenantRequest) -> RawResponse:
    """Change the caller's password."""
    given = await request.read(NewPassword)
    await request.platform.authentication.change_password(
        request.tenant, request.access, given.current, given.new, request.address
    )
    return empty()


OPEN_ROUTES: Final = (tenant, login, refresh)
"""Those that need no token."""
ROUTES: Final = (logout, me, change_password)
