"""The apps and objects of a caller, as a frontend needs them after sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenant_schema.apps.catalog import AppCatalog, AppModel
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.access.schema_view import ObjectView, SchemaView
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sessions.access import access_of_roles, access_of_user

__all__ = ["Navigation", "NavigationService"]


@dataclass(frozen=True, slots=True)
class Navigation:
    """The caller's active apps in order, and by name the objects with which the caller may do something."""

    apps: Sequence[AppModel]
    objects: Sequence[ObjectView]


class NavigationService:
    """Reads the navigation of callers, in the bound tenant.

    :param apps: the apps of each tenant.
    :param objects: the objects of each tenant.
    """

    def __init__(self, apps: AppCatalog, objects: Catalog) -> None:
        self._apps = apps
        self._objects = objects

    async def preview(
        self, scope: TenantScope, access: Access, *, user: UUID | None = None, roles: Sequence[str] = ()
    ) -> tuple[Access, Navigation] | None:
        """Return what ``user``, or somebody with these roles (names or ids), may do, and their navigation;
        None for a user who is not active.

        Raises PermissionDenied without ``roles:manage``, NotThere and InvalidInput.
        """
        access.require_system("roles:manage")
        seen = await access_of_roles(access, roles) if user is None else await access_of_user(user)
        return None if seen is None else (seen, await self.read(scope, seen))

    async def read(self, scope: TenantScope, access: Access) -> Navigation:
        """Return the caller's navigation. Executes no statement once apps and definitions are cached."""
        apps = await self._apps.visible(scope, access)
        schema = SchemaView.of(access, await self._objects.all(scope))
        return Navigation([app for app in apps.values() if app.active], schema.usable)
