"""The items service: the caller's favourites, and the records that they saw lately.

Items refer to records, views and pages by id, so that names may change. What was deleted, or may not be read
any more, is not shown, and comes back when it may be read again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from piccolo_conf import DB
from tenant_schema.apps.catalog import AppCatalog
from tenant_schema.apps.errors import TooMany
from tenant_schema.apps.items.store import (
    FAVOURITE,
    RECENT,
    ItemKind,
    add,
    forget,
    keep_newest,
    positions,
    remove,
    rows_of,
)
from tenant_schema.apps.layouts.bodies import names_in_order, read_body
from tenant_schema.apps.views.service import ShownView, ViewService
from tenant_schema.objects.fields.translations import Translations
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.errors import RecordNotFound
from tenant_schema.records.reading.labels import labels_of
from tenant_schema.records.retry import retry_when_definitions_changed
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import NotThere
from tenant_schema.users.rights.permissions import Access, is_name

__all__ = ["MOST_FAVOURITES", "MOST_RECENTS", "Item", "ItemService"]

MOST_FAVOURITES: Final = 100
MOST_RECENTS: Final = 50
_Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item as the caller sees it. ``object`` is that of a record or a view, or of a page that has one;
    ``app`` and ``page`` are the names of a page. ``label`` is empty for a record without a name.
    """

    row: Mapping[str, Any]
    kind: ItemKind
    label: str
    object: str = ""
    app: str = ""
    page: str = ""
    translations: Translations

    @property
    def is_favourite(self) -> bool:
        """Whether it is a favourite, and not something that was seen lately."""
        return bool(self.row["collection"] == FAVOURITE)


class ItemService:
    """Reads and changes what is the caller's own; nobody sees that of others.

    Every method reads the rows with 1 statement, and labels of records with 1 for each object.
    """

    def __init__(
        self, apps: AppCatalog, objects: Catalog, views: ViewService, records: RecordService
    ) -> None:
        self._apps = apps
        self.catalog = objects
        self._views = views
        self._targets = records.targets

    async def all(
        self, scope: TenantScope, access: Access, views: Sequence[ShownView] | None = None
    ) -> list[Item]:
        """Return favourites by position, then what was seen lately, the newest first.

        :param views: all views of the caller, if they were read; otherwise 3 statements if one is an item.
        """
        return await self._shown(scope, access, await rows_of(access.user_id), views)

    async def favourites(self, scope: TenantScope, access: Access) -> list[Item]:
        """Return the favourites in order."""
        return await self._shown(scope, access, await rows_of(access.user_id, FAVOURITE))

    async def recents(self, scope: TenantScope, access: Access) -> list[Item]:
        """Return the records that the caller saw lately, the newest first."""
        return await self._shown(scope, access, await rows_of(access.user_id, RECENT))

    async def mark_record(
        self, scope: TenantScope, access: Access, object_name: str, record_id: UUID
    ) -> list[Item]:
        """Make a record a favourite. Raises RecordNotFound, PermissionDenied, ObjectNotFound, TooMany."""
        object_id = await self._readable(scope, access, object_name, record_id)
        return await self._mark(scope, access, ItemKind.RECORD, record_id, object_id)

    async def mark_view(self, scope: TenantScope, access: Access, view_id: UUID) -> list[Item]:
        """Make a view a favourite. Raises ViewNotFound, TooMany."""
        await self._views.read(scope, access, view_id)
        return await self._mark(scope, access, ItemKind.VIEW, view_id, None)

    async def mark_page(self, scope: TenantScope, access: Access, app: str, page: str) -> list[Item]:
        """Make a page a favourite. Raises AppNotFound, PageNotFound, TooMany."""
        page_id = (await self._apps.get(scope, access, app)).page(page).id
        return await self._mark(scope, access, ItemKind.PAGE, page_id, None)

    async def unmark(self, access: Access, item: UUID) -> None:
        """Make a record, view or page no favourite any more, if it is one. 1 statement."""
        await remove(access.user_id, FAVOURITE, item)

    async def unmark_record(self, access: Access, object_name: str, record_id: UUID) -> None:
        """As :meth:`unmark`, whether the object exists or not. Raises NotThere for what is no name."""
        if not is_name(object_name):
            raise NotThere("object")
        await self.unmark(access, record_id)

    async def unmark_page(self, scope: TenantScope, access: Access, app: str, page: str) -> None:
        """Make a page no favourite any more. Raises AppNotFound, PageNotFound."""
        await self.unmark(access, (await self._apps.get(scope, access, app)).page(page).id)

    async def order(self, scope: TenantScope, access: Access, body: Mapping[str, object]) -> list[Item]:
        """Put the favourites into the order in which the body names all of them by their ids. Raises
        InvalidInput.
        """
        shown = await self.favourites(scope, access)
        known = [str(one.row["id"]) for one in shown]
        values = read_body(body, {"favourites": names_in_order(known, "favourite")}, ("favourites",))
        async with DB.transaction():
            await positions([UUID(one) for one in values["favourites"]], [one.row for one in shown])
        return await self.favourites(scope, access)

    async def see(self, scope: TenantScope, access: Access, object_name: str, record_id: UUID) -> None:
        """Note that the caller looks at a record. Raises as :meth:`mark_record`, without a limit: the oldest
        one gives way.
        """
        object_id = await self._readable(scope, access, object_name, record_id)
        async with DB.transaction():
            await add(access.user_id, RECENT, ItemKind.RECORD, record_id, object_id, 0)
            await keep_newest(access.user_id, MOST_RECENTS)

    @retry_when_definitions_changed
    async def _labels(
        self, scope: TenantScope, access: Access, object_name: str, ids: Collection[UUID]
    ) -> Mapping[UUID, str]:
        return await labels_of(await self._targets.open(scope, access, object_name, "read"), ids)

    async def _readable(self, scope: TenantScope, access: Access, object_name: str, record_id: UUID) -> UUID:
        """Return the object's id. Raises unless the caller may read the record."""
        if record_id not in await self._labels(scope, access, object_name, [record_id]):
            raise RecordNotFound(object_name, record_id)
        return (await self.catalog.get(scope, object_name)).id

    async def _mark(
        self, scope: TenantScope, access: Access, kind: ItemKind, item: UUID, object_id: UUID | None
    ) -> list[Item]:
        rows: _Rows = await rows_of(access.user_id, FAVOURITE)
        if all(row["item"] != item for row in rows) and len(rows) >= MOST_FAVOURITES:
            rows = await self._without_stale(scope, access, rows)
        last = max((row["position"] for row in rows), default=0)
        await add(access.user_id, FAVOURITE, kind, item, object_id, last + 1)
        return await self.favourites(scope, access)

    async def _without_stale(self, scope: TenantScope, access: Access, rows: _Rows) -> _Rows:
        """Forget favourites that are not shown any more, to make room. Raises TooMany if none is."""
        shown = [one.row for one in await self._shown(scope, access, rows)]
        if len(shown) >= MOST_FAVOURITES:
            raise TooMany("favourites", MOST_FAVOURITES)
        there = {row["id"] for row in shown}
        await forget([row["id"] for row in rows if row["id"] not in there])
        return shown

    async def _shown(
        self, scope: TenantScope, access: Access, rows: _Rows, views: Sequence[ShownView] | None = None
    ) -> list[Item]:
        kinds = {row["kind"] for row in rows}
        found = {**await self._records_of(scope, access, rows)}
        if ItemKind.PAGE in kinds:
            found |= dict(_pages(await self._apps.visible(scope, access)))
        if ItemKind.VIEW in kinds:
            found |= _views(await self._views.all(scope, access, None) if views is None else views)
        return [Item(row=row, **found[row["item"]]) for row in rows if row["item"] in found]

    async def _records_of(
        self, scope: TenantScope, access: Access, rows: _Rows
    ) -> dict[UUID, dict[str, Any]]:
        """Return the records among the rows that the caller may read."""
        wanted: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for row in rows:
            if row["kind"] == ItemKind.RECORD:
                wanted[row["object"]].add(row["item"])
        if not wanted:
            return {}
        found: dict[UUID, dict[str, Any]] = {}
        for model in (await self.catalog.all(scope)).values():
            if model.id in wanted and access.allows(model.name, "read"):
                labels = await self._labels(scope, access, model.name, wanted[model.id])
                known = {"kind": ItemKind.RECORD, "object": model.name, "translations": {}}
                found |= {record_id: known | {"label": label} for record_id, label in labels.items()}
        return found


def _views(views: Sequence[ShownView]) -> dict[UUID, dict[str, Any]]:
    return {
        one.row["id"]: {
            "kind": ItemKind.VIEW,
            "label": one.row["label"],
            "object": one.row["object"],
            "translations": one.row["translations"],
        }
        for one in views
    }


def _pages(apps: Mapping[str, Any]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    for app in apps.values():
        for page in app.pages.values():
            yield (
                page.id,
                {
                    "kind": ItemKind.PAGE,
                    "label": page.label,
                    "object": page.object,
                    "app": app.name,
                    "page": page.name,
                    "translations": page.translations,
                },
            )
