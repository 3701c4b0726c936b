"""What a caller may do: the grammar of permissions, and :class:`Access`. Nothing here reads a database.

A permission is ``<object>:<action>`` (``accounts:read``), with ``*`` for every object or every action
(``*:read``, ``accounts:*``, ``*:*``), or one of the system permissions. Wildcards are for records only:
``*:*`` does not include ``users:manage``.
"""

import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tenant_schema.users.errors import KeyNotEnough, PermissionDenied, SupportNotEnough
from tenant_schema.users.factor_errors import FactorRequired

__all__ = [
    "ACTIONS",
    "ANY",
    "RULED_ACTIONS",
    "SYSTEM_PERMISSIONS",
    "Access",
    "Grants",
    "RoleGrants",
    "SupportAccess",
    "is_name",
    "is_permission",
    "object_permissions",
    "permits",
]

ANY = "*"
ACTIONS = ("create", "read", "update", "delete")
RULED_ACTIONS = ("read", "update", "delete")
"""What a row rule can be for: before a record is created there is nothing to look at."""
SYSTEM_PERMISSIONS = (
    *("users:manage", "roles:manage", "objects:manage", "apps:manage", "tenant:manage"),
    "audit:read",
)

_OBJECT_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
_OBJECT_NAME_LENGTH = 40


def is_permission(text: str) -> bool:
    """Whether ``text`` has the form of a permission. Whether its object exists is not checked.

    >>> is_permission("accounts:read"), is_permission("*:*"), is_permission("accounts:destroy")
    (True, True, False)
    """
    if text in SYSTEM_PERMISSIONS:
        return True
    object_name, _, action = text.partition(":")
    return (action == ANY or action in ACTIONS) and (object_name == ANY or is_name(object_name))


def is_name(text: str) -> bool:
    """Whether ``text`` has the form of a name of an object or a role."""
    return len(text) <= _OBJECT_NAME_LENGTH and _OBJECT_NAME.fullmatch(text) is not None


def object_permissions(object_name: str) -> tuple[str, ...]:
    """Return the permissions that are created with an object.

    >>> object_permissions("accounts")[:2]
    ('accounts:create', 'accounts:read')
    """
    return tuple(f"{object_name}:{action}" for action in ACTIONS)


def permits(held: Collection[str], object_name: str, action: str) -> bool:
    """Whether these permissions allow ``action`` (one of ACTIONS) with the object's records.

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
    """What one role grants, and its restrictions.

    :param hidden: by object, the fields that the role may not read.
    :param locked: by object, the fields that the role may not change; includes the hidden ones.
    :param rules: by object and action, the filter that records have to match; a JSON document.
    """

    id: UUID
    name: str
    permissions: frozenset[str]
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    locked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def allows(self, object_name: str, action: str) -> bool:
        """Whether the role allows ``action`` with records of the object, at least with some."""
        return permits(self.permissions, object_name, action)

    def is_restricted(self, object_name: str) -> bool:
        """Whether the role has a rule or a restricted field for the object."""
        return bool(self.locked.get(object_name) or self.rules.get(object_name))


@dataclass(frozen=True, slots=True, eq=False)
class Grants:
    """What several roles grant together; shared by all callers with the same roles.

    :param kept: values that others derived from these grants, for as long as the grants live.
    """

    roles: tuple[RoleGrants, ...]
    permissions: frozenset[str]
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SupportAccess:
    """What an operator in the tenant acts by: a :class:`~tenant_schema.users.sign_in_tables.SupportGrant`.

    :param since: when the session began.
    """

    grant: UUID
    operator_id: UUID
    operator_name: str
    since: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """A caller: the user, the session, and everything that the user's roles grant together.

    :param grants: the roles one by one; without them, the permissions hold for every record and field.
    :param api_key: the API key of a program that acts for the user; ``session_id`` is then the key's id.
    :param methods: how the session was authenticated: values of RFC 8176; of an API key none.
    :param has_second_factor: whether a second factor was verified in the session.
    :param support: set if an operator acts with support access; the user is then that operator's.
    :param time_zone: the name of the time zone of the user; empty for that of the tenant, and for programs.
    :param missing_factor: None if the session has what the roles require. Otherwise a second factor is
        missing: what completes the session; nothing if the user has to add a factor first.
    """

    user_id: UUID
    session_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    grants: Grants | None = None
    api_key: UUID | None = None
    methods: tuple[str, ...] = ()
    has_second_factor: bool = False
    support: SupportAccess | None = None
    missing_factor: tuple[str, ...] | None = None
    time_zone: str = ""

    @property
    def role_grants(self) -> tuple[RoleGrants, ...]:
        """What each of the caller's roles grants."""
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
        """Whether the caller has a system permission such as ``users:manage``; no wildcard implies one."""
        return system_permission in SYSTEM_PERMISSIONS and system_permission in self.permissions

    def require_system(self, system_permission: str) -> None:
        """Raise :class:`PermissionDenied` unless the caller has the system permission."""
        if not self.has(system_permission):
            raise PermissionDenied(*system_permission.split(":", 1))

    def require_person(self) -> None:
        """Raise :class:`KeyNotEnough` for an API key, and :class:`SupportNotEnough` for an operator with
        support access: giving access and changing how somebody signs in require a user of the tenant.
        """
        if self.api_key is not None:
            raise KeyNotEnough
        self.require_no_support()

    def require_no_support(self) -> None:
        """Raise :class:`SupportNotEnough` for an operator with support access: taking access away from users
        requires one of the tenant, or a key of one.
        """
        if self.support is not None:
            raise SupportNotEnough

    def require_factor(self) -> None:
        """Raise :class:`FactorRequired` if the session lacks a second factor that a role requires."""
        if self.missing_factor is not None:
            raise FactorRequired(self.missing_factor)
