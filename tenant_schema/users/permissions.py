"""What a caller may do: the grammar of permissions, and the caller with the rights that its roles add up to.

Pure: nothing here reads a database. A permission is ``<object>:<action>`` (``accounts:read``), with ``*`` for
every object or every action (``*:read``, ``accounts:*``, ``*:*``), or one of the system permissions. The
wildcards reach records only: ``*:*`` does not let anyone manage users.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from tenant_schema.users.errors import PermissionDenied

__all__ = ["ACTIONS", "ANY", "SYSTEM_PERMISSIONS", "Access", "is_permission", "object_permissions"]

ANY = "*"
ACTIONS = ("create", "read", "update", "delete")
SYSTEM_PERMISSIONS = ("users:manage", "roles:manage", "objects:manage", "apps:manage")

_OBJECT_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
_OBJECT_NAME_LENGTH = 40


def is_permission(text: str) -> bool:
    """Whether ``text`` is written as a permission; whether its object exists is not looked at.

    >>> is_permission("accounts:read"), is_permission("*:*"), is_permission("accounts:destroy")
    (True, True, False)
    """
    if text in SYSTEM_PERMISSIONS:
        return True
    object_name, _, action = text.partition(":")
    return (action == ANY or action in ACTIONS) and (object_name == ANY or _is_object_name(object_name))


def _is_object_name(text: str) -> bool:
    return len(text) <= _OBJECT_NAME_LENGTH and _OBJECT_NAME.fullmatch(text) is not None


def object_permissions(object_name: str) -> tuple[str, ...]:
    """The permissions that come into being with an object.

    >>> object_permissions("accounts")[:2]
    ('accounts:create', 'accounts:read')
    """
    return tuple(f"{object_name}:{action}" for action in ACTIONS)


@dataclass(frozen=True, slots=True)
class Access:
    """A signed-in caller: who it is, by which session, and everything that its roles allow together."""

    user_id: UUID
    session_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]

    def allows(self, object_name: str, action: str) -> bool:
        """Whether the caller may do ``action`` (one of ACTIONS) with records of the object."""
        if action not in ACTIONS:
            return False
        held = self.permissions
        return (
            f"{object_name}:{action}" in held
            or f"*:{action}" in held
            or "*:*" in held
            or f"{object_name}:*" in held
        )

    def require(self, object_name: str, action: str) -> None:
        """Raise :class:`PermissionDenied` unless the caller may do ``action`` with the object's records."""
        if not self.allows(object_name, action):
            raise PermissionDenied(object_name, action)

    def has(self, system_permission: str) -> bool:
        """Whether the caller holds a system permission such as ``users:manage``; no wildcard implies one."""
        return system_permission in SYSTEM_PERMISSIONS and system_permission in self.permissions

    def require_system(self, system_permission: str) -> None:
        """Raise :class:`PermissionDenied` unless the caller holds the system permission."""
        if not self.has(system_permission):
            raise PermissionDenied(*system_permission.split(":", 1))
