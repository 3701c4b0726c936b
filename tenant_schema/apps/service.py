"""The app service: reads, creates, changes, deletes and orders apps."""

from collections.abc import Collection, Mapping

from tenant_schema.apps.catalog import MANAGE, AppCatalog, AppModel
from tenant_schema.apps.errors import TooMany
from tenant_schema.apps.layouts.bodies import (
    Check,
    a_flag,
    a_name,
    a_text,
    names_in_order,
    read_body,
    refusing_taken_names,
    translations_of,
)
from tenant_schema.apps.layouts.layouts import check_navigation
from tenant_schema.apps.row_versions import require_row_version
from tenant_schema.apps.tables import App
from tenant_schema.objects.fields.translations import DESCRIBED
from tenant_schema.preconditions import Versions
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.rights.permissions import Access

__all__ = ["AppService"]

_MOST = 100
"""Apps of one tenant."""
_TEXTS: Mapping[str, Check] = {
    "name": a_name,
    "label": a_text(1, 100),
    "icon": a_text(0, 40),
    "description": a_text(0, 500),
    "active": a_flag,
    "translations": translations_of(DESCRIBED),
}


class AppService:
    """Reads and changes the apps of the bound tenant. Changes require ``apps:manage``.

    Methods that change something raise PermissionDenied and InvalidInput. Each method lists further errors.

    :param cache: the one of ``DEFINITIONS``.
    """

    def __init__(self, catalog: AppCatalog, cache: VersionedCache) -> None:
        self._catalog = catalog
        self._cache = cache

    async def all(self, scope: TenantScope, access: Access) -> list[AppModel]:
        """Return the apps that the caller may see, in order."""
        return list((await self._catalog.visible(scope, access)).values())

    async def read(self, scope: TenantScope, access: Access, name: str) -> AppModel:
        """Return one app as the caller sees it. Raises AppNotFound."""
        return await self._catalog.get(scope, access, name)

    async def create(self, scope: TenantScope, access: Access, body: Mapping[str, object]) -> AppModel:
        """Create an app after the others. Raises NameTaken, TooMany."""
        access.require_system(MANAGE)
        values = read_body(body, _checks(()), ("name", "label"))
        if len(await self._catalog.all(scope)) >= _MOST:
            raise TooMany("apps", _MOST)
        with refusing_taken_names("app", values):
            async with self._cache.change(scope):
                app = App(**values, position=await App.count())
                await App.insert(app)
                await record_event(access, "app.create", Subject("app", app.id, values["name"]))
        return await self.read(scope, access, str(values["name"]))

    async def change(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        body: Mapping[str, object],
        *,
        if_match: Versions = None,
    ) -> AppModel:
        """Change what the body gives. Raises AppNotFound, NameTaken, Outdated."""
        access.require_system(MANAGE)
        app = await self.read(scope, access, name)
        values = read_body(body, _checks(app.pages))
        if values:
            with refusing_taken_names("app", values):
                async with self._cache.change(scope):
                    await require_row_version(App, app.id, if_match)
                    await App.update(values).where(App.id == app.id)
                    subject = Subject("app", app.id, name)
                    await record_event(access, "app.update", subject, {"changed": sorted(values)})
        else:
            await require_row_version(App, app.id, if_match)
        return await self.read(scope, access, str(values.get("name", name)))

    async def delete(
        self, scope: TenantScope, access: Access, name: str, *, if_match: Versions = None
    ) -> None:
        """Delete the app and its pages. Raises AppNotFound, Outdated."""
        access.require_system(MANAGE)
        app = await self.read(scope, access, name)
        async with self._cache.change(scope):
            await require_row_version(App, app.id, if_match)
            await App.delete().where(App.id == app.id)
            await record_event(access, "app.delete", Subject("app", app.id, name))

    async def order(self, scope: TenantScope, access: Access, body: Mapping[str, object]) -> list[AppModel]:
        """Put the apps into the order in which the body names all of them."""
        access.require_system(MANAGE)
        apps = await self._catalog.all(scope)
        names = read_body(body, {"apps": names_in_order(apps, "app")}, ("apps",))["apps"]
        async with self._cache.change(scope):
            for position, name in enumerate(names):
                await App.update({App.position: position}).where(App.id == apps[name].id)
            await record_event(access, "app.order", detail={"apps": names})
        return await self.all(scope, access)


def _checks(pages: Collection[str]) -> Mapping[str, Check]:
    """Return the checks of an app with these pages."""
    return {**_TEXTS, "navigation": lambda _place, value: check_navigation(value, pages)}
