"""/api/v1/permissions: the permissions that roles can have, and why a user may do something or not."""

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import LOCATION, problems
from api.requests.sources import Injected
from api.responses import Json
from api.schemas.paths import PermissionId
from api.schemas.roles import (
    ExplanationResponse,
    NewPermission,
    PermissionChanges,
    PermissionList,
    PermissionResponse,
    QuestionBody,
)
from tenant_schema.records.reading.explain import Explanations
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions.service import Permissions
from tenant_schema.users.rights.permissions import Access

__all__ = ["PermissionController"]


class PermissionController(Controller):
    """Permissions are created, renamed and deleted with their objects."""

    path = "/permissions"
    tags = ("Roles",)

    @post(
        "/explain",
        status_code=200,
        operation_id="explainPermission",
        summary="Explain whether a user may do something",
        description=(
            "Evaluates the rights that every request is checked against, role by role. Users may ask about "
            "themselves; asking about others, and seeing rules and hidden fields, requires `roles:manage`."
        ),
        response_description="Whether the user may do it, and why.",
        body_example={"object": "accounts", "action": "read", "field": "annual_revenue"},
    )
    async def explain_permission(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        explanations: Injected[Explanations],
        data: JSONBody[QuestionBody],
    ) -> ExplanationResponse:
        """Explain whether a user may do something."""
        return ExplanationResponse.of(await explanations.explain(tenant, access, data.wanted()))

    @get(
        "/",
        operation_id="listPermissions",
        summary="All permissions, by name",
        response_description="The permissions.",
    )
    async def list_permissions(
        self, access: Injected[Access], permissions: Injected[Permissions]
    ) -> PermissionList:
        """All permissions."""
        return PermissionList(data=[PermissionResponse.of(one) for one in await permissions.all(access)])

    @post(
        "/",
        operation_id="createPermission",
        summary="Create a permission of an object that was deleted before",
        response_description="The permission.",
        response_headers=[LOCATION],
        responses=problems(409),
        body_example={"name": "accounts:delete"},
    )
    async def create_permission(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        permissions: Injected[Permissions],
        data: JSONBody[NewPermission],
    ) -> Json[PermissionResponse]:
        """Create a permission."""
        created = await permissions.create(tenant, access, data.name, data.description)
        location = (b"location", f"/api/v1/permissions/{created.id}".encode())
        return Json(PermissionResponse.of(created), headers=[location])

    @get(
        "/{permissionId:str}",
        operation_id="readPermission",
        summary="One permission",
        response_description="The permission.",
    )
    async def read_permission(
        self, access: Injected[Access], permissions: Injected[Permissions], permission_id: PermissionId
    ) -> PermissionResponse:
        """One permission."""
        return PermissionResponse.of(await permissions.get(access, permission_id))

    @patch(
        "/{permissionId:str}",
        operation_id="updatePermission",
        summary="Change the description of a permission",
        response_description="The changed permission.",
        body_example={"description": "For the people in the shop."},
    )
    async def update_permission(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        permissions: Injected[Permissions],
        permission_id: PermissionId,
        data: JSONBody[PermissionChanges],
    ) -> PermissionResponse:
        """Change the description of a permission."""
        changed = await permissions.describe(tenant, access, permission_id, data.description)
        return PermissionResponse.of(changed)

    @delete(
        "/{permissionId:str}",
        operation_id="deletePermission",
        summary="Delete a permission that no role has",
        description="System permissions cannot be deleted.",
        response_description="The permission was deleted.",
        responses=problems(409),
    )
    async def delete_permission(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        permissions: Injected[Permissions],
        permission_id: PermissionId,
    ) -> None:
        """Delete a permission."""
        await permissions.delete(tenant, access, permission_id)
