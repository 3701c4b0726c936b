"""Tenants and domains: request and response bodies for operators."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from api.schemas.common import Input, NextLink, Output
from central.domains.claims import ClaimRecord
from central.domains.service import Challenge
from central.registry import DomainRecord, TenantRecord
from piccolo_engines.paging import Page

__all__ = [
    "AdminResponse",
    "CnameRecord",
    "DatabaseLogin",
    "DeleteQuery",
    "Deleted",
    "DisconnectQuery",
    "Disconnected",
    "DnsRecord",
    "DomainList",
    "DomainResponse",
    "FirstTenantRequest",
    "NewAdmin",
    "NewDomain",
    "NewTenant",
    "PasswordQuery",
    "ProvisionedResponse",
    "TenantChanges",
    "TenantDeleted",
    "TenantPage",
    "TenantQuery",
    "TenantResponse",
    "TenantSource",
    "TxtRecord",
]

_Status = Literal["provisioning", "active", "read-only", "suspended", "archived", "deleted", "deleting"]
_SLUG_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
_Id = Annotated[UUID, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Slug = Annotated[str, Meta(description="The tenant's name in host names and databases.", examples=["acme"])]
_Name = Annotated[str, Meta(description="The tenant's display name.", examples=["Acme Corporation"])]
_Domain = Annotated[str, Meta(description="A host name in canonical form.", examples=["acme.localhost"])]
_Plan = Annotated[str, Meta(description="Its plan; null for no limits.", max_length=40, examples=["basic"])]
_Time = Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]


class NewAdmin(Input):
    """The first administrator. Without a password, one is generated and shown once."""

    email: Annotated[str, Meta(max_length=254, examples=["ada@acme.example"])]
    password: Annotated[str, Meta(max_length=1_024, examples=["correct horse battery"])] | None = None
    name: Annotated[str, Meta(max_length=200, examples=["Ada Lovelace"])] = ""


class TenantSource(Input):
    """What a new tenant begins with: everything that another tenant has, or had. One of them."""

    tenant: Annotated[UUID, Meta(description="The id of the tenant, such as a template.")] | None = None
    backup: Annotated[UUID, Meta(description="The id of a backup, also of a deleted tenant.")] | None = None


class NewTenant(Input):
    """A tenant to create. Without `admin`, the administrator's address is admin@ the tenant's domain.

    With `from`, it has the users of its source, with their passwords, and no `admin` of its own.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["Acme Corporation"])]
    slug: Annotated[str, Meta(extra_json_schema={"pattern": _SLUG_PATTERN}, examples=["acme"])]
    primary_domain: Annotated[
        str,
        Meta(
            description="A label under the first base domain, or a full host name.",
            min_length=1,
            max_length=253,
            examples=["acme"],
        ),
    ]
    db_host: (
        Annotated[str, Meta(description="A database server that this installation allows.", max_length=253)]
        | None
    ) = None
    db_port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    admin: NewAdmin | None = None
    source: TenantSource | None = field(default=None, name="from")
    sandbox: Annotated[bool, Meta(description="Nothing is sent outside for it, such as mails.")] = False
    plan: _Plan | None = None


class FirstTenantRequest(Input):
    """The first tenant of an installation, and its administrator."""

    token: Annotated[str, Meta(max_length=200, description="What follows the `#` of the link.")]
    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["Acme Corporation"])]
    slug: Annotated[str, Meta(extra_json_schema={"pattern": _SLUG_PATTERN}, examples=["acme"])]
    admin: NewAdmin

    def tenant(self) -> NewTenant:
        """Return the tenant to create, whose domain is its slug under the first base domain."""
        return NewTenant(name=self.name, slug=self.slug, primary_domain=self.slug, admin=self.admin)


class AdminResponse(Output):
    """The first administrator. The password is shown only in this response."""

    email: Annotated[str, Meta(examples=["ada@acme.example"])]
    password: Annotated[str, Meta(examples=["correct horse battery"])] | None


class ProvisionedResponse(Output):
    """A new tenant. Passwords are shown only in this response; on SQLite the database has no user."""

    tenant_id: _Id
    slug: _Slug
    status: _Status
    domain: _Domain
    db_name: Annotated[str, Meta(examples=["tenant_acme"])]
    db_username: Annotated[str, Meta(examples=["tenant_acme_user"])] | None
    db_password: str | None
    admin: AdminResponse


class PasswordQuery(Input):
    """Options of a password change."""

    end_connections: Annotated[
        bool, Meta(description="Close connections that use the old password; running requests get 503.")
    ] = False


class DisconnectQuery(Input):
    """Options of closing connections."""

    force: Annotated[
        bool,
        Meta(
            description="Close at once; requests that use them get 503. Otherwise they are completed first."
        ),
    ] = False


class Disconnected(Output):
    """The number of closed connections."""

    closed: Annotated[
        int,
        Meta(
            ge=0,
            examples=[3],
            description=(
                "Connections of all processes on MySQL and MariaDB; those of the process that responds on "
                "SQLite."
            ),
        ),
    ]


class DatabaseLogin(Output):
    """A tenant's database user. The password is shown only in this response."""

    tenant_id: _Id
    slug: _Slug
    db_username: Annotated[str, Meta(examples=["tenant_acme_user"])]
    db_password: str


class TenantResponse(Output):
    """A tenant, without any secret."""

    tenant_id: _Id
    name: _Name
    slug: _Slug
    status: _Status
    domain: Annotated[
        str,
        Meta(
            description="The primary domain; empty for a deleted tenant.",
            examples=["acme.localhost"],
        ),
    ]
    db_server: Annotated[str, Meta(description="`sqlite`, or host:port.", examples=["sqlite"])]
    db_name: Annotated[str, Meta(examples=["tenant_acme"])]
    admin_email: Annotated[
        str, Meta(description="The first administrator's address.", examples=["ada@acme.example"])
    ]
    sandbox: Annotated[bool, Meta(description="Nothing is sent outside for it.")]
    template: Annotated[bool, Meta(description="New tenants may be made from it.")]
    plan: _Plan | None
    created_at: _Time
    updated_at: _Time
    restorable_until: (
        Annotated[datetime, Meta(description="Until when a deleted tenant can be brought back. UTC.")]
        | UnsetType
    ) = UNSET

    @classmethod
    def of(cls, record: TenantRecord) -> "TenantResponse":
        """The response for a record of the registry."""
        return cls(
            tenant_id=record.ref.id,
            name=record.ref.name,
            slug=record.ref.slug,
            status=record.ref.status.value,
            domain=record.ref.primary_domain,
            db_server=record.ref.database_server,
            db_name=record.ref.db_name,
            admin_email=record.admin_email,
            sandbox=record.ref.is_sandbox,
            template=record.ref.is_template,
            plan=None if record.ref.limits is None else record.ref.limits.plan,
            created_at=record.created_at,
            updated_at=record.updated_at,
            restorable_until=UNSET if record.deletion is None else record.deletion.restorable_until,
        )


class TenantPage(Output):
    """Tenants, the newest first."""

    data: list[TenantResponse]
    page: NextLink

    @classmethod
    def of(cls, page: Page[TenantRecord]) -> "TenantPage":
        """The response for a page of the registry."""
        return cls([TenantResponse.of(one) for one in page.items], NextLink(next=page.next))


class TenantQuery(Input):
    """Parameters that select tenants."""

    limit: Annotated[int, Meta(description="The maximum number of tenants.", ge=1, le=200)] = 25
    cursor: (
        Annotated[str, Meta(description="`page.next` of the previous page.", max_length=200)] | UnsetType
    ) = UNSET
    status: (
        Annotated[
            _Status,
            Meta(description="Only tenants with this status. Deleted ones are listed with it only."),
        ]
        | UnsetType
    ) = UNSET
    search: Annotated[
        str, Meta(description="Only tenants whose name, slug or domain contains this text.", max_length=200)
    ] = ""


class TenantChanges(Input):
    """Changes of a tenant: its name, its plan, and whether it is a template. Slug and domains stay."""

    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["Acme International"])] | UnsetType = (
        UNSET
    )
    template: Annotated[bool, Meta(description="New tenants may be made from it.")] | UnsetType = UNSET
    plan: _Plan | UnsetType | None = UNSET


class Deleted(Output):
    """The tenant or domain was deleted."""

    success: bool


class DeleteQuery(Input):
    """Options of deleting a tenant."""

    erase: Annotated[
        bool, Meta(description="Destroy all its backups and its data key as well, and certify that.")
    ] = False


class TenantDeleted(Output):
    """The tenant was deleted."""

    success: bool
    restorable_until: (
        Annotated[
            datetime,
            Meta(
                description=(
                    "Until when `POST …/restore {}` brings it back. Not given if it is deleted for ever: "
                    "with `erase`, without BACKUP_URL, and with DELETED_TENANT_DAYS=0."
                )
            ),
        ]
        | UnsetType
    ) = UNSET
    certificate: (
        Annotated[
            dict[str, Any],
            Meta(
                description=(
                    "With `erase`: what was destroyed, when, by whom, with its digests; signed with Ed25519."
                )
            ),
        ]
        | UnsetType
    ) = UNSET


class NewDomain(Input):
    """A further host name for a tenant."""

    domain: Annotated[
        str,
        Meta(
            description="A label under the first base domain, or a full host name.",
            min_length=1,
            max_length=253,
            examples=["crm.acme.example"],
        ),
    ]
    trusted: (
        Annotated[
            bool,
            Meta(
                description="Whether the name is served without a proof in the DNS. By default it is in "
                "local mode only. A name under a base domain needs no proof."
            ),
        ]
        | UnsetType
    ) = UNSET


class DnsRecord(Output, tag_field="type"):
    """A record in the DNS that proves a host name."""

    name: Annotated[str, Meta(examples=["_freehold.crm.acme.example"])]
    value: Annotated[str, Meta(examples=["Zr1o0LmWq3nA6kTQx7o9bCw2hYpVfE5s"])]


class TxtRecord(DnsRecord, tag="TXT"):
    """A TXT record."""


class CnameRecord(DnsRecord, tag="CNAME"):
    """A CNAME record, which cannot be set at the apex of a zone."""


class DomainResponse(Output, omit_defaults=True):
    """A host name of a tenant. One that is not verified leads nowhere until one of its records is set."""

    domain: _Domain
    primary: bool
    created_at: _Time
    verified: Annotated[bool, Meta(description="Whether the name leads to the tenant.")]
    proof: (
        Annotated[
            Literal["platform", "trusted", "txt", "cname"],
            Meta(description="`platform`: it is under a base domain; `trusted`: an operator vouches for it."),
        ]
        | UnsetType
    ) = UNSET
    checked_at: (
        Annotated[datetime, Meta(description="When the DNS last gave a definite result.")] | UnsetType
    ) = UNSET
    failing_since: (
        Annotated[datetime, Meta(description="Since when the DNS does not prove the name.")] | UnsetType
    ) = UNSET
    challenge: TxtRecord | UnsetType = UNSET
    alternative: CnameRecord | UnsetType = UNSET

    @classmethod
    def of(cls, record: DomainRecord) -> "DomainResponse":
        """The response for a record of the registry."""
        return cls(
            domain=record.domain,
            primary=record.is_primary,
            created_at=record.created_at,
            verified=record.is_served,
            proof=record.proof.value,
            checked_at=record.checked_at or UNSET,
            failing_since=record.failing_since or UNSET,
        )

    @classmethod
    def of_claim(cls, claim: ClaimRecord, challenge: Challenge) -> "DomainResponse":
        """The response for a name that the tenant has yet to prove."""
        target = challenge.target
        return cls(
            domain=claim.domain,
            primary=False,
            created_at=claim.created_at,
            verified=False,
            checked_at=claim.checked_at or UNSET,
            challenge=TxtRecord(challenge.name, challenge.value),
            alternative=UNSET if target is None else CnameRecord(claim.domain, target),
        )


class DomainList(Output):
    """All host names of a tenant, the primary one first."""

    data: list[DomainResponse]
