"""Pages and list views that name objects and fields: reports those that a change of a definition affects,
and rewrites their names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from piccolo.columns import Column

from tenant_schema.apps.layouts.rewrite import Rewriting
from tenant_schema.apps.tables import AppPage, DefaultView, ListView
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.renaming import Renamed, lookup_targets

__all__ = ["DependentPages", "DependentViews"]

_Row = Mapping[str, Any]
_VIEW_PARTS = ("columns", "sort", "filter", "widths", "pinned")


class DependentPages:
    """The pages of every app."""

    kind = "pages"

    async def affected(self, changes: NameChanges) -> Sequence[dict[str, Any]]:
        """Return the pages that name what changes, with their apps."""
        query = AppPage.select(AppPage.name, AppPage.label, AppPage.app.name, *_PAGE)
        rows = await _touched(changes, await query.order_by(AppPage.id).output(load_json=True), _written_page)
        return [{"app": row["app.name"], "name": row["name"], "label": row["label"]} for row, _ in rows]

    async def follow(self, changes: NameChanges) -> None:
        """Rewrite the pages. Pages of a dropped object are deleted, custom pages lose the object."""
        rows = await AppPage.select(*_PAGE).output(load_json=True)
        for row, written in await _touched(changes, rows, _written_page):
            if written is None:
                await AppPage.delete().where(AppPage.id == row["id"])
            else:
                await AppPage.update(written).where(AppPage.id == row["id"])


class DependentViews:
    """The saved list views of every user."""

    kind = "views"

    async def affected(self, changes: NameChanges) -> Sequence[dict[str, Any]]:
        """Return the views that name what changes, with their owners' names."""
        query = ListView.select(ListView.label, ListView.owner.name, *_VIEW)
        rows = await _touched(
            changes, await query.order_by(ListView.id).output(load_json=True), _written_view
        )
        return [{"id": str(row["id"]), "name": row["label"], "owner": row["owner.name"]} for row, _ in rows]

    async def follow(self, changes: NameChanges) -> None:
        """Rewrite the views. Views of a dropped object are deleted."""
        rows = await ListView.select(*_VIEW).output(load_json=True)
        for row, written in await _touched(changes, rows, _written_view):
            if written is None:
                await ListView.delete().where(ListView.id == row["id"])
            else:
                await ListView.update(written).where(ListView.id == row["id"])
        if changes.object_renamed_to is not None:
            await DefaultView.update({DefaultView.object: changes.object_renamed_to}).where(
                DefaultView.object == changes.object
            )


_PAGE = (AppPage.id, AppPage.type, AppPage.object, AppPage.layout)
_VIEW = (
    *(ListView.id, ListView.object, ListView.columns, ListView.sort, ListView.filter),
    *(ListView.widths, ListView.pinned),
)
_Written = dict[Column | str, Any] | None


async def _touched(
    changes: NameChanges, rows: Sequence[_Row], write: Callable[[_Row, Renamed], _Written]
) -> list[tuple[_Row, _Written]]:
    """Return the rows that name what changes, each with its new values; None if it is to be deleted."""
    targets = await lookup_targets(changes)
    found = []
    for row in rows:
        names = Renamed(changes, targets)
        written = write(row, names)
        if names.touched:
            found.append((row, written))
    return found


def _written_page(row: _Row, names: Renamed) -> _Written:
    object_name = names.of_object(row["object"])
    if object_name is None and row["type"] != "custom":
        return None
    layout = Rewriting(names).layout(row["type"], row["object"], row["layout"])
    return {"object": object_name or "", "layout": layout}


def _written_view(row: _Row, names: Renamed) -> _Written:
    object_name = names.of_object(row["object"])
    if object_name is None:
        return None
    stored = {part: row[part] for part in _VIEW_PARTS}
    written: dict[Column | str, Any] = {"object": object_name}
    written.update(Rewriting(names).rows("", row["object"], stored))
    return written
