"""The tables of users and their rights: roles and what they grant, sessions, keys, links, audit events."""

from piccolo.columns import (
    JSON,
    UUID,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id

__all__ = [
    "ApiKey",
    "AuditEvent",
    "FieldRestriction",
    "OneTimeLink",
    "Permission",
    "Role",
    "RolePermission",
    "RowRule",
    "Session",
    "SessionToken",
    "SignInThrottle",
    "User",
    "UserRole",
]


class User(Timestamps, Table, tablename="users", help_text="A person who signs in to this tenant."):
    """``email`` is stored as :func:`tenant_schema.users.emails.normalise_email` returns it.

    With an empty ``password_hash`` the user cannot sign in with a password. A user of the kind ``support``
    stands for an operator with support access: only a :class:`SupportGrant` signs it in. ``language`` is a
    language tag (RFC 5646), ``time_zone`` a name of the IANA database; empty settings are the tenant's.
    """

    id = UUID(primary_key=True, default=new_id)
    email = Varchar(length=254, unique=True, null=False)
    name = Varchar(length=200, default="", null=False)
    password_hash = Varchar(length=255, default="", null=False, secret=True)
    active = Boolean(default=True, null=False)
    last_sign_in_at = Timestamptz(null=True, default=None)
    kind = Varchar(length=10, default="person", null=False)
    language = Varchar(length=35, default="", null=False)
    time_zone = Varchar(length=64, default="", null=False)
    number_format = Varchar(length=20, default="", null=False)
    date_format = Varchar(length=20, default="", null=False)


class Role(Timestamps, Table, tablename="roles", help_text="A set of permissions that users are given."):
    """``system`` roles exist in every tenant and keep their names. Users of a role with ``mfa_required`` can
    do nothing without a second factor but add one.
    """

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    system = Boolean(default=False, null=False)
    mfa_required = Boolean(default=False, null=False)


class Permission(Timestamps, Table, tablename="permissions", help_text="Something that a role may allow."):
    """``name`` is ``<object>:<action>``, see :mod:`tenant_schema.users.rights.permissions`."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=60, unique=True, null=False)
    description = Varchar(length=500, default="", null=False)


class UserRole(Timestamps, Table, tablename="user_roles", help_text="A role given to a user."):
    """A user has a row for each of the user's roles."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False, index=True)

    user_roles_user_role = Unique(["user", "role"])


class RolePermission(
    Timestamps, Table, tablename="role_permissions", help_text="A permission given to a role."
):
    """A role has a row for each of its permissions."""

    id = UUID(primary_key=True, default=new_id)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False)
    permission = ForeignKey(Permission, on_delete=OnDelete.cascade, null=False, index=True)

    role_permissions_role_permission = Unique(["role", "permission"])


class FieldRestriction(
    Timestamps, Table, tablename="field_restrictions", help_text="A field that a role may not read or change."
):
    """Fields without a row are not restricted for the role. A field that may not be read may not be changed.

    ``object`` and ``field`` are names, as in permissions; renaming a field updates its rows.
    """

    id = UUID(primary_key=True, default=new_id)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False)
    object = Varchar(length=40, null=False)
    field = Varchar(length=40, null=False)
    readable = Boolean(default=False, null=False)

    field_restrictions_role_object_field = Unique(["role", "object", "field"])


class RowRule(
    Timestamps, Table, tablename="row_rules", help_text="Which records a role may read, update or delete."
):
    """Without a row, the role's permission is for every record of the object. ``filter`` is a filter of the
    record API.
    """

    id = UUID(primary_key=True, default=new_id)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False)
    object = Varchar(length=40, null=False)
    action = Varchar(length=10, null=False)
    filter = JSON(default="{}", null=False)

    row_rules_role_object_action = Unique(["role", "object", "action"])


class Session(Timestamps, Table, tablename="sessions", help_text="A sign-in that lasts until it is ended."):
    """One signed-in device. Its refresh tokens are rows of :class:`SessionToken`.

    ``family_hash`` identifies every refresh token that the session ever had. A session has ended when
    ``ended_at`` is set, after ``expires_at``, or when it is not refreshed until ``idle_expires_at``.

    A session of a browser has a cookie instead of refresh tokens: ``secret_hash`` is a hash of its secret.
    ``methods`` are the values of RFC 8176 by which the user was authenticated, separated by spaces;
    ``second_factor_at`` is null without a second factor. ``confirmed_at`` is when the user last entered the
    password or a code again.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    family_hash = Varchar(length=64, null=False, secret=True)
    address = Varchar(length=45, default="", null=False)
    user_agent = Varchar(length=255, default="", null=False)
    last_used_at = Timestamptz(null=False)
    idle_expires_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=20, default="", null=False)
    secret_hash = Varchar(length=64, unique=True, null=True, default=None, secret=True)
    methods = Varchar(length=100, default="", null=False)
    second_factor_at = Timestamptz(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    support_grant = UUID(null=True, default=None)


class SessionToken(Timestamps, Table, tablename="session_tokens", help_text="A refresh token of a session."):
    """A refresh token that is unused, or whose first use (``used_at``) was moments ago.

    ``token_hash`` is a hash of the token's own secret. Rows of tokens that can no longer be used are deleted;
    such a token is recognised by its session's ``family_hash``.
    """

    id = UUID(primary_key=True, default=new_id)
    session = ForeignKey(Session, on_delete=OnDelete.cascade, null=False, index=True)
    token_hash = Varchar(length=64, unique=True, null=False, secret=True)
    used_at = Timestamptz(null=True, default=None)


class SignInThrottle(
    Timestamps, Table, tablename="sign_in_throttles", help_text="Failed sign-ins per account and address."
):
    """``key`` is a hash of the account or address, so that a password typed as an e-mail is not stored."""

    id = UUID(primary_key=True, default=new_id)
    key = Varchar(length=64, unique=True, null=False)
    failures = Integer(default=0, null=False)
    last_attempt_at = Timestamptz(null=False, index=True)
    blocked_until = Timestamptz(null=True, default=None)


class ApiKey(
    Timestamps, Table, tablename="api_keys", help_text="Lets a program act with some of a user's roles."
):
    """``prefix`` is the part of the key that is shown, and by which its row is found; of the rest a hash is
    stored.

    ``roles`` are ids; the key has those of them that its user still has.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    name = Varchar(length=100, default="", null=False)
    prefix = Varchar(length=16, unique=True, null=False)
    secret_hash = Varchar(length=64, null=False, secret=True)
    roles = JSON(default="[]", null=False)
    expires_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class OneTimeLink(
    Timestamps, Table, tablename="one_time_links", help_text="Lets somebody choose a password, once."
):
    """An invitation, a password reset, the confirmation of a new ``email``, or a ticket of a central host.

    ``token_hash`` is a hash of the token.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    purpose = Varchar(length=20, null=False)
    token_hash = Varchar(length=64, unique=True, null=False, secret=True)
    expires_at = Timestamptz(null=False)
    used_at = Timestamptz(null=True, default=None)
    email = Varchar(length=254, default="", null=False)


class AuditEvent(Timestamps, Table, tablename="audit_events", help_text="Who did what, when and from where."):
    """Rows outlive the user and the subject: no column is a foreign key.

    ``actor`` is a user's id, null if nobody is signed in; ``api_key`` is the key that acted for the user.
    ``operator`` is the name of the operator who acted with support access.
    """

    id = UUID(primary_key=True, default=new_id)
    actor = UUID(null=True, default=None, index=True)
    actor_email = Varchar(length=254, default="", null=False)
    api_key = UUID(null=True, default=None)
    action = Varchar(length=60, null=False, index=True)
    subject_kind = Varchar(length=40, default="", null=False)
    subject = UUID(null=True, default=None, index=True)
    subject_name = Varchar(length=254, default="", null=False)
    detail = JSON(default="{}", null=False)
    address = Varchar(length=64, default="", null=False)
    request_id = Varchar(length=128, default="", null=False)
    operator = Varchar(length=100, default="", null=False)
