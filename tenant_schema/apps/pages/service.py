"""The page service: reads, creates, changes, deletes and orders the pages of an app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tenant_schema.apps.catalog import MANAGE, AppCatalog, AppModel, PageModel
from tenant_schema.apps.errors import LayoutHidden, PageNotFound, TooMany
from tenant_schema.apps.layouts.bodies import (
    Check,
    a_name,
    a_text,
    names_in_order,
    read_body,
    refusing_taken_names,
    translations_of,
)
from tenant_schema.apps.layouts.layouts import check_layout
from tenant_schema.apps.layouts.visible import hides_anything, shown_layout
from tenant_schema.apps.row_versions import require_row_version
from tenant_schema.apps.tables import App, AppPage, PageType
from tenant_schema.objects.fields.translations import LABELLED
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.preconditions import Versions
from tenant_schema.problems import Problem, suggestion
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.rights.permissions import Access

__all__ = ["PageService", "ShownPage"]

_MOST = 100
"""Pages of one app."""
_Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as the caller sees it.

    :param left_out: the places in the stored layout that the caller may not see.
    """

    page: PageModel
    layout: Mapping[str, Any]
    left_out: Sequence[str]


class PageService:
    """Reads and changes the pages of apps, in the bound tenant. Changes require ``apps:manage``.

    Every method may raise AppNotFound; methods that change something also raise PermissionDenied and
    InvalidInput. Each method lists further errors.

    :param cache: the one of ``DEFINITIONS``.
    """

    def __init__(self, apps: AppCatalog, objects: Catalog, cache: VersionedCache) -> None:
        self._apps = apps
        self._objects = objects
        self._cache = cache

    async def all(self, scope: TenantScope, access: Access, app_name: str) -> list[ShownPage]:
        """Return the pages of the app that the caller may see, in order. Executes one statement."""
        app = await self._apps.get(scope, access, app_name)
        schema = await self._schema(scope, access)
        layouts = await _layouts(app)
        return [_shown(page, layouts.get(page.id, {}), schema) for page in app.pages.values()]

    async def read(self, scope: TenantScope, access: Access, app_name: str, name: str) -> ShownPage:
        """Return one page. Executes one statement. Raises PageNotFound."""
        page = (await self._apps.get(scope, access, app_name)).page(name)
        row = (
            await AppPage.select(AppPage.layout, AppPage.updated_at)
            .where(AppPage.id == page.id)
            .first()
            .output(load_json=True)
        )
        if row is None:
            raise PageNotFound(app_name, name)
        current = replace(page, updated_at=row["updated_at"])  # cached pages may be older than the layout
        return _shown(current, row["layout"], await self._schema(scope, access))

    async def create(self, scope: TenantScope, access: Access, app_name: str, body: _Body) -> ShownPage:
        """Create a page after the others. Raises NameTaken, TooMany."""
        access.require_system(MANAGE)
        app = await self._apps.get(scope, access, app_name)
        schema = await self._schema(scope, access)
        values = read_body(body, _checks_of_new(body, schema), _required(body))
        if len(app.pages) >= _MOST:
            raise TooMany("pages", _MOST)
        with refusing_taken_names("page", values):
            async with self._cache.change(scope):
                page = AppPage(**values, app=app.id, position=len(app.pages))
                await AppPage.insert(page)
                await _record(access, "page.create", app, page.id, values["name"])
        return await self.read(scope, access, app_name, values["name"])

    async def change(
        self,
        scope: TenantScope,
        access: Access,
        app_name: str,
        name: str,
        body: _Body,
        *,
        if_match: Versions = None,
    ) -> ShownPage:
        """Change what the body gives. A new name is written into the app's navigation too.

        Raises PageNotFound, NameTaken, LayoutHidden, Outdated.
        """
        access.require_system(MANAGE)
        app = await self._apps.get(scope, access, app_name)
        page, schema = app.page(name), await self._schema(scope, access)
        values = read_body(body, _checks_of_change(page, schema))
        if "layout" in values:
            await self._require_whole(page, schema)
        new_name = values.get("name", name)
        if values:
            with refusing_taken_names("page", values):
                async with self._cache.change(scope):
                    await require_row_version(AppPage, page.id, if_match)
                    await AppPage.update(values).where(AppPage.id == page.id)
                    await _rename_in_navigation(app, name, new_name)
                    await _record(access, "page.update", app, page.id, name, changed=sorted(values))
        else:
            await require_row_version(AppPage, page.id, if_match)
        return await self.read(scope, access, app_name, new_name)

    async def delete(
        self, scope: TenantScope, access: Access, app_name: str, name: str, *, if_match: Versions = None
    ) -> None:
        """Delete the page and remove it from the app's navigation. Raises PageNotFound, Outdated."""
        access.require_system(MANAGE)
        app = await self._apps.get(scope, access, app_name)
        page = app.page(name)
        async with self._cache.change(scope):
            await require_row_version(AppPage, page.id, if_match)
            await AppPage.delete().where(AppPage.id == page.id)
            await _rename_in_navigation(app, name, None)
            await _record(access, "page.delete", app, page.id, name)

    async def order(self, scope: TenantScope, access: Access, app_name: str, body: _Body) -> list[ShownPage]:
        """Put the pages into the order in which the body names all of them."""
        access.require_system(MANAGE)
        app = await self._apps.get(scope, access, app_name)
        names = read_body(body, {"pages": names_in_order(app.pages, "page")}, ("pages",))["pages"]
        async with self._cache.change(scope):
            for position, name in enumerate(names):
                await AppPage.update({AppPage.position: position}).where(AppPage.id == app.pages[name].id)
            await record_event(access, "page.order", Subject("app", app.id, app_name), {"pages": names})
        return await self.all(scope, access, app_name)

    async def _schema(self, scope: TenantScope, access: Access) -> SchemaView:
        return SchemaView.of(access, await self._objects.all(scope))

    async def _require_whole(self, page: PageModel, schema: SchemaView) -> None:
        """Raise LayoutHidden if the change would replace parts of the layout that the caller may not see."""
        whole = SchemaView(schema.objects)
        if hides_anything(page.type, page.object, await _layout(page), schema, whole):
            raise LayoutHidden(page.name)


async def _record(
    access: Access, action: str, app: AppModel, page_id: UUID, name: str, **detail: object
) -> None:
    """Record an event in the audit trail, with the app's name, because pages of two apps may have the same
    name.
    """
    await record_event(access, action, Subject("page", page_id, name), {"app": app.name, **detail})


def _shown(page: PageModel, layout: Any, schema: SchemaView) -> ShownPage:
    return ShownPage(page, *shown_layout(page.type, page.object, layout, schema))


async def _layout(page: PageModel) -> Any:
    row = await AppPage.select(AppPage.layout).where(AppPage.id == page.id).first().output(load_json=True)
    return row["layout"] if row else {}


async def _layouts(app: AppModel) -> dict[Any, Any]:
    """Return the layouts of the app's pages by their ids."""
    query = AppPage.select(AppPage.id, AppPage.layout).where(AppPage.app == app.id)
    return {row["id"]: row["layout"] for row in await query.output(load_json=True)}


async def _rename_in_navigation(app: AppModel, name: str, new_name: str | None) -> None:
    """Replace a page's name in the navigation; remove it if there is no new name."""
    if name == new_name or not any(name in group.pages for group in app.navigation):
        return
    navigation = []
    for group in app.navigation:
        pages = [new_name if page == name else page for page in group.pages]
        texts = {"translations": group.translations} if group.translations else {}
        kept = [page for page in pages if page is not None]
        navigation.append({"label": group.label, "pages": kept, **texts})
    await App.update({App.navigation: navigation}).where(App.id == app.id)


def _required(body: _Body) -> tuple[str, ...]:
    """Return the required fields: a custom page needs neither an object nor a layout."""
    rest = () if body.get("type") == PageType.CUSTOM else ("object", "layout")
    return ("name", "label", "type", *rest)


def _checks_of_new(body: _Body, schema: SchemaView) -> Mapping[str, Check]:
    """Return the checks of a new page. Its layout is checked only if its type and object are known."""
    page_type, object_name = body.get("type"), body.get("object", "")

    def layout(_place: str, value: object) -> Sequence[Problem]:
        if page_type not in list(PageType):
            return []
        if page_type != PageType.CUSTOM and object_name not in schema.readable_names:
            return []
        return check_layout(PageType(str(page_type)), str(object_name), value, schema)

    def known_object(place: str, value: object) -> Sequence[Problem]:
        if value in schema.readable_names or (page_type == PageType.CUSTOM and value == ""):
            return []
        near = suggestion(str(value)[:100], schema.readable_names)
        return [Problem(place, "unknown-object", f"There is no object {str(value)[:100]!r}.", near)]

    return {
        "name": _page_name,
        "label": a_text(1, 100),
        "type": _known_type,
        "object": known_object,
        "layout": layout,
        "translations": translations_of(LABELLED),
    }


def _known_type(place: str, value: object) -> Sequence[Problem]:
    if value in list(PageType):
        return []
    near = suggestion(str(value)[:100], list(PageType))
    return [Problem(place, "not-an-option", f"Must be one of {', '.join(PageType)}.", near)]


def _checks_of_change(page: PageModel, schema: SchemaView) -> Mapping[str, Check]:
    """Return the checks of a change of a page."""

    def layout(_place: str, value: object) -> Sequence[Problem]:
        if page.object and page.object not in schema.readable_names:
            return [Problem("layout", "unknown-object", f"There is no object {page.object!r} for you.")]
        return check_layout(PageType(page.type), page.object, value, schema)

    return {
        "name": _page_name,
        "label": a_text(1, 100),
        "type": _kept,
        "object": _kept,
        "layout": layout,
        "translations": translations_of(LABELLED),
    }


def _kept(place: str, _value: object) -> Sequence[Problem]:
    return [Problem(place, "kept", f"The {place} of a page is given when it is made, and kept.")]


def _page_name(place: str, value: object) -> list[Problem]:
    """Check a name; ``pages/order`` is the address of the order of pages."""
    if value == "order":
        return [
            Problem(place, "reserved-name", "The order of the pages has this address: choose another name.")
        ]
    return a_name(place, value)
