"""The objects around one that is read, as far as the caller may know of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.access.rights import Rights, rights_of
from tenant_schema.records.query.paths import Fields
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Sight", "Surroundings"]

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Sight:
    """An object and what the caller may do with its records."""

    model: ObjectModel
    rights: Rights


_USERS = Sight(USERS, Rights(readable=USERS.fields, creatable={}, writable={}))


class _NotLoaded(Exception):
    """The rights to an object are needed that were not asked for yet."""

    def __init__(self, object_name: str) -> None:
        super().__init__(object_name)
        self.object_name = object_name


class Surroundings:
    """A tenant's objects as one caller may see them. Rights are loaded as objects are reached.

    :param plans: where prepared statements are kept.
    """

    __slots__ = ("_sights", "access", "catalog", "objects", "plans", "scope")

    def __init__(
        self,
        scope: TenantScope,
        access: Access,
        catalog: Catalog,
        objects: Mapping[str, ObjectModel],
        plans: Plans,
    ) -> None:
        self.scope, self.access, self.catalog, self.objects, self.plans = (
            scope,
            access,
            catalog,
            objects,
            plans,
        )
        self._sights: dict[str, Sight] = {}

    def sight(self, name: str) -> Sight | None:
        """The object of that name; None when there is none, or none for the caller.

        Inside of :meth:`resolve` only, when the object was not reached before.
        """
        if name == USERS.name:
            return _USERS
        if name not in self.objects or not self.access.allows(name, "read"):
            return None
        if name not in self._sights:
            raise _NotLoaded(name)
        return self._sights[name]

    def fields(self, name: str) -> Fields | None:
        """What the caller may read of the object of that name; None as for :meth:`sight`."""
        found = self.sight(name)
        return None if found is None else found.rights.readable

    async def load(self, name: str) -> Sight:
        """An object that is there, with the caller's rights."""
        if name not in self._sights:
            model = self.objects[name]
            rights = await rights_of(self.scope, self.access, model, self.catalog)
            self._sights[name] = Sight(model, rights)
        return self._sights[name]

    async def resolve(self, find: Callable[[], _Found]) -> _Found:
        """What ``find`` gives, once the rights to every object that it reaches for are there.

        ``find`` reads only, and is run again after each object that it came upon.
        """
        while True:
            try:
                return find()
            except _NotLoaded as missing:
                await self.load(missing.object_name)
