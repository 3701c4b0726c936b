"""The services for users and their rights, created together because they share a cache."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.access.restrictions import Restrictions
from tenant_schema.records.access.target import Targets
from tenant_schema.records.query.time_zones import zone_names
from tenant_schema.records.reading.explain import Explanations
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account.forgotten import ForgottenPasswords, mail_throttle
from tenant_schema.users.account.service import Account
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.audit.service import AuditTrail
from tenant_schema.users.links.service import Invitations
from tenant_schema.users.mails import Mails
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.permissions.service import Permissions
from tenant_schema.users.preferences.service import Preferences
from tenant_schema.users.roles.service import Roles
from tenant_schema.users.service import Users
from tenant_schema.users.sessions.service import Sessions
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.settings import SignInSettingsService
from tenant_schema.users.support.service import Support
from tenant_schema.users.tenant_settings.service import TenantSettingsService

__all__ = ["People", "people_of"]


@dataclass(frozen=True, slots=True)
class People:
    """The services for users, roles and permissions."""

    users: Users
    roles: Roles
    permissions: Permissions
    invitations: Invitations
    forgotten: ForgottenPasswords
    account: Account
    api_keys: ApiKeys
    sessions: Sessions
    sign_in_settings: SignInSettingsService
    tenant_settings: TenantSettingsService
    preferences: Preferences
    support: Support
    audit: AuditTrail
    explanations: Explanations
    cache: VersionedCache

    def together(self, scope: TenantScope) -> AbstractAsyncContextManager[None]:
        """Run several changes in one transaction; they take effect when it is committed."""
        return self.cache.change(scope)


def people_of(
    passwords: PasswordHashing,
    cache: VersionedCache,
    catalog: Catalog,
    changes: AccountChanges,
    mails: Mails,
    authentication: Authentication,
) -> People:
    """Create the services.

    :param cache: the cache of ``ACCESS``, which authentication uses as well.
    :param changes: notes changes of accounts for the directory.
    """
    throttle = mail_throttle()
    return People(
        Users(passwords, cache, changes, mails),
        Roles(cache, Restrictions(catalog)),
        Permissions(cache, partial(_object_names, catalog)),
        Invitations(passwords, cache, changes, mails),
        ForgottenPasswords(mails, throttle),
        Account(authentication, cache, mails, throttle, zone_names),
        ApiKeys(cache),
        Sessions(cache),
        SignInSettingsService(cache),
        TenantSettingsService(cache, zone_names),
        Preferences(),
        Support(cache, mails),
        AuditTrail(),
        Explanations(Targets(catalog, Plans())),
        cache,
    )


async def _object_names(catalog: Catalog, scope: TenantScope) -> list[str]:
    return list(await catalog.all(scope))
