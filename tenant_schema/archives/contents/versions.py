"""The versions of what is cached of a tenant, in a database that was loaded."""

import time

from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, SHARED, CacheVersion

__all__ = ["count_from_now"]


async def count_from_now() -> None:
    """Count on from the current time in milliseconds.

    The tenant may have had another database before: no version of that may come again, since caches compare
    versions only.
    """
    version = time.time_ns() // 1_000_000
    names = (ACCESS, DEFINITIONS, SHARED)
    await CacheVersion.delete(force=True)
    await CacheVersion.insert(*[CacheVersion(name=name, version=version) for name in names])
