"""Delegation: users who manage users give and take only rights that they have. Nothing here reads a database.

Who may manage roles can obtain every right, and so may give every right.
"""

from collections.abc import Iterable
from uuid import UUID

from tenant_schema.users.errors import BeyondOwnRights
from tenant_schema.users.rights.permissions import ACTIONS, ANY, SYSTEM_PERMISSIONS, Access, RoleGrants

__all__ = ["is_oneself", "is_within", "require_within"]


def is_oneself(access: Access, user_id: UUID) -> bool:
    """Whether the caller is this user in person. An API key is not: its user may have more rights than the
    key.
    """
    return user_id == access.user_id and access.api_key is None


def require_within(access: Access, roles: Iterable[RoleGrants]) -> None:
    """Raise :class:`BeyondOwnRights` for the first role that grants more than the caller's roles."""
    for role in roles:
        if not is_within(access, role):
            raise BeyondOwnRights(role.name)


def is_within(access: Access, role: RoleGrants) -> bool:
    """Whether the caller has the role, or everything that it grants without restriction."""
    if access.has("roles:manage") or role.id in {own.id for own in access.role_grants}:
        return True
    return all(_has_in_full(access, permission) for permission in role.permissions)


def _has_in_full(access: Access, permission: str) -> bool:
    if permission in SYSTEM_PERMISSIONS:
        return access.has(permission)
    object_name, _, action = permission.partition(":")
    actions = ACTIONS if action == ANY else (action,)
    return all(_some_role_has(access, object_name, one) for one in actions)


def _some_role_has(access: Access, object_name: str, action: str) -> bool:
    """Whether a role of the caller allows the action for every record and field. ``*`` requires a role
    without any restriction.
    """
    return any(
        role.allows(object_name, action)
        and not (role.rules or role.locked if object_name == ANY else role.is_restricted(object_name))
        for role in access.role_grants
    )
