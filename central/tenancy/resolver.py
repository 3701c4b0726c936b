"""Resolver: finds the tenant of a host name, or of an operator's tenant key. Cached.

Cached results are valid until the registry changes. A change in this process clears the cache immediately, by
the registry's callback. Changes by other processes are detected by the registry's version, which is read when
a cached name is resolved and the last check is older than ``cache_seconds``: one statement, shared by all
concurrent callers. A name that is not cached costs one statement, which reads the version with the tenant.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from time import monotonic
from typing import TypeAlias
from uuid import UUID

from central.errors import InvalidSlug, ReservedSlug, TenantNotFound
from central.hostnames import tenant_label
from central.registry import Registry, TenantRef
from central.slugs import parse_slug
from piccolo_engines.lru import Lru

__all__ = ["Central", "Resolution", "Resolver", "Unknown"]


@dataclass(frozen=True, slots=True)
class Central:
    """The host is one of the platform's own."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The host or key belongs to no tenant."""


Resolution: TypeAlias = Central | Unknown | TenantRef
"""The owner of a host. A tenant may have any ``status``, including ``provisioning`` and ``deleting``."""

_Find: TypeAlias = Callable[[], Awaitable[tuple[TenantRef, int | None]]]
"""Finds a tenant, and the registry's version at the same moment if that costs nothing."""

_CENTRAL = Central()
_UNKNOWN = Unknown()
_ID_LENGTH = len(str(UUID(int=0)))
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Resolver:
    """Caches the names of up to ``capacity`` tenants and, separately, as many unknown names.

    :param cache_seconds: how long a change by another process may go unnoticed.
    :param clock: returns seconds that only increase.
    """

    def __init__(
        self,
        registry: Registry,
        base_domains: Sequence[str],
        *,
        cache_seconds: float = 0.5,
        capacity: int = 10_000,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._registry = registry
        self._base_domains = tuple(base_domains)
        self._central = _LOOPBACK | set(base_domains)
        self._cache_seconds = cache_seconds
        self._clock = clock
        self._tenants: Lru[str, TenantRef] = Lru(capacity)
        self._nobodies: Lru[str, Unknown] = Lru(capacity)
        self._version: int | None = None
        self._checked_at: float | None = None
        self._checking: asyncio.Task[None] | None = None
        self._generation = 0
        self._levels: Lru[UUID, tuple[float, str]] = Lru(capacity)
        registry.on_change(self.forget)

    async def resolve(self, host: str) -> Resolution:
        """Return the tenant of ``host``, a name in canonical form.

        :func:`~central.hostnames.parse_host` returns that form. Names that no tenant can have are
        resolved without a query. Raises a :class:`~piccolo_engines.errors.DatabaseError` when the central
        database is needed and not available.
        """
        if host in self._central:
            return _CENTRAL
        if not _can_be_a_tenants(host, self._base_domains):
            return _UNKNOWN
        return await self._cached(f"host {host}", lambda: self._registry.by_domain_with_version(host))

    def known(self, host: str) -> TenantRef | None:
        """Return the tenant of ``host`` if it is cached and the cache was recently compared; no statement.

        None for every other host, whether :meth:`resolve` knows it or not.
        """
        return None if self._is_due else self._tenants.get(f"host {host}")

    async def resolve_key(self, key: str) -> TenantRef | Unknown:
        """Return the tenant with this id or slug, as in the ``x-tenant-id`` header.

        Raises as :meth:`resolve`.
        """
        tenant_id = _tenant_id(key)
        if tenant_id is None and not _is_slug(key):
            return _UNKNOWN
        await self._revalidate()
        if tenant_id is not None:
            return await self._cached(f"id {tenant_id}", lambda: _alone(self._registry.get(tenant_id)))
        return await self._cached(f"slug {key}", lambda: _alone(self._registry.by_slug(key)))

    async def latest_level(self, tenant: TenantRef) -> str:
        """Return the level of the tenant's database as it is now, at most ``cache_seconds`` old.

        For a tenant whose level is not served: levels change without a change of the registry's version. At
        most one statement in ``cache_seconds`` for each such tenant.
        """
        read_at, level = self._levels.get(tenant.id, (-inf, ""))
        if self._clock() - read_at >= self._cache_seconds:
            read_at, level = self._clock(), await self._registry.level_of(tenant.id)
            self._levels.put(tenant.id, (read_at, level))
            if level != tenant.schema_level:
                self.forget()
        return level

    def forget(self) -> None:
        """Clear the cache. Lookups in progress are not cached either."""
        self._generation += 1
        self._tenants.clear()
        self._nobodies.clear()

    async def _cached(self, name: str, find: _Find) -> TenantRef | Unknown:
        if self._kept(name) is None and (found := await self._look_up(name, find)) is not _UNKNOWN:
            return found
        await self._revalidate()  # a name of nobody has brought no version
        kept = self._kept(name)
        return kept if kept is not None else await self._look_up(name, find)

    def _kept(self, name: str) -> TenantRef | Unknown | None:
        return self._tenants.get(name) or self._nobodies.get(name)

    async def _look_up(self, name: str, find: _Find) -> TenantRef | Unknown:
        """Read the tenant. What is read now needs no comparison of versions, but brings one if it can."""
        generation, started_at = self._generation, self._clock()
        tenant, version = None, None
        with suppress(TenantNotFound):
            tenant, version = await find()
        is_current = generation == self._generation  # otherwise it may be older than a change
        if version is not None:
            self._compare(version, started_at)
        if is_current:
            if tenant is None:
                self._nobodies.put(name, _UNKNOWN)
            else:
                self._tenants.put(name, tenant)
        return _UNKNOWN if tenant is None else tenant

    async def _revalidate(self) -> None:
        """Ensure that the cache was recently compared with the registry's version."""
        if not self._is_due:
            return
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
            self._checking.add_done_callback(_retrieve)
        # A caller that is cancelled must not cancel the check for the others.
        await asyncio.shield(self._checking)

    @property
    def _is_due(self) -> bool:
        checked_at = self._checked_at
        return checked_at is None or self._clock() - checked_at >= self._cache_seconds

    async def _check(self) -> None:
        started_at = self._clock()
        self._compare(await self._registry.version(), started_at)

    def _compare(self, version: int, asked_at: float) -> None:
        """Clear the cache if the registry has changed. Ignores a version asked for before the last one."""
        if self._checked_at is not None and asked_at < self._checked_at:
            return
        if version != self._version:
            self.forget()
        self._version, self._checked_at = version, asked_at


async def _alone(found: Awaitable[TenantRef]) -> tuple[TenantRef, None]:
    return await found, None


def _retrieve(check: asyncio.Task[None]) -> None:
    """Read the outcome, so that a failure that nobody awaits is not reported as never retrieved."""
    if not check.cancelled():
        check.exception()


@lru_cache(maxsize=4_096)
def _can_be_a_tenants(host: str, base_domains: tuple[str, ...]) -> bool:
    """Whether a tenant can have this name. Cached: called for each request with the same few names."""
    label = tenant_label(host, base_domains)
    if label is not None:
        return _is_slug(label)
    return "." in host and not host.rpartition(".")[2].isdecimal()


def _tenant_id(key: str) -> UUID | None:
    try:
        return UUID(key) if len(key) == _ID_LENGTH else None
    except ValueError:
        return None


def _is_slug(text: str) -> bool:
    try:
        parse_slug(text)
    except ReservedSlug:
        return True  # a tenant may have had it before it was reserved
    except InvalidSlug:
        return False
    return True
