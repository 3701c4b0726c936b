"""The tables of the ways to sign in: second factors, identity providers, support access, settings."""

from piccolo.columns import (
    JSON,
    UUID,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from tenant_schema.users.tables import User

__all__ = [
    "Factor",
    "Identity",
    "IdentityProvider",
    "KnownBrowser",
    "RecoveryCode",
    "SignInChallenge",
    "SignInSettings",
    "SupportGrant",
]


class Factor(Timestamps, Table, tablename="factors", help_text="A second factor, or a passkey, of a user."):
    """A TOTP secret (RFC 6238) or a passkey (WebAuthn). One without ``confirmed_at`` is not in use yet.

    ``secret`` is sealed for the tenant; ``last_step`` is the time step of the last accepted code. A passkey
    has ``credential_id`` (base64url), its SHA-256 as ``credential_hash``, and ``public_key`` (COSE,
    base64url).
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=10, null=False)
    name = Varchar(length=100, default="", null=False)
    secret = Varchar(length=500, default="", null=False, secret=True)
    last_step = BigInt(default=0, null=False)
    credential_hash = Varchar(length=64, unique=True, null=True, default=None)
    credential_id = Text(default="", null=False)
    public_key = Text(default="", null=False)
    sign_count = BigInt(default=0, null=False)
    transports = JSON(default="[]", null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)


class RecoveryCode(
    Timestamps, Table, tablename="recovery_codes", help_text="Replaces a second factor, once."
):
    """``code_hash`` is a hash of the code, with the tenant's key."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    code_hash = Varchar(length=64, null=False, secret=True)
    used_at = Timestamptz(null=True, default=None)

    recovery_codes_user_code_hash = Unique(["user", "code_hash"])


class SignInChallenge(
    Timestamps, Table, tablename="sign_in_challenges", help_text="A sign-in or an enrolment in progress."
):
    """What the service remembers between two requests of a sign-in: once, for some minutes.

    ``token_hash`` is a hash of the secret that the browser has. ``data`` is JSON, sealed for the tenant.
    """

    id = UUID(primary_key=True, default=new_id)
    purpose = Varchar(length=20, null=False)
    token_hash = Varchar(length=64, unique=True, null=False, secret=True)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=True, default=None)
    data = Text(default="", null=False, secret=True)
    expires_at = Timestamptz(null=False, index=True)


class KnownBrowser(
    Timestamps, Table, tablename="known_browsers", help_text="A browser from which a user has signed in."
):
    """``device_hash`` is a hash of the cookie that identifies the browser."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    device_hash = Varchar(length=64, null=False, secret=True)
    last_seen_at = Timestamptz(null=False)

    known_browsers_user_device_hash = Unique(["user", "device_hash"])


class IdentityProvider(
    Timestamps, Table, tablename="identity_providers", help_text="An OpenID Connect provider of this tenant."
):
    """``client_secret`` is sealed for the tenant. ``role_rules`` give roles by claims; users whose address is
    in one of ``domains`` are created when they sign in. ``proven_at`` is the first successful sign-in.

    With ``emails_verified`` all addresses of the provider count as verified, with ``second_factor`` what it
    says of several factors counts as a second factor.
    """

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    issuer = Varchar(length=500, null=False)
    client_id = Varchar(length=255, null=False)
    client_secret = Text(default="", null=False, secret=True)
    scopes = Varchar(length=500, default="openid email profile", null=False)
    email_claim = Varchar(length=100, default="email", null=False)
    role_rules = JSON(default="[]", null=False)
    domains = JSON(default="[]", null=False)
    default_roles = JSON(default="[]", null=False)
    emails_verified = Boolean(default=False, null=False)
    second_factor = Boolean(default=False, null=False)
    active = Boolean(default=True, null=False)
    proven_at = Timestamptz(null=True, default=None)


class Identity(Timestamps, Table, tablename="identities", help_text="A user's account at a provider."):
    """``subject_hash`` is a hash of ``subject``, the account's id at the provider. ``given_roles`` are the
    ids of roles that the user has by the provider's rules.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False, index=True)
    provider = ForeignKey(IdentityProvider, on_delete=OnDelete.cascade, null=False)
    subject = Varchar(length=255, null=False)
    subject_hash = Varchar(length=64, null=False)
    email = Varchar(length=254, default="", null=False)
    given_roles = JSON(default="[]", null=False)
    last_sign_in_at = Timestamptz(null=True, default=None)

    identities_provider_subject_hash = Unique(["provider", "subject_hash"])


class SupportGrant(
    Timestamps,
    Table,
    tablename="support_grants",
    help_text="An operator's access to this tenant for some minutes.",
):
    """``state`` is ``asked``, ``granted``, ``refused`` or ``ended``. A granted one ends at ``expires_at``."""

    id = UUID(primary_key=True, default=new_id)
    operator_id = UUID(null=False)
    operator_name = Varchar(length=100, null=False)
    reason = Varchar(length=500, null=False)
    minutes = Integer(null=False)
    state = Varchar(length=10, null=False, index=True)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class SignInSettings(
    Timestamps, Table, tablename="sign_in_settings", help_text="How users sign in to this tenant."
):
    """At most one row. Without it, the default values apply.

    ``support_access`` is ``never``, ``ask`` or ``always``; ``allowed_origins`` are origins (RFC 6454) whose
    pages may call the API with bearer tokens.
    """

    id = UUID(primary_key=True, default=new_id)
    singleton = Boolean(default=True, unique=True, null=False)
    password_enabled = Boolean(default=True, null=False)
    support_access = Varchar(length=10, default="ask", null=False)
    allowed_origins = JSON(default="[]", null=False)
