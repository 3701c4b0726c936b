"""The tables of the central database: tenants, domains, operators, the audit trail.

Those of jobs are in :mod:`central.jobs.tables`.

Every primary key is a UUIDv7, so ordering by ``id`` is ordering by creation. Each uniqueness (of slugs,
domains, token hashes) is a unique column, because every engine creates those without ``ALTER TABLE``.
"""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    UUID,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Secret,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from central.database import CENTRAL
from central.plans.tables import TenantPlan
from piccolo_engines.columns import Timestamps, new_id

__all__ = [
    "TABLES",
    "WITH_DATABASE",
    "AttestationFinding",
    "AttestationRound",
    "AuditEvent",
    "CentralThrottle",
    "Credential",
    "DirectoryEntry",
    "Domain",
    "DomainClaim",
    "DomainProof",
    "IdempotencyKey",
    "IdempotencyState",
    "Operator",
    "OperatorFactor",
    "OperatorRecoveryCode",
    "OperatorSession",
    "OperatorToken",
    "PreparedDatabase",
    "PreparedState",
    "RegistryVersion",
    "SealedCheck",
    "ServerPlacement",
    "Tenant",
    "TenantStatus",
]


class TenantStatus(StrEnum):
    """The status of a tenant. An ``active`` one is served, and a ``read-only`` one to readers.

    The database of an ``archived`` or ``deleted`` one is gone; an archive of it is kept. A ``deleted`` one
    does not hold its slug any more, and has no host names; see
    :class:`central.registry.tables.DeletedTenant`.
    """

    PROVISIONING = "provisioning"
    ACTIVE = "active"
    READ_ONLY = "read-only"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"
    DELETED = "deleted"
    DELETING = "deleting"


class DomainProof(StrEnum):
    """Why a tenant may have a host name.

    ``platform``: it is under a base domain. ``trusted``: an operator vouches for it. ``txt`` and ``cname``: a
    record in the DNS has proven it, and is looked up again periodically.
    """

    PLATFORM = "platform"
    TRUSTED = "trusted"
    TXT = "txt"
    CNAME = "cname"


WITH_DATABASE = (TenantStatus.ACTIVE, TenantStatus.READ_ONLY, TenantStatus.SUSPENDED)
"""The statuses of tenants whose database is complete and theirs."""


class PreparedState(StrEnum):
    """The state of a database of the pool."""

    PREPARING = "preparing"
    READY = "ready"
    TAKEN = "taken"
    DROPPING = "dropping"


class IdempotencyState(StrEnum):
    """Whether the first request of an Idempotency-Key is still running, or has a response."""

    RUNNING = "running"
    DONE = "done"


class Tenant(Timestamps, Table, db=CENTRAL, help_text="One customer, with a database of its own."):
    """A tenant.

    ``held_slug`` is the slug as long as no other tenant may have it: null for a deleted tenant, whose
    ``slug`` only says what it was called. ``version`` counts the changes of the row. ``folded_name`` is the
    name as searches compare it. ``disconnects`` counts the requests to close the tenant's connections;
    ``forced_disconnect`` is the latest one that does not wait for running statements. ``schema_level`` is
    the level of the tenant's database, a :class:`central.migrations.level.SchemaLevel` as text; empty if it
    is not known. Nothing is sent outside for a sandbox. Without a ``plan`` it has no limits. The database had
    ``storage_bytes`` when it was measured; ``has_changed`` says that it was written to since.
    """

    id = UUID(primary_key=True, default=new_id)
    slug = Varchar(length=63, null=False, index=True)
    held_slug = Varchar(length=63, unique=True, null=True, default=None)
    name = Varchar(length=200, null=False)
    folded_name = Varchar(length=600, null=False)
    status = Varchar(length=20, choices=TenantStatus, default=TenantStatus.PROVISIONING, index=True)
    database_server = Varchar(length=300, null=False, help_text="'sqlite', or host:port.")
    db_name = Varchar(length=64, null=False)
    admin_email = Varchar(length=320, null=False)
    version = Integer(default=1, null=False)
    disconnects = Integer(default=0, null=False)
    forced_disconnect = Integer(default=0, null=False)
    schema_level = Varchar(length=64, null=False)
    is_sandbox = Boolean(default=False, null=False)
    is_template = Boolean(default=False, null=False)
    plan = ForeignKey(TenantPlan, on_delete=OnDelete.restrict, null=True, default=None, index=True)
    storage_bytes = BigInt(null=True, default=None)
    has_changed = Boolean(default=True, null=False)


class Domain(Timestamps, Table, db=CENTRAL, help_text="A host name of a tenant."):
    """A host name in canonical form (lower case, A-labels, no port, no trailing dot).

    ``token`` is the value of the TXT record that proves it. ``checked_at`` is when the DNS last gave a
    definite result, and ``failing_since`` when it first did not prove the name any more. A name that is not
    ``is_served`` leads to nobody, until it is proven again. :mod:`central.secrets.domain_seals` has ``seal``.
    """

    id = UUID(primary_key=True, default=new_id)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, index=True)
    domain = Varchar(length=253, unique=True, null=False)
    seal = Varchar(length=64, null=False)
    is_primary = Boolean(default=False, null=False)
    proof = Varchar(length=10, choices=DomainProof, default=DomainProof.TRUSTED)
    token = Varchar(length=64, null=False)
    checked_at = Timestamptz(null=True, default=None)
    failing_since = Timestamptz(null=True, default=None)
    is_served = Boolean(default=True, null=False)


class DomainClaim(Timestamps, Table, db=CENTRAL, help_text="A host name that a tenant has yet to prove."):
    """Several tenants may claim one name: it becomes the :class:`Domain` of the one that proves it.

    ``claim_key`` is the tenant's id and the name: unique as a pair, in one column.
    """

    id = UUID(primary_key=True, default=new_id)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, index=True)
    domain = Varchar(length=253, null=False, index=True)
    claim_key = Varchar(length=290, unique=True, null=False)
    token = Varchar(length=64, null=False)
    checked_at = Timestamptz(null=True, default=None)


class Credential(Timestamps, Table, db=CENTRAL, help_text="A tenant's database user."):
    """Its password, sealed by the vault. ``next_secret`` is set while a password change is in progress."""

    id = UUID(primary_key=True, default=new_id)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, unique=True)
    username = Varchar(length=64, null=False)
    secret = Secret(length=500, null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo
    next_secret = Secret(length=500, null=True, default=None)  # type: ignore[no-untyped-call]  # in Piccolo


class Operator(Timestamps, Table, db=CENTRAL, help_text="Someone who runs the platform."):
    """An operator. The tokens of an inactive one are refused."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=100, unique=True, null=False)
    active = Boolean(default=True, null=False)


class OperatorToken(Timestamps, Table, db=CENTRAL, help_text="A bearer token of an operator."):
    """A token, stored as its SHA-256. ``hint`` is its beginning, to distinguish tokens."""

    id = UUID(primary_key=True, default=new_id)
    operator = ForeignKey(Operator, on_delete=OnDelete.cascade, null=False, index=True)
    token_hash = Secret(length=64, unique=True, null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo
    hint = Varchar(length=20, null=False)
    expires_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class OperatorSession(Timestamps, Table, db=CENTRAL, help_text="An operator signed in with a browser."):
    """A browser session, stored as the SHA-256 of its secret. Valid only as long as ``token``."""

    id = UUID(primary_key=True, default=new_id)
    token = ForeignKey(OperatorToken, on_delete=OnDelete.cascade, null=False, index=True)
    session_hash = Secret(length=64, unique=True, null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo
    address = Varchar(length=64, default="", null=False)
    user_agent = Varchar(length=255, default="", null=False)
    last_used_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False, index=True)
    second_factor_at = Timestamptz(null=True, default=None)


class OperatorFactor(Timestamps, Table, db=CENTRAL, help_text="A second factor of an operator."):
    """A TOTP secret (RFC 6238) or a passkey, as :class:`tenant_schema.users.sign_in_tables.Factor`.

    ``secret`` is sealed for the operator's id.
    """

    id = UUID(primary_key=True, default=new_id)
    operator = ForeignKey(Operator, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=10, null=False)
    name = Varchar(length=100, default="", null=False)
    secret = Secret(length=500, default="", null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo
    last_step = BigInt(default=0, null=False)
    credential_hash = Varchar(length=64, unique=True, null=True, default=None)
    credential_id = Text(default="", null=False)
    public_key = Text(default="", null=False)
    sign_count = BigInt(default=0, null=False)
    transports = JSON(default="[]", null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    last_used_at = Timestamptz(null=True, default=None)


class OperatorRecoveryCode(
    Timestamps, Table, db=CENTRAL, help_text="Replaces a second factor of an operator, once."
):
    """``code_hash`` is a keyed hash of the code."""

    id = UUID(primary_key=True, default=new_id)
    operator = ForeignKey(Operator, on_delete=OnDelete.cascade, null=False, index=True)
    code_hash = Secret(length=64, unique=True, null=False)  # type: ignore[no-untyped-call]  # untyped in Piccolo
    used_at = Timestamptz(null=True, default=None)


class DirectoryEntry(Timestamps, Table, db=CENTRAL, help_text="A tenant in which an address has an account."):
    """``fingerprint`` is a keyed hash of address and tenant, ``address_hash`` one of the address. ``key_id``
    is the id of the encryption key that the keys of both are derived from.
    """

    id = UUID(primary_key=True, default=new_id)
    fingerprint = Varchar(length=64, unique=True, null=False)
    address_hash = Varchar(length=64, null=False, index=True)
    key_id = Varchar(length=16, null=False)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, index=True)


class CentralThrottle(
    Timestamps, Table, db=CENTRAL, help_text="Failed sign-ins on central hosts per account and address."
):
    """Failed sign-ins of operators, and of users across all tenants.

    ``key`` is a hash of the account or address, so that a token typed as a name is not stored.
    """

    id = UUID(primary_key=True, default=new_id)
    key = Varchar(length=64, unique=True, null=False)
    failures = Integer(default=0, null=False)
    last_attempt_at = Timestamptz(null=False, index=True)
    blocked_until = Timestamptz(null=True, default=None)


class PreparedDatabase(Timestamps, Table, db=CENTRAL, help_text="A database for a tenant to be created."):
    """A database of the pool, see :mod:`central.provisioning.pool`.

    ``place`` is the server's name and a number: of all processes one prepares it. ``owner`` is the process
    that works on it, ``tenant_id`` the tenant that has taken it.
    """

    id = UUID(primary_key=True, default=new_id)
    place = Varchar(length=320, unique=True, null=False)
    database_server = Varchar(length=300, null=False)
    db_name = Varchar(length=64, null=False)
    level = Varchar(length=64, null=False)
    state = Varchar(length=20, choices=PreparedState, default=PreparedState.PREPARING)
    owner = Varchar(length=255, null=False)
    tenant_id = UUID(default=None, null=True, index=True)


class ServerPlacement(Timestamps, Table, db=CENTRAL, help_text="Which database servers get new tenants."):
    """Of servers without a row the default one gets all, see :class:`central.servers.placement.Placement`."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=300, unique=True, null=False)
    weight = Integer(default=0, null=False)
    bound = Integer(default=None, null=True)
    draining = Boolean(default=False, null=False)


class AuditEvent(Timestamps, Table, db=CENTRAL, help_text="What an operator did."):
    """An action of an operator.

    Names are stored next to the ids, so that an event stays readable without them.
    """

    id = UUID(primary_key=True, default=new_id)
    operator_id = UUID(default=None, null=True, index=True)
    operator_name = Varchar(length=100, null=False)
    action = Varchar(length=100, null=False, index=True)
    tenant_id = UUID(default=None, null=True, index=True)
    tenant_slug = Varchar(length=63, null=True, default=None)
    detail = JSON(null=False)
    request_id = Varchar(length=128, null=True, default=None)
    address = Varchar(length=64, null=True, default=None)


class IdempotencyKey(Timestamps, Table, db=CENTRAL, help_text="A request that must not be executed twice."):
    """An Idempotency-Key.

    ``fingerprint`` is a hash of operator and key: unique as a pair, in one short column.
    """

    id = UUID(primary_key=True, default=new_id)
    fingerprint = Varchar(length=64, unique=True, null=False)
    operator_id = UUID(default=None, null=True)
    key = Varchar(length=255, null=False)
    body_hash = Varchar(length=64, null=False)
    state = Varchar(length=20, choices=IdempotencyState, default=IdempotencyState.RUNNING)
    owner = UUID(default=None, null=False)
    leased_until = Timestamptz()
    status = Integer(null=True, default=None)
    response = JSON(null=True, default=None)


class AttestationFinding(
    Timestamps, Table, db=CENTRAL, help_text="Something that isolates a tenant less than it must."
):
    """A finding of the last round of checks, see :mod:`central.attestation.service`.

    ``fingerprint`` is a hash of tenant, code and detail: a finding of several rounds is one row, whose
    ``created_at`` is when it was found first.
    """

    id = UUID(primary_key=True, default=new_id)
    fingerprint = Varchar(length=64, unique=True, null=False)
    tenant_id = UUID(null=False, index=True)
    tenant_slug = Varchar(length=63, null=False)
    code = Varchar(length=40, null=False)
    detail = Varchar(length=500, null=False)


class AttestationRound(Table, db=CENTRAL, help_text="When all tenants' isolation was last tried out."):
    """One row with ``id`` 1."""

    id = Integer(primary_key=True, default=1)
    finished_at = Timestamptz(null=False)
    tenants = Integer(default=0, null=False)


class SealedCheck(Table, db=CENTRAL, help_text="Tells whether ENCRYPTION_KEY is this installation's."):
    """One row with ``id`` 1. See :mod:`central.secrets.key_check`."""

    id = Integer(primary_key=True, default=1)
    sealed = Text(secret=True, null=False)


class RegistryVersion(Table, db=CENTRAL, help_text="Counts the changes of tenants and domains."):
    """One row with ``id`` 1. Other processes compare ``version`` to detect that their caches are stale."""

    id = Integer(primary_key=True, default=1)
    version = Integer(default=0, null=False)


TABLES: tuple[type[Table], ...] = (
    Tenant,
    Domain,
    DomainClaim,
    Credential,
    Operator,
    OperatorToken,
    OperatorSession,
    OperatorFactor,
    OperatorRecoveryCode,
    DirectoryEntry,
    CentralThrottle,
    PreparedDatabase,
    ServerPlacement,
    AttestationFinding,
    AttestationRound,
    SealedCheck,
    AuditEvent,
    IdempotencyKey,
    RegistryVersion,
)
