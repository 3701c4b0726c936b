"""Restores many records from the trash."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tenant_schema.records.access.target import Target
from tenant_schema.records.record import Row
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.bulk_update import lock_items
from tenant_schema.records.writing.delete import restore_rows

__all__ = ["restore_items"]


async def restore_items(target: Target, items: Sequence[Item], now: datetime) -> Mapping[UUID, Row]:
    """Restore the items' records, and what went into the trash with them; in a transaction. Items whose
    records cannot be had fail. Returns the records as they were.
    """
    if not items:
        return {}
    rows = await lock_items(target, items, target.rights.delete, with_trash=True)
    await restore_rows(
        target, [rows[item.id] for item in items if item.id in rows and not item.problems], now
    )
    return rows
