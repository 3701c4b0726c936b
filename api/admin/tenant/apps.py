"""Apps and pages in the admin, with the services that REST uses."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from api.admin.columns import Column, TableSchema, json_column
from api.admin.memory_table import MemoryTable
from api.admin.site import Row
from api.admin.tenant.visitor import Visitor
from api.admin.values import accept
from api.errors import InvalidBody
from tenant_schema.apps.catalog import AppModel
from tenant_schema.apps.pages.service import ShownPage
from tenant_schema.apps.tables import PageType
from tenant_schema.problems import Problem

__all__ = ["APPS", "AppTable", "PageTable"]

APPS: Final = "Apps"


_APPS: Final = TableSchema(
    title="App",
    columns=[
        Column(name="name", title="Name", required=True, nullable=False),
        Column(name="label", title="Label", required=True, nullable=False),
        Column(name="icon", title="Icon"),
        Column(name="description", title="Description"),
        Column(name="active", title="Active", type="boolean", nullable=False, default=True),
        json_column("navigation", "Navigation", 'Such as [{"label": "Customers", "pages": ["accounts"]}].'),
        Column(name="pages", title="Pages", type="integer", read_only=True),
    ],
    link="name",
    order_by=("name", True),
)


class AppTable(MemoryTable):
    """Apps."""

    checks_values = True

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(_APPS, APPS)
        self._visitor = visitor
        self._apps = visitor.platform.apps

    async def all_rows(self) -> Sequence[Row]:
        """Every app."""
        return [_app_row(app) for app in await self._apps.all(self._visitor.scope, self._visitor.access)]

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create an app."""
        body = {name: value for name, value in values.items() if value not in (None, "", [])}
        return str((await self._apps.create(self._visitor.scope, self._visitor.access, body)).id)

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change an app."""
        name = (await self.row(row_id))["name"]
        await self._apps.change(self._visitor.scope, self._visitor.access, name, _whole(values))

    async def delete(self, row_id: str) -> None:
        """Delete an app with its pages."""
        name = (await self.row(row_id))["name"]
        await self._apps.delete(self._visitor.scope, self._visitor.access, name)

    async def references(self) -> Sequence[tuple[str, str]]:
        """The app's pages."""
        return (("pages", "app"),)


class PageTable(MemoryTable):
    """The pages of all apps."""

    checks_values = True

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(TableSchema(title="Page", columns=()), APPS)
        self._visitor = visitor
        self._pages = visitor.platform.pages

    async def schema(self) -> TableSchema:
        """The columns. The choices of a page's object are the existing ones."""
        objects = {name: name for name in await self._visitor.platform.catalog.all(self._visitor.scope)}
        types = {one.value: one.value for one in PageType}
        return TableSchema(
            title="Page",
            columns=[
                Column(name="app", title="App", format="uuid", to="apps", required=True, nullable=False),
                Column(name="name", title="Name", required=True, nullable=False),
                Column(name="label", title="Label", required=True, nullable=False),
                Column(
                    name="type", title="Type", choices=types, required=True, nullable=False, default="list"
                ),
                Column(name="object", title="Object", choices=objects),
                json_column("layout", "Layout", "What the page shows, and where."),
            ],
            link="name",
            order_by=("name", True),
        )

    async def all_rows(self) -> Sequence[Row]:
        """Return every page, with one statement per app."""
        visitor, rows = self._visitor, []
        for app in await visitor.platform.apps.all(visitor.scope, visitor.access):
            pages = await self._pages.all(visitor.scope, visitor.access, app.name)
            rows += [_page_row(app, page) for page in pages]
        return rows

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create a page after the others of its app."""
        body = {name: value for name, value in values.items() if value not in (None, "") and name != "app"}
        if not values.get("app"):
            accept((await self.schema()).columns, values)  # raises for this and all other errors
        visitor, app = self._visitor, await self._app_of(values["app"])
        return str((await self._pages.create(visitor.scope, visitor.access, app, body)).page.id)

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change a page. It stays in its app."""
        row, visitor = await self.row(row_id), self._visitor
        if "app" in values:
            raise InvalidBody([Problem("app", "kept", "a page stays with its app")])
        await self._pages.change(
            visitor.scope, visitor.access, row["app_readable"], row["name"], _whole(values)
        )

    async def delete(self, row_id: str) -> None:
        """Delete a page, also from its app's navigation."""
        row, visitor = await self.row(row_id), self._visitor
        await self._pages.delete(visitor.scope, visitor.access, row["app_readable"], row["name"])

    async def _app_of(self, app_id: str) -> str:
        name: str = (await AppTable(self._visitor).row(app_id))["name"]
        return name


def _app_row(app: AppModel) -> Row:
    navigation = [{"label": group.label, "pages": list(group.pages)} for group in app.navigation]
    return {
        "id": str(app.id),
        "name": app.name,
        "label": app.label,
        "icon": app.icon,
        "description": app.description,
        "active": app.active,
        "navigation": msgspec.json.encode(navigation).decode(),
        "pages": len(app.pages),
    }


def _page_row(app: AppModel, page: ShownPage) -> Row:
    stored = page.page
    return {
        "id": str(stored.id),
        "app": str(app.id),
        "app_readable": app.name,
        **{name: getattr(stored, name) for name in ("name", "label", "type")},
        "object": stored.object or None,
        "layout": msgspec.json.encode(page.layout).decode(),
    }


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace emptied values by empty texts."""
    return {name: "" if value is None else value for name, value in values.items()}
