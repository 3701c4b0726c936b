"""Moves many records to the trash, restores or destroys them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.writing.bulk import BodyProblems, Item, refuse_if_any_failed
from tenant_schema.records.writing.bulk_restore import restore_items
from tenant_schema.records.writing.bulk_update import begin_again, lock_items, named_items
from tenant_schema.records.writing.delete import destroy_rows, trash_rows

__all__ = [
    "Act",
    "bulk_delete",
    "bulk_destroy",
    "bulk_restore",
    "destroy_items",
    "take_back_items",
    "trash_items",
]

Act: TypeAlias = Callable[[Target, Sequence[Item], datetime], Awaitable[None]]
"""Does the same to items that name records, in a transaction; those to which it cannot be done fail."""
_GONE: Final = 204


async def trash_items(target: Target, items: Sequence[Item], now: datetime) -> None:
    """Move the records to the trash, with what goes there with them. Raises :class:`TooManyDependents`."""
    rows = await lock_items(target, items, target.rights.delete)
    there = {item.id: rows[item.id] for item in items if item.id and not item.problems}
    refused = await trash_rows(target, list(there.values()), now) if there else {}
    for item in items:
        if item.id in refused:
            item.fail(409, Problem("", refused[item.id].code, str(refused[item.id])))
        elif item.id in there:
            item.status, item.version = _GONE, there[item.id]["version"] + 1


async def take_back_items(target: Target, items: Sequence[Item], now: datetime) -> None:
    """Restore the records, with what went into the trash with them; one in use stays as it is. Raises
    :class:`TooManyDependents`.
    """
    rows = await restore_items(target, items, now)
    for item in items:
        row = rows.get(item.id) if item.id and not item.problems else None
        if row is not None:
            item.status, item.version = 200, row["version"] + (row["deleted_at"] is not None)


async def destroy_items(target: Target, items: Sequence[Item], now: datetime) -> None:
    """Destroy the records, in the trash or not, with what goes with them. Raises :class:`TooManyDependents`,
    ForeignKeyViolation if records that refer to them appear meanwhile.
    """
    rows = await lock_items(target, items, target.rights.delete, with_trash=True)
    there = {item.id: rows[item.id] for item in items if item.id and not item.problems}
    refused = await destroy_rows(target, list(there.values()), now) if there else {}
    for item in items:
        if item.id in refused:
            item.fail(409, Problem("", refused[item.id].code, str(refused[item.id])))
        elif item.id in there:
            item.status, item.version = _GONE, None


async def bulk_delete(target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool) -> list[Item]:
    """Delete the records whose ids, and optionally versions, the bodies contain. Raises :class:`BulkRefused`
    when ``atomic``, and :class:`TooManyDependents`.
    """
    return await _bulk(target, bodies, now, trash_items, atomic=atomic)


async def bulk_restore(
    target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool
) -> list[Item]:
    """As :func:`bulk_delete`, restores."""
    return await _bulk(target, bodies, now, take_back_items, atomic=atomic)


async def bulk_destroy(
    target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool
) -> list[Item]:
    """As :func:`bulk_delete`, destroys, from the trash or not."""
    return await _bulk(target, bodies, now, destroy_items, atomic=atomic)


async def _bulk(
    target: Target, bodies: Sequence[object], now: datetime, act: Act, *, atomic: bool
) -> list[Item]:
    items, room = named_items(bodies), BodyProblems()
    async for item in in_portions(items):
        if item.values and not item.problems:
            collector = room.collector()
            for name in item.values:
                collector.add(name, "unknown-field", "Takes id and version.")
            item.refuse(collector)
            room.spend(collector)
    sound = [item for item in items if not item.problems]
    versions = [item.version for item in sound]

    async def work() -> None:
        begin_again(sound, versions)
        await act(target, sound, now)
        if atomic:
            refuse_if_any_failed(items)

    await target.unit(work)
    return items
