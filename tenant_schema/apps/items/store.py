"""Reads and writes the rows of favourites and of what users saw lately."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from piccolo.columns.combination import And

from piccolo_engines.columns import utc_now
from tenant_schema.apps.tables import UserItem

__all__ = [
    "FAVOURITE",
    "RECENT",
    "ItemKind",
    "add",
    "forget",
    "keep_newest",
    "positions",
    "remove",
    "rows_of",
]

FAVOURITE: Final = "favourite"
RECENT: Final = "recent"
_table = UserItem


class ItemKind(StrEnum):
    """What an item is."""

    RECORD = "record"
    VIEW = "view"
    PAGE = "page"


async def rows_of(user_id: UUID, collection: str | None = None) -> list[dict[str, Any]]:
    """Return the user's items: favourites by position, what was seen lately with the newest first."""
    where = _of(user_id, collection) if collection is not None else _table.user == user_id
    rows: list[dict[str, Any]] = await _table.select().where(where).order_by(_table.id)
    favourites = [row for row in rows if row["collection"] == FAVOURITE]
    recents = [row for row in rows if row["collection"] == RECENT]
    return [
        *sorted(favourites, key=lambda row: row["position"]),
        *sorted(recents, key=lambda row: row["seen_at"], reverse=True),
    ]


async def add(
    user_id: UUID, collection: str, kind: ItemKind, item: UUID, object_id: UUID | None, position: int
) -> None:
    """Insert an item. One that is there keeps its position, and is seen now."""
    row = _table(
        user=user_id,
        collection=collection,
        kind=kind.value,
        item=item,
        object=object_id,
        position=position,
        seen_at=utc_now(),
    )
    await _table.insert(row).on_conflict(
        target=(_table.user, _table.collection, _table.item),
        action="DO UPDATE",
        values=[_table.seen_at, (_table.updated_at, utc_now())],
    )


async def remove(user_id: UUID, collection: str, item: UUID) -> None:
    """Delete an item, if it is there."""
    await _table.delete().where(_of(user_id, collection) & (_table.item == item))


async def forget(ids: Sequence[UUID]) -> None:
    """Delete rows."""
    if ids:
        await _table.delete().where(_table.id.is_in(list(ids)))


async def keep_newest(user_id: UUID, most: int) -> None:
    """Delete all but the newest of what the user saw lately. 1 statement, 2 if there are more."""
    query = _table.select(_table.id).where(_of(user_id, RECENT))
    old = await query.order_by(_table.seen_at, _table.id, ascending=False).offset(most).limit(most)
    await forget([row["id"] for row in old])


async def positions(ids: Sequence[UUID], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows into this order; only what moves is written."""
    now = {row["id"]: row["position"] for row in rows}
    for position, row_id in enumerate(ids, 1):
        if now[row_id] != position:
            await _table.update({_table.position: position}).where(_table.id == row_id)


def _of(user_id: UUID, collection: str) -> And:
    return (_table.user == user_id) & (_table.collection == collection)
