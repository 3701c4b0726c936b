"""/api/v1/roles: what users may do, and with which fields and records."""

from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from api.openapi.described import ETAG, LOCATION, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared
from api.schemas.paths import RoleId
from api.schemas.roles import (
    FieldRights,
    NewRole,
    PermissionNames,
    RoleChanges,
    RoleList,
    RoleResponse,
    RowRules,
)
from tenant_schema.preconditions import Versions
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.records import RoleContents
from tenant_schema.users.roles.service import Roles

__all__ = ["RoleController"]


class RoleController(Controller):
    """A role has permissions, fields that it may not read or update, and rules for records."""

    path = "/roles"
    tags = ("Roles",)

    @get(
        "/",
        operation_id="listRoles",
        summary="All roles, by name",
        response_description="The roles.",
        conditional=True,
    )
    async def list_roles(
        self, request: TenantRequest, access: Injected[Access], roles: Injected[Roles]
    ) -> Prepared[RoleList]:
        """All roles."""
        return request.tagged(RoleList(data=[RoleResponse.of(one) for one in await roles.all(access)]))

    @post(
        "/",
        operation_id="createRole",
        summary="Create a role",
        response_description="The role.",
        response_headers=[LOCATION, ETAG],
        responses=problems(409),
        body_example={
            "name": "sales",
            "label": "Sales",
            "permissions": ["accounts:read", "accounts:update"],
            "fields": [{"object": "accounts", "field": "annual_revenue", "read": False}],
            "rules": [{"object": "accounts", "action": "update", "filter": {"owner": {"eq": "$me"}}}],
        },
    )
    async def create_role(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        data: JSONBody[NewRole],
    ) -> Prepared[RoleResponse]:
        """Create a role."""
        role = await roles.create(tenant, access, data.wanted())
        location = (b"location", f"/api/v1/roles/{role.id}".encode())
        return at_version(RoleResponse.of(role), role.version, 201, [location])

    @get(
        "/{roleId:str}",
        operation_id="readRole",
        summary="One role",
        response_description="The role.",
        conditional=True,
    )
    async def read_role(
        self, request: TenantRequest, access: Injected[Access], roles: Injected[Roles], role_id: RoleId
    ) -> Prepared[RoleResponse]:
        """One role."""
        role = await roles.get(access, role_id)
        return request.versioned(RoleResponse.of(role), role.version)

    @patch(
        "/{roleId:str}",
        operation_id="updateRole",
        summary="Change a role: its name, label, description, and all that it grants and requires",
        description=(
            "Everything is changed together, or nothing. `permissions`, `fields` and `rules` replace those "
            "of the role, as the routes of their names do. The roles of a new tenant keep their names. With "
            "`mfaRequired`, sessions without a second factor may do nothing but add one, from their next "
            "request on."
        ),
        response_description="The changed role.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        body_example={"label": "Sales team"},
    )
    async def update_role(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        role_id: RoleId,
        versions: Injected[Versions],
        data: JSONBody[RoleChanges],
    ) -> Prepared[RoleResponse]:
        """Change a role."""
        change = roles.update(tenant, access, role_id, *data.wanted(), if_match=versions)
        role = await or_current(request, change, lambda: _current(access, roles, role_id))
        return at_version(RoleResponse.of(role), role.version)

    @delete(
        "/{roleId:str}",
        operation_id="deleteRole",
        summary="Delete a role that no user has",
        response_description="The role was deleted.",
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
    )
    async def delete_role(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        role_id: RoleId,
        versions: Injected[Versions],
    ) -> None:
        """Delete a role."""
        deletion = roles.delete(tenant, access, role_id, if_match=versions)
        await or_current(request, deletion, lambda: _current(access, roles, role_id))

    @put(
        "/{roleId:str}/permissions",
        operation_id="setRolePermissions",
        summary="Replace the permissions of a role",
        description=(
            "Roles add up: a user may do what any of their roles allows. Takes effect with the next request. "
            "At least one user remains who may manage users and roles."
        ),
        response_description="The changed role.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        body_example={"permissions": ["accounts:read", "accounts:update"]},
    )
    async def set_role_permissions(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        role_id: RoleId,
        versions: Injected[Versions],
        data: JSONBody[PermissionNames],
    ) -> Prepared[RoleResponse]:
        """Replace the permissions of a role."""
        contents = RoleContents(permissions=data.permissions)
        change = roles.update(tenant, access, role_id, {}, contents, if_match=versions)
        role = await or_current(request, change, lambda: _current(access, roles, role_id))
        return at_version(RoleResponse.of(role), role.version)

    @put(
        "/{roleId:str}/fields",
        operation_id="setRoleFields",
        summary="Replace the fields that a role may not read or update",
        description=(
            "Fields that are not listed are open. A field that a user may not read is absent from every "
            "response, and cannot be filtered, sorted, searched, grouped, expanded or exported. It is closed "
            "when every role of the user that allows to read (update, create) the object restricts it. "
            "`id` and `version` can always be read."
        ),
        response_description="The changed role.",
        response_headers=[ETAG],
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
        body_example={
            "fields": [
                {"object": "accounts", "field": "annual_revenue", "read": False},
                {"object": "accounts", "field": "owner", "update": False},
            ]
        },
    )
    async def set_role_fields(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        role_id: RoleId,
        versions: Injected[Versions],
        data: JSONBody[FieldRights],
    ) -> Prepared[RoleResponse]:
        """Replace the fields that a role may not read or update."""
        contents = RoleContents(fields=data.wanted())
        change = roles.update(tenant, access, role_id, {}, contents, if_match=versions)
        role = await or_current(request, change, lambda: _current(access, roles, role_id))
        return at_version(RoleResponse.of(role), role.version)

    @put(
        "/{roleId:str}/rules",
        operation_id="setRoleRules",
        summary="Replace the rules for the records that a role may read, update and delete",
        description=(
            "Without a rule a permission holds for every record. A user may act on a record when any role "
            "that allows the action has no rule for it, or one that the record matches. A record that may "
            "not be read is 404; one that may be read and not changed is 403."
        ),
        response_description="The changed role.",
        response_headers=[ETAG],
        responses=problems(412),
        dependencies={"versions": IF_MATCH},
        body_example={
            "rules": [
                {"object": "accounts", "action": "read", "filter": {"owner": {"eq": "$me"}}},
                {"object": "accounts", "action": "delete", "filter": {"industry": {"eq": "other"}}},
            ]
        },
    )
    async def set_role_rules(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        roles: Injected[Roles],
        role_id: RoleId,
        versions: Injected[Versions],
        data: JSONBody[RowRules],
    ) -> Prepared[RoleResponse]:
        """Replace the rules of a role."""
        contents = RoleContents(rules=data.wanted())
        change = roles.update(tenant, access, role_id, {}, contents, if_match=versions)
        role = await or_current(request, change, lambda: _current(access, roles, role_id))
        return at_version(RoleResponse.of(role), role.version)


async def _current(access: Access, roles: Roles, role_id: UUID) -> RoleResponse:
    return RoleResponse.of(await roles.get(access, role_id))
