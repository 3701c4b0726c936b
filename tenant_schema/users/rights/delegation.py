"""Nobody gives or takes away more than they have: what somebody who manages users can do to whom.

Pure. Who may manage roles can have every right anyway, and so may give every one.
"""

from collections.abc import Iterable
from uuid import UUID

from tenant_schema.users.errors import BeyondOwnRights
from tenant_schema.users.rights.permissions import ACTIONS, ANY, SYSTEM_PERMISSIONS, Access, RoleGrants

__all__ = ["is_oneself", "is_within", "require_within"]


def is_oneself(access: Access, user_id: UUID) -> bool:
    """Whether it is the user who asks, and no program with some of the user's roles: to that its own user is
    like any other, who may have more rights than it.
    """
    return user_id == access.user_id and access.api_key is None


def require_within(access: Access, roles: Iterable[RoleGrants]) -> None:
    """Raise :class:`BeyondOwnRights` for the first role that allows more than the caller's do."""
    for role in roles:
        if not is_within(access, role):
            raise BeyondOwnRights(role.name)


def is_within(access: Access, role: RoleGrants) -> bool:
    """Whether the caller has the role, or everything that it allows, in full."""
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
    """Whether a role allows it for every record and field. ``*`` takes a role without any restriction."""
    return any(
        role.allows(object_name, action)
        and not (role.rules or role.locked if object_name == ANY else role.is_restricted(object_name))
        for role in access.role_grants
    )
