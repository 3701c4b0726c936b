"""The services of people and their rights, built together: they share what is cached of access."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.access.restrictions import Restrictions
from tenant_schema.records.access.target import Targets
from tenant_schema.records.reading.explain import Explanations
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.audit.service import AuditTrail
from tenant_schema.users.links.service import Invitations
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.permissions.service import Permissions
from tenant_schema.users.roles.service import Roles
from tenant_schema.users.service import Users
from tenant_schema.users.sessions.service import Sessions

__all__ = ["People", "people_of"]


@dataclass(frozen=True, slots=True)
class People:
    """Who is there, and who may do what."""

    users: Users
    roles: Roles
    permissions: Permissions
    invitations: Invitations
    api_keys: ApiKeys
    sessions: Sessions
    audit: AuditTrail
    explanations: Explanations
    cache: VersionedCache

    def together(self, scope: TenantScope) -> AbstractAsyncContextManager[None]:
        """Several changes as one: all of them or none, and seen when the whole is committed."""
        return self.cache.change(scope)


def people_of(passwords: PasswordHashing, cache: VersionedCache, catalog: Catalog) -> People:
    """The services.

    :param cache: the one of ``ACCESS``, which signing in uses too.
    """
    return People(
        Users(passwords, cache),
        Roles(cache, Restrictions(catalog)),
        Permissions(cache, partial(_object_names, catalog)),
        Invitations(passwords, cache),
        ApiKeys(cache),
        Sessions(cache),
        AuditTrail(),
        Explanations(Targets(catalog, Plans())),
        cache,
    )


async def _object_names(catalog: Catalog, scope: TenantScope) -> list[str]:
    return list(await catalog.all(scope))
