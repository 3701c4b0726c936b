"""/api/v1/permissions: what there is to be allowed."""

from typing import Final
from uuid import UUID

from litestar import delete, get, patch, post

from api.openapi.operation import Operation, Reply
from api.requests.request import TenantRequest
from api.responses import RawResponse, empty, json
from api.schemas.roles import (
    ExplanationAnswer,
    NewPermission,
    PermissionAnswer,
    PermissionChanges,
    PermissionList,
    QuestionBody,
)
from tenant_schema.users.permissions.service import Permissions

__all__ = [
    "ROUTES",
    "create_permission",
    "delete_permission",
    "explain_permission",
    "list_permissions",
    "read_permission",
    "update_permission",
]

_TAG = "Roles"


def _permissions(request: TenantRequest) -> Permissions:
    return request.platform.people.permissions


def _permission_id(request: TenantRequest) -> UUID:
    return request.asked_id("permissionId", "permission")


@get(
    "/permissions",
    operation=Operation(
        id="listPermissions",
        tag=_TAG,
        summary="Every permission, in the order of names",
        description="They come, are renamed and go with their objects.",
        replies={200: Reply("The permissions.", PermissionList)},
    ),
)
async def list_permissions(request: TenantRequest) -> RawResponse:
    """Every permission."""
    found = await _permissions(request).all(request.access)
    return json(PermissionList(data=[PermissionAnswer.of(one) for one in found]))


@post(
    "/permissions",
    operation=Operation(
        id="createPermission",
        tag=_TAG,
        summary="Make a permission of an object, when it was deleted before",
        body=NewPermission,
        body_example={"name": "accounts:delete"},
        replies={201: Reply("The permission.", PermissionAnswer, None, ("Location",))},
        problems=(409,),
    ),
)
async def create_permission(request: TenantRequest) -> RawResponse:
    """Make a permission."""
    given = await request.read(NewPermission)
    made = await _permissions(request).create(request.tenant, request.access, given.name, given.description)
    location = (b"location", f"/api/v1/permissions/{made.id}".encode())
    return json(PermissionAnswer.of(made), 201, [location])


@get(
    "/permissions/{permissionId:str}",
    operation=Operation(
        id="readPermission",
        tag=_TAG,
        summary="One permission",
        replies={200: Reply("The permission.", PermissionAnswer)},
    ),
)
async def read_permission(request: TenantRequest) -> RawResponse:
    """One permission."""
    found = await _permissions(request).get(request.access, _permission_id(request))
    return json(PermissionAnswer.of(found))


@patch(
    "/permissions/{permissionId:str}",
    operation=Operation(
        id="updatePermission",
        tag=_TAG,
        summary="Say what a permission is for",
        body=PermissionChanges,
        body_example={"description": "For the people in the shop."},
        replies={200: Reply("The permission as it is now.", PermissionAnswer)},
    ),
)
async def update_permission(request: TenantRequest) -> RawResponse:
    """Say what a permission is for."""
    given = await request.read(PermissionChanges)
    changed = await _permissions(request).describe(
        request.tenant, request.access, _permission_id(request), given.description
    )
    return json(PermissionAnswer.of(changed))


@delete(
    "/permissions/{permissionId:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="deletePermission",
        tag=_TAG,
        summary="Delete a permission that no role has",
        description="Those that are part of every tenant stay.",
        replies={204: Reply("It is gone.")},
        problems=(409,),
    ),
)
async def delete_permission(request: TenantRequest) -> RawResponse:
    """Delete a permission."""
    await _permissions(request).delete(request.tenant, request.access, _permission_id(request))
    return empty()


@post(
    "/permissions/explain",
    operation=Operation(
        id="explainPermission",
        tag=_TAG,
        summary="May this user do that, and why?",
        description=(
            "Looks at the rights that every request heeds, role by role. Anybody may ask about themselves; "
            "about others, and to be told of rules and of what is hidden, takes `roles:manage`."
        ),
        body=QuestionBody,
        body_example={"object": "accounts", "action": "read", "field": "annual_revenue"},
        replies={200: Reply("Yes or no, and why.", ExplanationAnswer)},
    ),
)
async def explain_permission(request: TenantRequest) -> RawResponse:
    """May this user do that, and why?"""
    given = await request.read(QuestionBody)
    found = await request.platform.people.explanations.explain(request.tenant, request.access, given.wanted())
    return json(ExplanationAnswer.of(found))


ROUTES: Final = (
    explain_permission,
    list_permissions,
    create_permission,
    read_permission,
    update_permission,
    delete_permission,
)
