"""The version of the metadata that a caller sees: objects, fields, apps, pages, shared views and rights."""

import hashlib
from typing import Final

import msgspec

from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.rights.permissions import Access, RoleGrants

__all__ = ["MetadataVersions"]

_KEPT: Final = "metadata version"


class MetadataVersions:
    """Opaque versions of what callers see of a tenant besides records. No statement is ever executed.

    Processes agree on a version: it is a digest of the counts of ``cache_versions`` and of what the caller's
    roles grant. It is computed once for all callers with the same roles.

    :param definitions: the cache of ``DEFINITIONS``. :param shared: the cache of ``SHARED``.
    """

    def __init__(self, definitions: VersionedCache, shared: VersionedCache) -> None:
        self._definitions = definitions
        self._shared = shared

    def of(self, scope: TenantScope, access: Access) -> bytes:
        """Return the version for a caller, as of when this process last looked at the counts."""
        counts = self._definitions.version(scope), self._shared.version(scope)
        if access.grants is None:
            return _digest(counts, access.role_grants)
        kept = access.grants.kept.get(_KEPT)
        if kept is None or kept[0] != counts:
            kept = access.grants.kept[_KEPT] = (counts, _digest(counts, access.grants.roles))
        version: bytes = kept[1]
        return version


def _digest(counts: tuple[int, int], roles: tuple[RoleGrants, ...]) -> bytes:
    content = msgspec.json.encode((counts, [_granted(role) for role in roles]), order="sorted")
    return hashlib.blake2b(content, digest_size=9).hexdigest().encode()


def _granted(role: RoleGrants) -> tuple[object, ...]:
    """Return what a role grants, with sets in order."""
    fields = [{name: sorted(held) for name, held in one.items()} for one in (role.hidden, role.locked)]
    return role.name, sorted(role.permissions), *fields, role.rules
