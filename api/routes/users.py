"""/api/v1/users: the tenant's people, and one-time links for them."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post, put
from msgspec import UNSET

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import NOT_STORED, RawResponse, empty, json
from api.schemas.auth import UserAnswer
from api.schemas.users import (
    Acceptance,
    CreatedUser,
    LinkAnswer,
    NewUserBody,
    RoleNames,
    UserChangesBody,
    UserDetail,
    UserPage,
    UserQuery,
)
from tenant_schema.users.service import Users

__all__ = [
    "OPEN_ROUTES",
    "ROUTES",
    "accept_link",
    "create_user",
    "deactivate_user",
    "delete_user",
    "list_users",
    "make_user_link",
    "reactivate_user",
    "read_user",
    "set_user_roles",
    "update_user",
]

_TAG = "Users"


def _users(request: TenantRequest) -> Users:
    return request.platform.people.users


def _user_id(request: TenantRequest) -> UUID:
    return request.asked_id("userId", "user")


@get(
    "/users",
    operation=Operation(
        id="listUsers",
        tag=_TAG,
        summary="Users, the newest first",
        description="Anybody who is signed in may look; roles and times are for those who may manage users.",
        query=UserQuery,
        replies={200: Reply("A page.", UserPage)},
    ),
)
async def list_users(request: TenantRequest) -> RawResponse:
    """A page of users."""
    query = request.query_as(UserQuery)
    page = await _users(request).page(
        request.access,
        query.limit,
        None if query.cursor is UNSET else query.cursor,
        query.search,
        active=None if query.active is UNSET else query.active,
    )
    return json(UserPage.of(page))


@post(
    "/users",
    operation=Operation(
        id="createUser",
        tag=_TAG,
        summary="Invite somebody, or make a user with a password",
        description=(
            "Without a password the answer holds an invitation: a token that you hand to them, by which they "
            "choose a password (`POST /api/v1/auth/accept`). It is shown once. Nobody can give a role that "
            "allows more than their own roles do, except those who may manage roles."
        ),
        body=NewUserBody,
        body_example={"email": "grace@acme.example", "name": "Grace Hopper", "roles": ["member"]},
        replies={201: Reply("The user.", CreatedUser, None, ("Location",))},
        problems=(409,),
    ),
)
async def create_user(request: TenantRequest) -> RawResponse:
    """Invite somebody."""
    given = await request.read(NewUserBody)
    user, link = await _users(request).create(request.tenant, request.access, given.wanted())
    answer = CreatedUser(user=UserDetail.of(user), invitation=None if link is None else LinkAnswer.of(link))
    return json(answer, 201, [NOT_STORED, (b"location", f"/api/v1/users/{user.id}".encode())])


@get(
    "/users/{userId:str}",
    operation=Operation(
        id="readUser", tag=_TAG, summary="One user", replies={200: Reply("The user.", UserDetail)}
    ),
)
async def read_user(request: TenantRequest) -> RawResponse:
    """One user."""
    return json(UserDetail.of(await _users(request).get(request.access, _user_id(request))))


@patch(
    "/users/{userId:str}",
    operation=Operation(
        id="updateUser",
        tag=_TAG,
        summary="Change a user's name or address",
        description="Everybody may change their own name. An API key cannot change an e-mail address.",
        body=UserChangesBody,
        body_example={"name": "Rear Admiral Grace Hopper"},
        replies={200: Reply("The user as they are now.", UserDetail)},
        problems=(409,),
    ),
)
async def update_user(request: TenantRequest) -> RawResponse:
    """Change a user's name or address."""
    given = await request.read(UserChangesBody)
    user = await _users(request).update(request.tenant, request.access, _user_id(request), given.wanted())
    return json(UserDetail.of(user))


@delete(
    "/users/{userId:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteUser",
        tag=_TAG,
        summary="Delete a user",
        description=(
            "Their records stay, without an owner. To keep the names under what they did, deactivate them "
            "instead."
        ),
        replies={204: Reply("They are gone.")},
        problems=(409,),
    ),
)
async def delete_user(request: TenantRequest) -> RawResponse:
    """Delete a user."""
    await _users(request).delete(request.tenant, request.access, _user_id(request))
    return empty()


@put(
    "/users/{userId:str}/roles",
    operation=Operation(
        id="setUserRoles",
        tag=_TAG,
        summary="The roles of a user, in the place of those before",
        description="Counts from the next request on. The last administrator stays one. Not for API keys.",
        body=RoleNames,
        body_example={"roles": ["member", "viewer"]},
        replies={200: Reply("The user as they are now.", UserDetail)},
        problems=(409,),
    ),
)
async def set_user_roles(request: TenantRequest) -> RawResponse:
    """The roles of a user."""
    given = await request.read(RoleNames)
    user = await _users(request).set_roles(request.tenant, request.access, _user_id(request), given.roles)
    return json(UserDetail.of(user))


@post(
    "/users/{userId:str}/deactivate",
    operation=Operation(
        id="deactivateUser",
        tag=_TAG,
        summary="Let a user in no more",
        description="Their sessions end, their keys and links are worth nothing. Their records stay theirs.",
        replies={200: Reply("The user as they are now.", UserDetail)},
        problems=(409,),
    ),
)
async def deactivate_user(request: TenantRequest) -> RawResponse:
    """Let a user in no more."""
    return await _set_active(request, active=False)


@post(
    "/users/{userId:str}/reactivate",
    operation=Operation(
        id="reactivateUser",
        tag=_TAG,
        summary="Let a user in again",
        replies={200: Reply("The user as they are now.", UserDetail)},
    ),
)
async def reactivate_user(request: TenantRequest) -> RawResponse:
    """Let a user in again."""
    return await _set_active(request, active=True)


async def _set_active(request: TenantRequest, *, active: bool) -> RawResponse:
    user = await _users(request).set_active(request.tenant, request.access, _user_id(request), active=active)
    return json(UserDetail.of(user))


@post(
    "/users/{userId:str}/link",
    operation=Operation(
        id="makeUserLink",
        tag=_TAG,
        summary="A one-time link by which a user chooses a password",
        description=(
            "A new invitation for those who have no password yet, a reset for others, whose password works "
            "until they use it. Links made before are worth nothing then. The token is shown once. Not for "
            "API keys."
        ),
        replies={201: Reply("The link.", LinkAnswer)},
        problems=(409,),
    ),
)
async def make_user_link(request: TenantRequest) -> RawResponse:
    """A one-time link for a user."""
    link = await _users(request).make_link(request.tenant, request.access, _user_id(request))
    return json(LinkAnswer.of(link), 201, [NOT_STORED])


@post(
    "/auth/accept",
    operation=Operation(
        id="acceptLink",
        tag="Signing in",
        summary="Choose a password by a one-time link",
        description="All sessions of the user end. Sign in with the new password then.",
        body=Acceptance,
        body_example={"token": "fhl_…", "password": "correct horse battery"},
        replies={200: Reply("Whose password it is.", UserAnswer)},
    ),
)
async def accept_link(request: TenantRequest) -> RawResponse:
    """Choose a password by a one-time link."""
    given = await request.read(Acceptance)
    user = await request.platform.people.invitations.accept(
        request.tenant, given.token, given.password, given.name
    )
    return json(UserAnswer.of(user), headers=[NOT_STORED])


OPEN_ROUTES: Final = (accept_link,)
"""Those that need no token."""
ROUTES: Final = (
    list_users,
    create_user,
    read_user,
    update_user,
    delete_user,
    set_user_roles,
    deactivate_user,
    reactivate_user,
    make_user_link,
)
