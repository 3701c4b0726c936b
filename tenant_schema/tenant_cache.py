"""Caches of what a tenant's database says, and how a change reaches them: at once here, soon elsewhere.

Whoever changes something cached bumps its row of ``cache_versions`` in the same transaction. A cache looks
at that row at most once every ``cache_seconds`` for each tenant, when somebody asks, and drops what it holds
when the row has moved on. In the writer's own process :meth:`VersionedCache.change` drops it as it commits.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar, cast

from piccolo import columns
from piccolo.columns import BigInt, Varchar
from piccolo.table import Table

from piccolo_conf import DB
from piccolo_engines.columns import Timestamps, new_id, utc_now
from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.lru import Lru
from tenant_schema.scope import TenantScope

__all__ = ["ACCESS", "DEFINITIONS", "SHARED", "CacheVersion", "VersionedCache", "bump", "versioned_caches"]

ACCESS = "access"
DEFINITIONS = "definitions"
SHARED = "shared"
"""What several users see besides definitions: shared views, and settings of the tenant."""

_Value = TypeVar("_Value")
_NOTHING: Final = object()
"""Not even None is cached."""


class CacheVersion(
    Timestamps, Table, tablename="cache_versions", help_text="Counts the changes of what is cached."
):
    """One row for each kind of cache; ``version`` is incremented in the transaction of every change."""

    id = columns.UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    version = BigInt(default=0, null=False)


async def bump(name: str) -> None:
    """Count a change of what is cached as ``name``: one statement, in the transaction of the change.

    Once that is committed, :meth:`VersionedCache.forget` tells this process. :meth:`VersionedCache.change`
    does both.
    """
    await CacheVersion.insert(CacheVersion(name=name, version=1)).on_conflict(
        target=CacheVersion.name,
        action="DO UPDATE",
        values=[(CacheVersion.version, CacheVersion.version + 1), (CacheVersion.updated_at, utc_now())],
    )


_VERSIONS = KeptSelect(DB, lambda: CacheVersion.select(CacheVersion.name, CacheVersion.version))


async def _current_versions() -> dict[str, int]:
    return {row["name"]: row["version"] for row in await DB.run_querystring(_VERSIONS())}


class _Tenant:
    """The cached entries of one tenant. ``generation`` is incremented when they are dropped."""

    __slots__ = ("checked_at", "entries", "forgotten_at", "generation", "lock", "version")

    def __init__(self, entries: int) -> None:
        self.entries: Lru[Hashable, object] = Lru(entries)
        self.generation = 0
        self.version: int | None = None
        self.checked_at = float("-inf")
        self.forgotten_at = float("-inf")
        self.lock = asyncio.Lock()

    def drop(self) -> None:
        self.entries.clear()
        self.generation += 1

    def look_again(self, now: float) -> None:
        """Look at the version before the next use, as there was a change just now."""
        self.checked_at, self.forgotten_at = float("-inf"), now

    def compare(self, version: int, asked_at: float) -> None:
        """Drop the entries if the version has moved on. Ignores one that was asked for before the last, or
        before a change.
        """
        if asked_at < max(self.checked_at, self.forgotten_at):
            return
        if version != self.version:
            self.drop()
        self.version, self.checked_at = version, asked_at


class VersionedCache:
    """What one kind of thing (``access``, ``definitions``) looks like in each tenant, as long as it stays so.

    A warm :meth:`get` sends no statement, but for one every ``cache_seconds`` and tenant, which the first
    caller sends and the others wait for. Inside a transaction nothing is checked or stored: what is read
    there may be older than what others see, or never be committed. What is cached is still served, so a
    writer that wants to see its own change reads the tables.

    :param name: the row of ``cache_versions`` that counts the changes.
    :param cache_seconds: how long a change made by another process may stay unseen.
    :param clock: monotonic, in seconds.
    :param tenants: how many tenants are remembered; the one not asked for longest goes first.
    :param entries: how many entries are kept of each; the same rule.
    :param beside: another cache of the same tenants. Whichever looks at the versions compares all.
    """

    def __init__(
        self,
        name: str,
        cache_seconds: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
        *,
        tenants: int = 1_000,
        entries: int = 10_000,
        beside: "VersionedCache | None" = None,
    ) -> None:
        self.name = name
        self._cache_seconds = cache_seconds
        self._clock = clock
        self._entries = entries
        self._tenants: Lru[int, _Tenant] = Lru(tenants)  # by the id's number: a UUID is hashed in Python
        self._together: Sequence[VersionedCache] = (self,)
        if beside is not None:
            together = (*beside._together, self)
            for one in together:
                one._together = together

    async def get(self, scope: TenantScope, key: Hashable, load: Callable[[], Awaitable[_Value]]) -> _Value:
        """What is cached under ``key`` for this tenant; ``load`` reads it from the tables when nothing is.

        One key must always be loaded by the same kind of ``load``. None is cached like any other value. Two
        callers that miss at once both load.
        """
        tenant = self._tenant(scope)
        if self._is_due(tenant) and not DB.transaction_exists():
            await self._check(scope, tenant)
        kept = tenant.entries.get(key, _NOTHING)
        if kept is not _NOTHING:
            return cast("_Value", kept)
        in_transaction, generation = DB.transaction_exists(), tenant.generation
        value = await load()
        if not in_transaction and generation == tenant.generation:
            tenant.entries.put(key, value)
        return value

    def peek(self, scope: TenantScope, key: Hashable) -> Any:
        """What is cached under ``key`` and may be served without a look at the version; otherwise None."""
        tenant = self._tenants.get(scope.id.int)
        if tenant is None or self._clock() - tenant.checked_at >= self._cache_seconds:
            return None
        return tenant.entries.get(key)

    def forget(self, scope: TenantScope) -> None:
        """Drop the tenant's entries after a change, including those that are being loaded. The versions of
        all caches are looked at before the next use of any.
        """
        if tenant := self._tenants.get(scope.id.int):
            tenant.drop()
        for cache in self._together:
            if known := cache._tenants.get(scope.id.int):
                known.look_again(self._clock())

    def version(self, scope: TenantScope) -> int:
        """How often what is cached had changed when this process looked last; 0 before it did."""
        tenant = self._tenants.get(scope.id.int)
        return 0 if tenant is None else tenant.version or 0

    @asynccontextmanager
    async def change(self, scope: TenantScope) -> AsyncIterator[None]:
        """Open a transaction for changing cached data: increments the version, and drops the tenant's entries
        at its end, however it ends.

        ::

            async with access_cache.change(scope):
                await User.update({User.active: False}).where(User.id == user_id)

        Inside an outer transaction it joins that one; call :meth:`forget` again when that is committed.
        """
        try:
            async with DB.transaction():
                yield
                await bump(self.name)
        finally:
            self.forget(scope)

    def _tenant(self, scope: TenantScope) -> _Tenant:
        tenant = self._tenants.get(scope.id.int)
        if tenant is None:
            tenant = _Tenant(self._entries)
            self._tenants.put(scope.id.int, tenant)
        return tenant

    def _is_due(self, tenant: _Tenant) -> bool:
        return self._clock() - tenant.checked_at >= self._cache_seconds

    async def _check(self, scope: TenantScope, tenant: _Tenant) -> None:
        async with tenant.lock:
            if not self._is_due(tenant):
                return
            asked_at = self._clock()
            versions = await _current_versions()
            for cache in self._together:
                cache._tenant(scope).compare(versions.get(cache.name, 0), asked_at)


def versioned_caches(cache_seconds: float) -> tuple[VersionedCache, VersionedCache, VersionedCache]:
    """Create those of ``DEFINITIONS``, ``ACCESS`` and ``SHARED``; one look at the versions is for all."""
    definitions = VersionedCache(DEFINITIONS, cache_seconds)
    access = VersionedCache(ACCESS, cache_seconds, beside=definitions)
    return definitions, access, VersionedCache(SHARED, cache_seconds, beside=definitions)
