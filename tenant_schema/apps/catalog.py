"""The apps of a tenant and their pages without layouts, cached until definitions or apps change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tenant_schema.apps.errors import AppNotFound, PageNotFound
from tenant_schema.apps.tables import App, AppPage
from tenant_schema.objects.fields.translations import Translations
from tenant_schema.preconditions import row_version
from tenant_schema.problems import suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.rights.permissions import Access

__all__ = ["MANAGE", "AppCatalog", "AppModel", "Group", "PageModel"]

MANAGE = "apps:manage"
"""The permission to see and change every app and page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModel:
    """A page without its layout. ``object`` is empty for a custom page that shows none."""

    id: UUID
    name: str
    label: str
    type: str
    object: str
    translations: Translations
    created_at: datetime
    updated_at: datetime

    @property
    def version(self) -> int:
        """The version, for preconditions of changes."""
        return row_version(self.updated_at)

    def visible_to(self, access: Access) -> bool:
        """Return whether the caller may see it: those who may read its object, and those who manage apps."""
        return not self.object or access.allows(self.object, "read") or access.has(MANAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of pages in an app's navigation, by name."""

    label: str
    pages: tuple[str, ...]
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppModel:
    """An app with its pages in order, by name."""

    id: UUID
    name: str
    label: str
    icon: str
    description: str
    active: bool
    navigation: tuple[Group, ...]
    translations: Translations
    pages: Mapping[str, PageModel]
    created_at: datetime
    updated_at: datetime

    @property
    def version(self) -> int:
        """The version, for preconditions of changes. Its pages have their own."""
        return row_version(self.updated_at)

    def visible_part(self, access: Access) -> "AppModel | None":
        """Return the app with the pages that the caller may see; None if it is inactive or has none."""
        if access.has(MANAGE):
            return self
        pages = {name: page for name, page in self.pages.items() if page.visible_to(access)}
        if not self.active or not pages:
            return None
        return replace(self, pages=pages, navigation=_groups_of(self.navigation, pages))

    def page(self, name: str) -> PageModel:
        """Return a page by name. Raises :class:`PageNotFound`, with the closest known name."""
        if name not in self.pages:
            raise PageNotFound(self.name, name, suggestion(name[:100], self.pages))
        return self.pages[name]


class AppCatalog:
    """The apps of the tenant that is bound; once warm they cost no statement.

    :param cache: the one of ``DEFINITIONS``: apps are read with the definitions that their pages name, and
        change as seldom.
    """

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache

    async def all(self, scope: TenantScope) -> Mapping[str, AppModel]:
        """Every app by name, in order."""
        return await self._cache.get(scope, "apps", _load)

    async def visible(self, scope: TenantScope, access: Access) -> Mapping[str, AppModel]:
        """Return the apps that the caller may see, in order."""
        seen = (app.visible_part(access) for app in (await self.all(scope)).values())
        return {app.name: app for app in seen if app is not None}

    async def get(self, scope: TenantScope, access: Access, name: str) -> AppModel:
        """Return one app as the caller sees it. Raises :class:`AppNotFound`, with the closest known name."""
        apps = await self.visible(scope, access)
        if name not in apps:
            raise AppNotFound(name, suggestion(name[:100], apps))
        return apps[name]


def _groups_of(navigation: tuple[Group, ...], pages: Mapping[str, PageModel]) -> tuple[Group, ...]:
    """Return the groups with those of the pages, without the groups that then are empty."""
    kept = (replace(group, pages=tuple(filter(pages.__contains__, group.pages))) for group in navigation)
    return tuple(group for group in kept if group.pages)


async def _load() -> Mapping[str, AppModel]:
    """Two statements."""
    pages: defaultdict[UUID, dict[str, PageModel]] = defaultdict(dict)
    for row in await _page_rows():
        app_id = row.pop("app")
        pages[app_id][row["name"]] = PageModel(**row)
    query = App.select().order_by(App.position, App.id).output(load_json=True)
    return MappingProxyType({row["name"]: _app(row, pages[row["id"]]) for row in await query})


async def _page_rows() -> list[dict[str, Any]]:
    columns = (AppPage.id, AppPage.name, AppPage.label, AppPage.type, AppPage.object)
    times = (AppPage.created_at, AppPage.updated_at)
    query = AppPage.select(AppPage.app, *columns, AppPage.translations, *times)
    rows: list[dict[str, Any]] = await query.order_by(AppPage.position, AppPage.id).output(load_json=True)
    return rows


def _app(row: dict[str, Any], pages: Mapping[str, PageModel]) -> AppModel:
    """Return the app; its navigation may still name a page that is gone."""
    columns = {name: held for name, held in row.items() if name not in ("position", "navigation")}
    groups = (
        Group(label=one["label"], pages=tuple(one["pages"]), translations=one.get("translations", {}))
        for one in row["navigation"]
    )
    kept = tuple(replace(one, pages=tuple(filter(pages.__contains__, one.pages))) for one in groups)
    return AppModel(**columns, navigation=kept, pages=MappingProxyType(pages))
