"""Identity providers: request and response bodies."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from tenant_schema.users.identity_providers.checks import MOST_DOMAINS, MOST_RULES
from tenant_schema.users.identity_providers.records import (
    NewProvider,
    ProviderRecord,
    ProviderTest,
    RoleRule,
    RuleDraft,
)

__all__ = [
    "CallbackQuery",
    "IdentityProviderChanges",
    "IdentityProviderList",
    "IdentityProviderResponse",
    "IdentityProviderTest",
    "NewIdentityProvider",
    "ProviderDropQuery",
    "RoleRuleBody",
    "StartQuery",
]

_Id = Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Name = Annotated[
    str,
    Meta(
        max_length=40,
        description="Lower case letters, digits and hyphens; part of the addresses of the sign-in.",
        examples=["company"],
    ),
]
_Label = Annotated[
    str, Meta(max_length=100, description="For the button of the sign-in page.", examples=["Company account"])
]
_Issuer = Annotated[
    str,
    Meta(
        max_length=500,
        description="The provider's issuer, exactly as in its metadata; https.",
        examples=["https://login.acme.example"],
    ),
]
_ClientId = Annotated[str, Meta(max_length=255, examples=["freehold"])]
_ClientSecret = Annotated[
    str,
    Meta(max_length=2_000, description="Stored encrypted and never returned. Empty for a public client."),
]
_Scopes = Annotated[str, Meta(max_length=500, examples=["openid email profile"])]
_EmailClaim = Annotated[
    str,
    Meta(max_length=100, description="The claim with the e-mail address.", examples=["email"]),
]
_Roles = Annotated[
    list[Annotated[str, Meta(max_length=40, examples=["member"])]],
    Meta(max_length=100, description="Names of roles, or their ids.", examples=[["member"]]),
]
_Domains = Annotated[
    list[Annotated[str, Meta(max_length=253, examples=["acme.example"])]],
    Meta(
        max_length=MOST_DOMAINS,
        description="Whose verified address is in one of these domains gets a user at the first sign-in.",
        examples=[["acme.example"]],
    ),
]
_EmailsVerified = Annotated[
    bool,
    Meta(description="True: all addresses of this provider are verified, for one without `email_verified`."),
]
_SecondFactor = Annotated[
    bool,
    Meta(description="True: `mfa` in the provider's `amr` or `acr` counts as a second factor."),
]


class RoleRuleBody(Input):
    """Users who have the value in the claim get the roles."""

    claim: Annotated[
        str,
        Meta(
            max_length=100,
            description="A claim's name, or a path of names with dots between: `realm_access.roles`.",
            examples=["groups"],
        ),
    ]
    value: Annotated[
        str,
        Meta(max_length=500, description="The claim's value, or one of its list.", examples=["sales-leads"]),
    ]
    roles: _Roles

    @classmethod
    def of(cls, rule: RoleRule) -> "RoleRuleBody":
        return cls(claim=rule.claim, value=rule.value, roles=list(rule.roles))

    def wanted(self) -> RuleDraft:
        """The arguments for the service."""
        return RuleDraft(self.claim, self.value, tuple(self.roles))


_RoleRules = Annotated[
    list[RoleRuleBody],
    Meta(
        max_length=MOST_RULES,
        description=(
            "Applied at every sign-in. Roles that a rule gave and no longer gives are taken; roles that were "
            "given in another way stay."
        ),
    ),
]


class NewIdentityProvider(Input):
    """A new identity provider."""

    name: _Name
    issuer: _Issuer
    client_id: _ClientId
    client_secret: _ClientSecret = ""
    label: _Label = ""
    scopes: _Scopes = "openid email profile"
    email_claim: _EmailClaim = "email"
    role_rules: _RoleRules = []
    domains: _Domains = []
    default_roles: _Roles = []
    emails_verified: _EmailsVerified = False
    second_factor: _SecondFactor = False
    active: bool = True

    def wanted(self) -> NewProvider:
        """The arguments for the service."""
        return NewProvider(**_values(self))


class IdentityProviderChanges(Input):
    """Changes of an identity provider."""

    name: _Name | UnsetType = UNSET
    issuer: _Issuer | UnsetType = UNSET
    client_id: _ClientId | UnsetType = UNSET
    client_secret: _ClientSecret | UnsetType = UNSET
    label: _Label | UnsetType = UNSET
    scopes: _Scopes | UnsetType = UNSET
    email_claim: _EmailClaim | UnsetType = UNSET
    role_rules: _RoleRules | UnsetType = UNSET
    domains: _Domains | UnsetType = UNSET
    default_roles: _Roles | UnsetType = UNSET
    emails_verified: _EmailsVerified | UnsetType = UNSET
    second_factor: _SecondFactor | UnsetType = UNSET
    active: bool | UnsetType = UNSET

    def wanted(self) -> dict[str, Any]:
        """The arguments for the service."""
        return _values(self)


def _values(body: NewIdentityProvider | IdentityProviderChanges) -> dict[str, Any]:
    found = {name: getattr(body, name) for name in body.__struct_fields__}
    if isinstance(found["role_rules"], list):
        found["role_rules"] = tuple(one.wanted() for one in found["role_rules"])
    return {name: value for name, value in found.items() if value is not UNSET}


class IdentityProviderResponse(Output):
    """An identity provider. The client secret is never returned."""

    id: _Id
    name: _Name
    label: _Label
    issuer: _Issuer
    client_id: _ClientId
    has_client_secret: bool
    scopes: _Scopes
    email_claim: _EmailClaim
    role_rules: list[RoleRuleBody]
    domains: list[str]
    default_roles: list[str]
    emails_verified: bool
    second_factor: bool
    active: bool
    proven_at: Annotated[datetime | None, Meta(description="The first successful sign-in.")]
    identities: Annotated[int, Meta(description="How many accounts of the provider are linked to users.")]
    redirect_uri: Annotated[
        str,
        Meta(
            description="To be registered at the provider, for each host name of the tenant that is used.",
            examples=["https://acme.example.com/api/v1/auth/oidc/company/callback"],
        ),
    ]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: ProviderRecord, callback: Callable[[str], str]) -> "IdentityProviderResponse":
        return cls(
            id=str(one.id),
            name=one.name,
            label=one.label,
            issuer=one.issuer,
            client_id=one.client_id,
            has_client_secret=one.has_secret,
            scopes=one.scopes,
            email_claim=one.email_claim,
            role_rules=[RoleRuleBody.of(rule) for rule in one.role_rules],
            domains=list(one.domains),
            default_roles=list(one.default_roles),
            emails_verified=one.emails_verified,
            second_factor=one.second_factor,
            active=one.active,
            proven_at=one.proven_at,
            identities=one.identities,
            redirect_uri=callback(one.name),
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class IdentityProviderList(Output):
    """All identity providers."""

    data: list[IdentityProviderResponse]


class IdentityProviderTest(Output):
    """What the provider publishes. It can be used if `ok`; `problems` and `warnings` are sentences."""

    ok: bool
    issuer: str
    authorization_endpoint: str | None
    token_endpoint: str | None
    jwks_uri: str | None
    signing_keys: Annotated[int, Meta(description="How many keys were found that may sign.")]
    problems: list[str]
    warnings: list[str]

    @classmethod
    def of(cls, found: ProviderTest) -> "IdentityProviderTest":
        return cls(
            ok=not found.problems,
            issuer=found.issuer,
            authorization_endpoint=found.authorization_endpoint,
            token_endpoint=found.token_endpoint,
            jwks_uri=found.jwks_uri,
            signing_keys=found.signing_keys,
            problems=list(found.problems),
            warnings=list(found.warnings),
        )


class ProviderDropQuery(Input):
    """The confirmation that accounts may be unlinked."""

    confirm: (
        Annotated[str, Meta(description="The provider's name, if users sign in with it.", max_length=40)]
        | UnsetType
    ) = UNSET


class StartQuery(Input):
    """Where the browser goes after the sign-in."""

    return_to: Annotated[
        str,
        Meta(
            max_length=2_000,
            description="A path on this host, with its query: `/deals?view=open`.",
            examples=["/deals"],
        ),
    ] = "/"


class CallbackQuery(Input):
    """What the provider adds to the address. Further parameters are ignored."""

    state: Annotated[str, Meta(description="That of the request.")] = ""
    code: Annotated[str, Meta(description="The authorization code.")] = ""
    error: Annotated[str, Meta(description="Instead of `code`: RFC 6749, 4.1.2.1.")] = ""
    iss: Annotated[str, Meta(description="The provider's issuer (RFC 9207).")] = ""
