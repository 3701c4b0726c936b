"""The documents that are made for one caller of one tenant, kept as long as definitions and roles stay."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from piccolo_engines.lru import Lru
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["TenantDocuments"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document, and the very objects (definitions, grants) from which it was built."""

    objects: object
    grants: object
    document: object


class TenantDocuments:
    """The ``capacity`` most recently used documents, by tenant, kind and roles.

    Definitions and roles come from caches that are checked by version. A document that was built from other
    objects than those that the caches return now is built again. That takes a second for 150 objects, so it
    runs in a thread, one document at a time.
    """

    def __init__(self, catalog: Catalog, capacity: int = 32) -> None:
        self._catalog = catalog
        self._kept: Lru[str, _Kept] = Lru(capacity)
        self._building = asyncio.Lock()

    async def get(
        self, scope: TenantScope, access: Access, kind: str, build: Callable[[SchemaView], _T]
    ) -> _T:
        """The document of that kind, which ``build`` creates from the caller's schema view."""
        objects = await self._catalog.all(scope)
        grants: Any = access.grants or access.permissions
        key = f"{scope.id} {kind} {' '.join(access.roles)}"
        kept = self._current(key, objects, grants)
        if kept is None:
            async with self._building:
                kept = self._current(key, objects, grants)  # another request may have built it meanwhile
                if kept is None:
                    schema = SchemaView.of(access, objects)
                    kept = _Kept(objects, grants, await asyncio.to_thread(build, schema))
                    self._kept.put(key, kept)
        return cast("_T", kept.document)

    def _current(self, key: str, objects: object, grants: object) -> _Kept | None:
        """The stored document, if it was built from these objects."""
        kept = self._kept.get(key)
        return kept if kept is not None and kept.objects is objects and kept.grants is grants else None
