"""The errors of the central database and its services. Each class has its details as attributes.

::

    CentralError
    ├── SettingsError(problems)
    ├── UnsupportedDatabase(kind)
    ├── VaultError
    │   ├── UnknownKey(key_id)
    │   ├── SealBroken
    │   ├── WrongEncryptionKey(missing)
    │   └── CredentialsUnreadable(tenant)
    ├── InvalidName
    │   ├── InvalidSlug(slug)
    │   ├── ReservedSlug(slug)
    │   ├── InvalidHost
    │   ├── InvalidDomain(domain, reason)
    │   ├── InvalidOrigin(origin, reason)
    │   └── InvalidTenantName
    ├── RegistryError
    │   ├── TenantNotFound(tenant)
    │   ├── DomainNotFound(domain)
    │   ├── SlugTaken(slug)
    │   ├── DomainTaken(domain)
    │   ├── PrimaryDomainKept(domain)
    │   └── WrongStatus(current, wanted)
    ├── OperatorError
    │   ├── InvalidOperatorName(name)
    │   ├── OperatorNotFound(operator)
    │   ├── OperatorTaken(name)
    │   └── TokenNotFound(token_id)
    ├── DatabaseMismatch(tenant)
    ├── TenantUpgrading(slug)
    ├── DirectoryUnsettled
    ├── RegistryChanged
    └── FirstTenantLinkInvalid

``code`` is the kebab-case name that clients see. A message never contains a secret or a database's message.
"""

from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "CentralError",
    "CredentialsUnreadable",
    "DatabaseMismatch",
    "DirectoryUnsettled",
    "DomainNotFound",
    "DomainTaken",
    "FirstTenantLinkInvalid",
    "InvalidDomain",
    "InvalidHost",
    "InvalidName",
    "InvalidOperatorName",
    "InvalidOrigin",
    "InvalidSlug",
    "InvalidTenantName",
    "OperatorError",
    "OperatorNotFound",
    "OperatorTaken",
    "PrimaryDomainKept",
    "RegistryChanged",
    "RegistryError",
    "ReservedSlug",
    "SealBroken",
    "SettingsError",
    "SlugTaken",
    "TenantNotFound",
    "TenantUpgrading",
    "TokenNotFound",
    "UnknownKey",
    "UnsupportedDatabase",
    "VaultError",
    "WrongEncryptionKey",
    "WrongStatus",
]


class CentralError(Exception):
    """The base class of all errors below."""

    code: ClassVar[str] = "central"


class SettingsError(CentralError):
    """The environment is invalid. ``problems`` lists every fault, each with its remedy."""

    code = "settings"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))


class UnsupportedDatabase(CentralError):
    """A database URL of a kind without an engine."""

    code = "unsupported-database"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"Databases of the kind {kind!r} are not supported; use sqlite:///path or "
            "mysql://user:password@host:port/name."
        )


class VaultError(CentralError):
    """A sealed secret cannot be used. The messages reveal nothing of its content."""

    code = "vault"


class UnknownKey(VaultError):
    """A secret was sealed with a key that is not configured in this process."""

    code = "unknown-key"

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(f"No encryption key with the id {key_id!r} is configured.")


class SealBroken(VaultError):
    """A sealed secret is malformed, was modified, or belongs to another tenant."""

    code = "seal-broken"

    def __init__(self) -> None:
        super().__init__("The sealed secret cannot be opened.")


class WrongEncryptionKey(VaultError):
    """The secrets of this installation are sealed with other keys; ``missing`` has the ids of those."""

    code = "wrong-encryption-key"

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        lacks = f" Ids of the missing keys: {', '.join(missing)}." if missing else ""
        super().__init__(
            f"ENCRYPTION_KEY is not the key that this installation's secrets are sealed with.{lacks} Add "
            "them again, after the first key if that is a new one (`freehold keys status` lists all ids). If "
            "they are lost, `freehold keys replace-lost` continues without them."
        )


class CredentialsUnreadable(VaultError):
    """The stored credentials of a tenant cannot be decrypted."""

    code = "credentials-unreadable"

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__("The tenant's database is not available.")


class InvalidName(CentralError):
    """A name of a tenant or host is malformed."""

    code = "invalid-name"


class InvalidSlug(InvalidName):
    """A slug is malformed."""

    code = "invalid-slug"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(
            "A slug is 1 to 40 characters of a-z, 0-9 and '-', and begins and ends with a letter or digit."
        )


class ReservedSlug(InvalidName):
    """A slug is reserved for the platform."""

    code = "reserved-slug"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The slug {slug!r} is reserved.")


class InvalidHost(InvalidName):
    """A Host header that is not a host name. The message does not repeat it."""

    code = "invalid-host"

    def __init__(self) -> None:
        super().__init__("The Host header is not a host name.")


class InvalidDomain(InvalidName):
    """A domain that cannot be assigned to a tenant; ``reason`` is a whole sentence."""

    code = "invalid-domain"

    def __init__(self, domain: str, reason: str) -> None:
        self.domain = domain
        self.reason = reason
        super().__init__(reason)


class InvalidOrigin(InvalidName):
    """An origin that cannot be allowed to call the API; ``reason`` is a whole sentence."""

    code = "invalid-origin"

    def __init__(self, origin: str, reason: str) -> None:
        self.origin = origin
        self.reason = reason
        super().__init__(reason)


class InvalidTenantName(InvalidName):
    """A tenant's display name is empty, too long, or contains control characters."""

    code = "invalid-tenant-name"

    def __init__(self) -> None:
        super().__init__("A tenant's name is 1 to 200 characters, none of them a control character.")


class RegistryError(CentralError):
    """The registry refuses an operation."""

    code = "registry"


class TenantNotFound(RegistryError):
    """No tenant has this id or slug."""

    code = "tenant-not-found"

    def __init__(self, tenant: object) -> None:
        self.tenant = str(tenant)
        super().__init__("There is no such tenant.")


class DomainNotFound(RegistryError):
    """The tenant does not have this domain."""

    code = "domain-not-found"

    def __init__(self, domain: str) -> None:
        self.domain = domain
        super().__init__("The tenant does not have this domain.")


class SlugTaken(RegistryError):
    """Another tenant has this slug."""

    code = "slug-taken"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The slug {slug!r} is taken.")


class DomainTaken(RegistryError):
    """The domain is assigned to a tenant, possibly the same one."""

    code = "domain-taken"

    def __init__(self, domain: str) -> None:
        self.domain = domain
        super().__init__(f"The domain {domain!r} is taken.")


class PrimaryDomainKept(RegistryError):
    """A tenant's primary domain cannot be removed."""

    code = "primary-domain"

    def __init__(self, domain: str) -> None:
        self.domain = domain
        super().__init__(f"{domain!r} is the tenant's primary domain and cannot be removed.")


class WrongStatus(RegistryError):
    """The tenant's status does not allow the change, possibly because another request changed it first."""

    code = "wrong-status"

    def __init__(self, current: str, wanted: str | None = None) -> None:
        self.current = current
        self.wanted = wanted
        change = "be changed" if wanted is None else f"become {wanted}"
        super().__init__(f"A tenant that is {current} cannot {change}.")


class OperatorError(CentralError):
    """The base class of errors about operators and their tokens."""

    code = "operator"


class InvalidOperatorName(OperatorError):
    """An operator's name is malformed."""

    code = "invalid-operator-name"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("An operator's name is 1 to 100 characters, none of them a control character.")


class OperatorNotFound(OperatorError):
    """No operator has this name or id."""

    code = "operator-not-found"

    def __init__(self, operator: object) -> None:
        self.operator = str(operator)
        super().__init__("There is no such operator.")


class OperatorTaken(OperatorError):
    """An operator with this name exists."""

    code = "operator-taken"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is an operator called {name!r} already.")


class TokenNotFound(OperatorError):
    """No operator token has this id."""

    code = "token-not-found"

    def __init__(self, token_id: object) -> None:
        self.token_id = str(token_id)
        super().__init__("There is no such token.")


class DatabaseMismatch(CentralError):
    """The database that the registry names for a tenant is not that tenant's. Nothing of it is served."""

    code = "database-mismatch"

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__("The tenant's database is not available: it is not this tenant's.")


class TenantUpgrading(CentralError):
    """The tenant's database has a level that this version does not serve: it is being upgraded.

    Clients retry after ``retry_after`` seconds.
    """

    code = "tenant-upgrading"
    retry_after: ClassVar[int] = 5

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__("This tenant is being upgraded. Nothing is lost; try again shortly.")


class DirectoryUnsettled(CentralError):
    """Accounts of a tenant changed each time while their entries in the directory were written."""

    code = "directory-unsettled"

    def __init__(self) -> None:
        super().__init__("The accounts keep changing. Try again.")


class RegistryChanged(CentralError):
    """Tenants or domains have changed since the caller looked."""

    code = "registry-changed"

    def __init__(self) -> None:
        super().__init__("Tenants have changed meanwhile. Look at them and try again.")


class FirstTenantLinkInvalid(CentralError):
    """The link is not one of this installation, has expired, or there is a tenant."""

    code = "first-tenant-link"

    def __init__(self) -> None:
        super().__init__(
            "The link is not valid: it works for 24 hours, while there is no tenant. Operators create "
            "further tenants."
        )
