"""Identity providers as their service takes and returns them. Nothing here reads a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

__all__ = ["NewProvider", "ProviderRecord", "ProviderTest", "RoleRule", "RuleDraft"]


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule with roles by name or id: who has ``value`` in the claim gets them."""

    claim: str
    value: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A rule with the names of its roles."""

    claim: str
    value: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class NewProvider:
    """A provider to be created. Without a secret it is a public client."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    label: str = ""
    scopes: str = "openid email profile"
    email_claim: str = "email"
    role_rules: Sequence[RuleDraft] = ()
    domains: Sequence[str] = ()
    default_roles: Sequence[str] = ()
    emails_verified: bool = False
    second_factor: bool = False
    active: bool = True

    def values(self) -> Mapping[str, Any]:
        """Every value, by the name of its attribute."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """One provider. ``has_secret``: whether a client secret is stored, which is never returned.

    :param identities: how many accounts at the provider are linked to users.
    :param proven_at: the first successful sign-in with the present issuer and client.
    """

    id: UUID
    name: str
    label: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: str
    email_claim: str
    role_rules: tuple[RoleRule, ...]
    domains: tuple[str, ...]
    default_roles: tuple[str, ...]
    emails_verified: bool
    second_factor: bool
    active: bool
    proven_at: datetime | None
    identities: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderTest:
    """What a provider's discovery found. ``problems`` are sentences; without any the provider can be used,
    and ``warnings`` are what may not work.
    """

    issuer: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    jwks_uri: str | None = None
    signing_keys: int = 0
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
