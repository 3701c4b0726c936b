"""How users may sign in to a tenant, read through the cache of the ``access`` version."""

from dataclasses import dataclass
from typing import Final, Literal

from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.sign_in_tables import IdentityProvider, SignInSettings

__all__ = ["SignInRules", "SignInRulesReader", "SupportChoice", "has_proven_provider", "read_rules"]

SupportChoice = Literal["never", "ask", "always"]
"""Whether operators may have support access: never, when somebody grants it, or always."""

_KEY: Final = "sign-in rules"


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The row of :class:`SignInSettings`, or its default values.

    :param allowed_origins: origins (RFC 6454) whose pages may call the API with bearer tokens.
    :param has_provider: whether an active identity provider has signed somebody in; False with passwords.
    """

    password_enabled: bool = True
    support_access: SupportChoice = "ask"
    allowed_origins: tuple[str, ...] = ()
    has_provider: bool = False


class SignInRulesReader:
    """Reads the rules. No statement with a warm cache, otherwise 1, or 2 if passwords are disabled.

    Whoever changes the settings or an identity provider has to count the ``access`` version.
    """

    __slots__ = ("_cache",)

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache

    async def current(self, scope: TenantScope) -> SignInRules:
        """Return the tenant's rules."""
        return await self._cache.get(scope, _KEY, read_rules)

    def known(self, scope: TenantScope) -> SignInRules | None:
        """Return what :meth:`current` would, if it needs no statement; otherwise None."""
        rules: SignInRules | None = self._cache.peek(scope, _KEY)
        return rules


async def read_rules() -> SignInRules:
    """Read the bound tenant's rules from the tables. 1 statement, or 2 if passwords are disabled."""
    row = await SignInSettings.select().first().output(load_json=True)
    if row is None:
        return SignInRules()
    has_provider = False
    if not row["password_enabled"]:
        has_provider = await has_proven_provider()
    return SignInRules(
        row["password_enabled"], row["support_access"], tuple(row["allowed_origins"]), has_provider
    )


async def has_proven_provider() -> bool:
    """Whether an active identity provider has signed somebody in. 1 statement."""
    is_proven = IdentityProvider.active.eq(True) & IdentityProvider.proven_at.is_not_null()
    return await IdentityProvider.exists().where(is_proven)
