"""What a caller may do: the grammar of permissions, and the caller with the rights that its roles add up to.

Pure: nothing here reads a database. A permission is ``<object>:<action>`` (``accounts:read``), with ``*`` for
every object or every action (``*:read``, ``accounts:*``, ``*:*``), or one of the system permissions. The
wildcards reach records only: ``*:*`` does not let anyone manage users.
"""

import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tenant_schema.users.errors import KeyNotEnough, PermissionDenied

__all__ = [
    "ACTIONS",
    "ANY",
    "RULED_ACTIONS",
    "SYSTEM_PERMISSIONS",
    "Access",
    "Grants",
    "RoleGrants",
    "is_name",
    "is_permission",
    "object_permissions",
    "permits",
]

ANY = "*"
ACTIONS = ("create", "read", "update", "delete")
RULED_ACTIONS = ("read", "update", "delete")
"""What a row rule can be for: before a record is created there is nothing to look at."""
SYSTEM_PERMISSIONS = ("users:manage", "roles:manage", "objects:manage", "apps:manage", "audit:read")

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
    return (action == ANY or action in ACTIONS) and (object_name == ANY or is_name(object_name))


def is_name(text: str) -> bool:
    """Whether it is written as the name of an object or a role."""
    return len(text) <= _OBJECT_NAME_LENGTH and _OBJECT_NAME.fullmatch(text) is not None


def object_permissions(object_name: str) -> tuple[str, ...]:
    """The permissions that come into being with an object.

    >>> object_permissions("accounts")[:2]
    ('accounts:create', 'accounts:read')
    """
    return tuple(f"{object_name}:{action}" for action in ACTIONS)


def permits(held: Collection[str], object_name: str, action: str) -> bool:
    """Whether these permissions let ``action`` (one of ACTIONS) be done with the object's records.

    >>> permits({"*:read"}, "accounts", "read"), permits({"*:read"}, "accounts", "update")
    (True, False)
    """
    return action in ACTIONS and (
        f"{object_name}:{action}" in held
        or f"*:{action}" in held
        or "*:*" in held
        or f"{object_name}:*" in held
    )


@dataclass(frozen=True, slots=True, eq=False)
class RoleGrants:
    """What one role allows, and where it stops.

    :param hidden: by object, the fields that the role may not read.
    :param locked: by object, the fields that the role may not change: the hidden ones, and more.
    :param rules: by object and action, the filter that records have to pass; a JSON document.
    """

    id: UUID
    name: str
    permissions: frozenset[str]
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def allows(self, object_name: str, action: str) -> bool:
        """Whether the role lets ``action`` be done with records of the object, some at least."""
        return permits(self.permissions, object_name, action)

    def is_restricted(self, object_name: str) -> bool:
        """Whether the role has a rule for the object, or fields of it that are not open to it."""
        return bool(self.locked.get(object_name) or self.rules.get(object_name))


@dataclass(frozen=True, slots=True, eq=False)
class Grants:
    """What some roles allow together: all who hold just these share one of them.

    :param kept: what others have worked out of these grants, for as long as they stay as they are.
    """

    roles: tuple[RoleGrants, ...]
    permissions: frozenset[str]
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """A signed-in caller: who it is, by which session, and everything that its roles allow together.

    :param grants: the roles one by one; without them, the permissions hold for every record and field.
    :param api_key: the key by which a program acts for the user; ``session_id`` is the key's id then.
    """

    user_id: UUID
    session_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    grants: Grants | None = None
    api_key: UUID | None = None

    @property
    def role_grants(self) -> tuple[RoleGrants, ...]:
        """What each of the caller's roles allows."""
        if self.grants is None:
            return (RoleGrants(self.user_id, "", self.permissions),)
        return self.grants.roles

    def allows(self, object_name: str, action: str) -> bool:
        """Whether the caller may do ``action`` (one of ACTIONS) with records of the object."""
        return permits(self.permissions, object_name, action)

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

    def require_person(self) -> None:
        """Raise :class:`KeyNotEnough` for a program: what gives access to somebody, or takes a password, is
        for people who are signed in.
        """
        if self.api_key is not None:
            raise KeyNotEnough
