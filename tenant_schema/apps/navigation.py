"""What a frontend needs to know after sign-in: the caller's apps, and what they may do with which objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenant_schema.apps.catalog import AppCatalog, AppFacts
from tenant_schema.apps.schema_view import rights_by_object
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.access.rights import Rights
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import ACTIONS, Access

__all__ = ["Navigation", "NavigationService", "SeenObject"]


@dataclass(frozen=True, slots=True)
class SeenObject:
    """An object with which the caller may do something. ``rights`` is None when they may not read it."""

    model: ObjectModel
    may: Mapping[str, bool]
    rights: Rights | None

    @property
    def fields(self) -> Sequence[FieldModel]:
        """The fields that the caller may read."""
        return list(self.rights.readable.values()) if self.rights else []


@dataclass(frozen=True, slots=True)
class Navigation:
    """The caller's active apps in order, and their objects by name."""

    apps: Sequence[AppFacts]
    objects: Sequence[SeenObject]


class NavigationService:
    """Of the tenant that is bound; once warm it costs no statement."""

    def __init__(self, apps: AppCatalog, objects: Catalog) -> None:
        self._apps = apps
        self._objects = objects

    async def read(self, scope: TenantScope, access: Access) -> Navigation:
        """What there is for the caller."""
        apps = await self._apps.seen_by(scope, access)
        rights = await rights_by_object(scope, access, self._objects)
        objects = (await self._objects.all(scope)).values()
        seen = [SeenObject(model, _may(access, model), rights.get(model.name)) for model in objects]
        return Navigation(
            [app for app in apps.values() if app.active], [one for one in seen if any(one.may.values())]
        )


def _may(access: Access, model: ObjectModel) -> Mapping[str, bool]:
    return {action: access.allows(model.name, action) for action in ACTIONS}
