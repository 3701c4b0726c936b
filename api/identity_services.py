"""The services for identity providers and sign-ins through them, created together."""

from dataclasses import dataclass

from central.secrets.vault import Vault
from central.settings.settings import Settings
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.identity_providers import single_sign_on as sign_on
from tenant_schema.users.identity_providers.accounts import Accounts
from tenant_schema.users.identity_providers.service import IdentityProviders
from tenant_schema.users.mails import Mails
from tenant_schema.users.oidc.addresses import UrlRules
from tenant_schema.users.oidc.http_client import ProviderClient
from tenant_schema.users.oidc.provider_cache import ProviderCache
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["IdentityServices", "identity_services"]


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """The services, and the client by which they reach providers."""

    providers: IdentityProviders
    single_sign_on: sign_on.SingleSignOn
    client: ProviderClient


def identity_services(
    settings: Settings,
    vault: Vault,
    cache: VersionedCache,
    sessions: BrowserSessions,
    changes: AccountChanges,
    mails: Mails,
) -> IdentityServices:
    """Create the services.

    :param cache: the cache of ``ACCESS``.
    """
    rules = UrlRules(allow_private_networks=settings.oidc_allow_private_networks, allow_http=settings.local)
    client = ProviderClient(rules)
    known = ProviderCache(client)
    return IdentityServices(
        IdentityProviders(cache, known, rules, vault.seal),
        sign_on.SingleSignOn(
            client,
            known,
            Accounts(cache, sessions, changes, mails),
            sign_on.Vault(vault.seal, vault.open),
            Throttle(sign_on.RATE),
        ),
        client,
    )
