"""The permission service: lists, creates, describes and deletes permissions.

Permissions are created and deleted with their objects; one that was deleted can be created again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo_engines.columns import new_id
from piccolo_engines.errors import UniqueViolation
from tenant_schema.problems import InvalidInput, Problem, suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import InUse, NotThere, SystemKept, Taken
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import ANY, SYSTEM_PERMISSIONS, Access, is_permission
from tenant_schema.users.tables import Permission, RolePermission

__all__ = ["PermissionRecord", "Permissions"]

_MANAGE = "roles:manage"
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class PermissionRecord:
    """One permission. A ``system`` permission is not for a single object and exists in every tenant."""

    id: UUID
    name: str
    description: str
    system: bool
    roles: tuple[str, ...]


class Permissions:
    """Permissions of the bound tenant. Every method requires ``roles:manage``.

    :param object_names: returns the names of the tenant's objects.
    """

    def __init__(
        self, cache: VersionedCache, object_names: Callable[[TenantScope], Awaitable[list[str]]]
    ) -> None:
        self._cache = cache
        self._object_names = object_names

    async def all(self, access: Access) -> list[PermissionRecord]:
        """Return every permission in the order of names. 2 statements."""
        access.require_system(_MANAGE)
        return await _read()

    async def get(self, access: Access, permission_id: UUID) -> PermissionRecord:
        """Return one permission. 2 statements. Raises NotThere."""
        access.require_system(_MANAGE)
        return await _one(permission_id)

    async def create(
        self, scope: TenantScope, access: Access, name: str, description: str = ""
    ) -> PermissionRecord:
        """Create a permission of an existing object. Raises InvalidInput and Taken."""
        access.require_system(_MANAGE)
        if problems := [*await self._faults(scope, name), *_description_faults(description)]:
            raise InvalidInput(problems)
        permission = Permission(id=new_id(), name=name, description=description)
        async with changing_access(self._cache, scope):
            try:
                await Permission.insert(permission)
            except UniqueViolation as error:
                raise Taken("name", "permission") from error
            await record_event(access, "permission.create", Subject("permission", permission.id, name))
            return await _one(permission.id)

    async def describe(
        self, scope: TenantScope, access: Access, permission_id: UUID, description: str
    ) -> PermissionRecord:
        """Set the description. Raises InvalidInput and NotThere."""
        access.require_system(_MANAGE)
        if problems := _description_faults(description):
            raise InvalidInput(problems)
        async with changing_access(self._cache, scope):
            before = await _one(permission_id)
            await Permission.update({Permission.description: description}).where(
                Permission.id == permission_id
            )
            await record_event(access, "permission.update", Subject("permission", permission_id, before.name))
            return await _one(permission_id)

    async def delete(self, scope: TenantScope, access: Access, permission_id: UUID) -> None:
        """Delete a permission that no role has. Raises NotThere, SystemKept and InUse."""
        access.require_system(_MANAGE)
        async with changing_access(self._cache, scope):
            found = await _one(permission_id)
            if found.system:
                raise SystemKept("permission", found.name)
            if found.roles:
                raise InUse("permission", found.name, len(found.roles))
            await Permission.delete().where(Permission.id == permission_id)
            await record_event(access, "permission.delete", Subject("permission", permission_id, found.name))

    async def _faults(self, scope: TenantScope, name: str) -> list[Problem]:
        if not is_permission(name):
            message = "A permission reads object:action, with the actions create, read, update, delete and *."
            return [Problem("name", "invalid-permission", message)]
        object_name = name.partition(":")[0]
        known = await self._object_names(scope)
        if _is_system(name) or object_name in known:
            return []
        return [Problem("name", "unknown-object", "There is no such object.", suggestion(object_name, known))]


def _description_faults(description: str) -> list[Problem]:
    if len(description) <= _LONGEST_DESCRIPTION:
        return []
    return [Problem("description", "too-long", f"At most {_LONGEST_DESCRIPTION} characters.")]


def _is_system(name: str) -> bool:
    return name in SYSTEM_PERMISSIONS or name.startswith(f"{ANY}:")


async def _read(*conditions: Any) -> list[PermissionRecord]:
    rows = await Permission.select().where(*conditions).order_by(Permission.name)
    held: dict[UUID, list[str]] = {row["id"]: [] for row in rows}
    if held:
        query = RolePermission.select(RolePermission.permission, RolePermission.role.name)
        query = query.where(RolePermission.permission.is_in(list(held))).order_by(RolePermission.role.name)
        for row in await query:
            held[row["permission"]].append(row["role.name"])
    return [
        PermissionRecord(
            row["id"], row["name"], row["description"], _is_system(row["name"]), tuple(held[row["id"]])
        )
        for row in rows
    ]


async def _one(permission_id: UUID) -> PermissionRecord:
    found = await _read(Permission.id == permission_id)
    if not found:
        raise NotThere("permission")
    return found[0]
