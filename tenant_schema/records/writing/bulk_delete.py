"""Moves many records to the trash."""

from collections.abc import Sequence
from datetime import datetime

from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target
from tenant_schema.records.writing.bulk import BodyProblems, Item, refuse_if_any_failed
from tenant_schema.records.writing.bulk_update import lock_items, named_items
from tenant_schema.records.writing.delete import trash_rows

__all__ = ["bulk_delete"]


async def bulk_delete(target: Target, bodies: Sequence[object], now: datetime, *, atomic: bool) -> list[Item]:
    """Delete the records whose ids, and optionally versions, the bodies contain. Raises :class:`BulkRefused`
    when ``atomic``, and :class:`TooManyDependents`.

    Raises :class:`BulkRefused` when ``atomic``, and :class:`TooManyDependents`.
    """
    items, room = named_items(bodies), BodyProblems()
    async for item in in_portions(items):
        if item.values and not item.problems:
            collector = room.collector()
            for name in item.values:
                collector.add(name, "unknown-field", "Takes id and version.")
            item.refuse(collector)
            room.spend(collector)
    sound = [item for item in items if not item.problems]

    async def work() -> None:
        for item in sound:
            item.fail(0)  # another attempt
        rows = await lock_items(target, sound, target.rights.delete)
        there = {item.id: rows[item.id] for item in sound if item.id and not item.problems}
        refused = await trash_rows(target, list(there.values()), now) if there else {}
        for item in sound:
            if item.id in refused:
                item.fail(409, Problem("", refused[item.id].code, str(refused[item.id])))
            elif item.id in there:
                item.status, item.version = 204, there[item.id]["version"] + 1
        if atomic:
            refuse_if_any_failed(items)

    await target.unit(work)
    return items
