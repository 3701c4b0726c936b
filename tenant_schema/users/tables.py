"""The tables of people and their rights: users, roles, permissions, sessions, throttles, cache versions."""

from piccolo.columns import UUID, BigInt, Boolean, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id

__all__ = [
    "CacheVersion",
    "Permission",
    "Role",
    "RolePermission",
    "Session",
    "SignInThrottle",
    "User",
    "UserRole",
]


class User(Timestamps, Table, tablename="users", help_text="A person who signs in to this tenant."):
    """``email`` is kept as :func:`tenant_schema.users.emails.normalise_email` gives it: unique means unique.

    An empty ``password_hash`` is a user who cannot sign in with a password (yet).
    """

    id = UUID(primary_key=True, default=new_id)
    email = Varchar(length=254, unique=True, null=False)
    name = Varchar(length=200, default="", null=False)
    password_hash = Varchar(length=255, default="", null=False, secret=True)
    active = Boolean(default=True, null=False)
    last_sign_in_at = Timestamptz(null=True, default=None)


class Role(Timestamps, Table, tablename="roles", help_text="A set of permissions that users are given."):
    """``system`` roles come with the tenant and keep their names."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    system = Boolean(default=False, null=False)


class Permission(Timestamps, Table, tablename="permissions", help_text="Something that a role may allow."):
    """``name`` is ``<object>:<action>``, see :mod:`tenant_schema.users.permissions`."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=60, unique=True, null=False)
    description = Varchar(length=500, default="", null=False)


class UserRole(Timestamps, Table, tablename="user_roles", help_text="A role given to a user."):
    """Unique over ``(user, role)``: an index that the migration makes."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False, index=True)


class RolePermission(
    Timestamps, Table, tablename="role_permissions", help_text="A permission given to a role."
):
    """Unique over ``(role, permission)``: an index that the migration makes."""

    id = UUID(primary_key=True, default=new_id)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False)
    permission = ForeignKey(Permission, on_delete=OnDelete.cascade, null=False, index=True)


class Session(Timestamps, Table, tablename="sessions", help_text="A sign-in that lasts until it is ended."):
    """One signed-in device. Of its refresh tokens only hashes are kept.

    ``family_hash`` recognises every refresh token that this session was ever given, ``refresh_hash`` the one
    that is good now. A session is over when ``ended_at`` is set, after ``expires_at``, or when it was not
    refreshed until ``idle_expires_at``.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    family_hash = Varchar(length=64, null=False, secret=True)
    refresh_hash = Varchar(length=64, null=False, secret=True)
    address = Varchar(length=45, default="", null=False)
    user_agent = Varchar(length=255, default="", null=False)
    last_used_at = Timestamptz(null=False)
    idle_expires_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=20, default="", null=False)


class SignInThrottle(
    Timestamps, Table, tablename="sign_in_throttles", help_text="Failed sign-ins per account and address."
):
    """``key`` is a hash of the account or address, so that a password typed as an e-mail is kept nowhere."""

    id = UUID(primary_key=True, default=new_id)
    key = Varchar(length=64, unique=True, null=False)
    failures = Integer(default=0, null=False)
    last_attempt_at = Timestamptz(null=False, index=True)
    blocked_until = Timestamptz(null=True, default=None)


class CacheVersion(
    Timestamps, Table, tablename="cache_versions", help_text="Counts the changes of what is cached."
):
    """Bumped in the transaction of every change, so that caches in every process know: ``versions.py``."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    version = BigInt(default=0, null=False)
