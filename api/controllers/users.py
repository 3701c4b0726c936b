"""/api/v1/users: the users of a tenant, and one-time links for them."""

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody
from msgspec import UNSET

from api.one_time_links import TenantLinks
from api.openapi.described import LOCATION, problems
from api.requests.sources import Injected, Query
from api.responses import NOT_STORED, Json
from api.schemas.paths import UserId
from api.schemas.users import (
    CreatedUser,
    LinkResponse,
    NewUserBody,
    RoleNames,
    UserChangesBody,
    UserDetail,
    UserPage,
    UserQuery,
)
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.service import Users

__all__ = ["UserController"]


class UserController(Controller):
    """Users are invited or created, changed, deactivated and deleted by those who may manage users."""

    path = "/users"
    tags = ("Users",)

    @get(
        "/",
        operation_id="listUsers",
        summary="Users, newest first",
        description=(
            "Every user may list users; roles, times and factors are shown to those who may manage users."
        ),
        response_description="A page.",
        dependencies={"params": Query(UserQuery)},
    )
    async def list_users(
        self, access: Injected[Access], users: Injected[Users], params: Injected[UserQuery]
    ) -> UserPage:
        """A page of users."""
        page = await users.page(
            access,
            params.limit,
            None if params.cursor is UNSET else params.cursor,
            params.wanted(),
        )
        return UserPage.of(page)

    @post(
        "/",
        operation_id="createUser",
        summary="Invite a user, or create one with a password",
        description=(
            "Without a password the user is invited by mail. The response has the invitation as well: a link "
            "with which the user chooses a password within 7 days (`POST /api/v1/auth/accept`), shown once, "
            "and in `delivery` whether it is mailed. Nobody can give a role that allows more than their own "
            "roles do, except those who may manage roles."
        ),
        response_description="The user.",
        response_headers=[LOCATION],
        responses=problems(409),
        body_example={"email": "grace@acme.example", "name": "Grace Hopper", "roles": ["member"]},
    )
    async def create_user(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        links: Injected[TenantLinks],
        data: JSONBody[NewUserBody],
    ) -> Json[CreatedUser]:
        """Invite a user, or create one with a password."""
        user, link = await users.create(tenant, access, data.wanted())
        created = CreatedUser(
            user=UserDetail.of(user), invitation=None if link is None else LinkResponse.of(link, links)
        )
        return Json(created, headers=[NOT_STORED, (b"location", f"/api/v1/users/{user.id}".encode())])

    @get(
        "/{userId:str}",
        operation_id="readUser",
        summary="One user",
        response_description="The user.",
    )
    async def read_user(
        self, access: Injected[Access], users: Injected[Users], user_id: UserId
    ) -> UserDetail:
        """One user."""
        return UserDetail.of(await users.get(access, user_id))

    @patch(
        "/{userId:str}",
        operation_id="updateUser",
        summary="Change a user's name or e-mail address",
        description=(
            "Users may change their own name. When the address is changed, the old and the new one get a "
            "notice, and links that were mailed to the old one are refused. An API key cannot change it."
        ),
        response_description="The changed user.",
        responses=problems(409),
        body_example={"name": "Rear Admiral Grace Hopper"},
    )
    async def update_user(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        user_id: UserId,
        data: JSONBody[UserChangesBody],
    ) -> UserDetail:
        """Change a user's name or e-mail address."""
        return UserDetail.of(await users.update(tenant, access, user_id, data.wanted()))

    @delete(
        "/{userId:str}",
        operation_id="deleteUser",
        summary="Delete a user",
        description=(
            "Their records stay, without an owner. To keep their name in histories, deactivate them instead."
        ),
        response_description="The user was deleted.",
        responses=problems(409),
    )
    async def delete_user(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        user_id: UserId,
    ) -> None:
        """Delete a user."""
        await users.delete(tenant, access, user_id)

    @put(
        "/{userId:str}/roles",
        operation_id="setUserRoles",
        summary="Replace the roles of a user",
        description="Takes effect with the next request. The last administrator stays one. Not for API keys.",
        response_description="The changed user.",
        responses=problems(409),
        body_example={"roles": ["member", "viewer"]},
    )
    async def set_user_roles(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        user_id: UserId,
        data: JSONBody[RoleNames],
    ) -> UserDetail:
        """Replace the roles of a user."""
        return UserDetail.of(await users.set_roles(tenant, access, user_id, data.roles))

    @post(
        "/{userId:str}/deactivate",
        status_code=200,
        operation_id="deactivateUser",
        summary="Deactivate a user",
        description=(
            "Their sessions end, and their API keys and links are refused. They keep owning their records."
        ),
        response_description="The changed user.",
        responses=problems(409),
    )
    async def deactivate_user(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        user_id: UserId,
    ) -> UserDetail:
        """Deactivate a user."""
        return UserDetail.of(await users.set_active(tenant, access, user_id, active=False))

    @post(
        "/{userId:str}/reactivate",
        status_code=200,
        operation_id="reactivateUser",
        summary="Reactivate a user",
        response_description="The changed user.",
    )
    async def reactivate_user(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        user_id: UserId,
    ) -> UserDetail:
        """Reactivate a user."""
        return UserDetail.of(await users.set_active(tenant, access, user_id, active=True))

    @post(
        "/{userId:str}/link",
        operation_id="createUserLink",
        summary="Create a one-time link with which a user chooses a password",
        description=(
            "A new invitation (7 days) for users without a password, a reset (1 hour) for others, whose "
            "password works until they use the link. It is mailed to the user, and shown once. Earlier links "
            "of its kind are refused from then on. Not for API keys."
        ),
        response_description="The link.",
        responses=problems(409),
    )
    async def create_user_link(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        users: Injected[Users],
        links: Injected[TenantLinks],
        user_id: UserId,
    ) -> Json[LinkResponse]:
        """Create a one-time link for a user."""
        link = await users.create_link(tenant, access, user_id)
        return Json(LinkResponse.of(link, links), headers=[NOT_STORED])
