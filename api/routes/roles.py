"""/api/v1/roles: what people may do, and where it stops."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post, put

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, empty, json
from api.schemas.roles import (
    FieldRights,
    NewRole,
    PermissionNames,
    RoleAnswer,
    RoleChanges,
    RoleList,
    RowRules,
)
from tenant_schema.users.roles.service import Roles

__all__ = [
    "ROUTES",
    "create_role",
    "delete_role",
    "list_roles",
    "read_role",
    "set_role_fields",
    "set_role_permissions",
    "set_role_rules",
    "update_role",
]

_TAG = "Roles"
_AS_IT_IS: Final = {200: Reply("The role as it is now.", RoleAnswer)}


def _roles(request: TenantRequest) -> Roles:
    return request.platform.people.roles


def _role_id(request: TenantRequest) -> UUID:
    return request.asked_id("roleId", "role")


@get(
    "/roles",
    operation=Operation(
        id="listRoles",
        tag=_TAG,
        summary="Every role, in the order of names",
        replies={200: Reply("The roles.", RoleList)},
    ),
)
async def list_roles(request: TenantRequest) -> RawResponse:
    """Every role."""
    return json(RoleList(data=[RoleAnswer.of(one) for one in await _roles(request).all(request.access)]))


@post(
    "/roles",
    operation=Operation(
        id="createRole",
        tag=_TAG,
        summary="Make a role",
        body=NewRole,
        body_example={
            "name": "sales",
            "label": "Sales",
            "permissions": ["accounts:read", "accounts:update"],
            "fields": [{"object": "accounts", "field": "annual_revenue", "read": False}],
            "rules": [{"object": "accounts", "action": "update", "filter": {"owner": {"eq": "$me"}}}],
        },
        replies={201: Reply("The role.", RoleAnswer, None, ("Location",))},
        problems=(409,),
    ),
)
async def create_role(request: TenantRequest) -> RawResponse:
    """Make a role."""
    given = await request.read(NewRole)
    role = await _roles(request).create(request.tenant, request.access, given.wanted())
    return json(RoleAnswer.of(role), 201, [(b"location", f"/api/v1/roles/{role.id}".encode())])


@get(
    "/roles/{roleId:str}",
    operation=Operation(
        id="readRole", tag=_TAG, summary="One role", replies={200: Reply("The role.", RoleAnswer)}
    ),
)
async def read_role(request: TenantRequest) -> RawResponse:
    """One role."""
    return json(RoleAnswer.of(await _roles(request).get(request.access, _role_id(request))))


@patch(
    "/roles/{roleId:str}",
    operation=Operation(
        id="updateRole",
        tag=_TAG,
        summary="Change a role's name, label or description",
        description="Roles that came with the tenant keep their names.",
        body=RoleChanges,
        body_example={"label": "Sales team"},
        replies=_AS_IT_IS,
        problems=(409,),
    ),
)
async def update_role(request: TenantRequest) -> RawResponse:
    """Change a role's name, label or description."""
    given = await request.read(RoleChanges)
    role = await _roles(request).update(request.tenant, request.access, _role_id(request), given.wanted())
    return json(RoleAnswer.of(role))


@delete(
    "/roles/{roleId:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deleteRole",
        tag=_TAG,
        summary="Delete a role that nobody has",
        replies={204: Reply("It is gone.")},
        problems=(409,),
    ),
)
async def delete_role(request: TenantRequest) -> RawResponse:
    """Delete a role."""
    await _roles(request).delete(request.tenant, request.access, _role_id(request))
    return empty()


@put(
    "/roles/{roleId:str}/permissions",
    operation=Operation(
        id="setRolePermissions",
        tag=_TAG,
        summary="What a role allows, in the place of what it did before",
        description=(
            "Roles add up: a user may do what any of their roles allows. Counts from the next request on. "
            "Somebody is always left who may manage users and roles."
        ),
        body=PermissionNames,
        body_example={"permissions": ["accounts:read", "accounts:update"]},
        replies=_AS_IT_IS,
        problems=(409,),
    ),
)
async def set_role_permissions(request: TenantRequest) -> RawResponse:
    """What a role allows."""
    given = await request.read(PermissionNames)
    role = await _roles(request).set_permissions(
        request.tenant, request.access, _role_id(request), given.permissions
    )
    return json(RoleAnswer.of(role))


@put(
    "/roles/{roleId:str}/fields",
    operation=Operation(
        id="setRoleFields",
        tag=_TAG,
        summary="The fields that a role may not read or update, in the place of those before",
        description=(
            "Fields that are not told are open. A field that a user may not read is absent from every "
            "answer, and cannot be filtered, sorted, searched, grouped, expanded or exported. It is closed "
            "when every role of the user that allows to read (update, create) the object keeps it back. "
            "`id` and `version` can always be read."
        ),
        body=FieldRights,
        body_example={
            "fields": [
                {"object": "accounts", "field": "annual_revenue", "read": False},
                {"object": "accounts", "field": "owner", "update": False},
            ]
        },
        replies=_AS_IT_IS,
    ),
)
async def set_role_fields(request: TenantRequest) -> RawResponse:
    """The fields that a role may not read or update."""
    given = await request.read(FieldRights)
    role = await _roles(request).set_fields(request.tenant, request.access, _role_id(request), given.wanted())
    return json(RoleAnswer.of(role))


@put(
    "/roles/{roleId:str}/rules",
    operation=Operation(
        id="setRoleRules",
        tag=_TAG,
        summary="Which records a role may read, update and delete, in the place of the rules before",
        description=(
            "Without a rule the permission is for every record. A user reaches a record when any role that "
            "allows the action has no rule for it, or one that lets it pass. A record that may not be read "
            "is 404, one that may be read and not changed is 403."
        ),
        body=RowRules,
        body_example={
            "rules": [
                {"object": "accounts", "action": "read", "filter": {"owner": {"eq": "$me"}}},
                {"object": "accounts", "action": "delete", "filter": {"industry": {"eq": "other"}}},
            ]
        },
        replies=_AS_IT_IS,
    ),
)
async def set_role_rules(request: TenantRequest) -> RawResponse:
    """Which records a role may read, update and delete."""
    given = await request.read(RowRules)
    role = await _roles(request).set_rules(request.tenant, request.access, _role_id(request), given.wanted())
    return json(RoleAnswer.of(role))


ROUTES: Final = (
    list_roles,
    create_role,
    read_role,
    update_role,
    delete_role,
    set_role_permissions,
    set_role_fields,
    set_role_rules,
)
