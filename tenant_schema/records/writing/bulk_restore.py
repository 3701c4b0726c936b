"""Restores many records from the trash, for CSV lines that name them by a unique field."""

from collections.abc import Sequence
from datetime import datetime

from tenant_schema.records.access.target import Target
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.bulk_update import lock_items
from tenant_schema.records.writing.delete import restore_rows

__all__ = ["restore_items"]


async def restore_items(target: Target, items: Sequence[Item], now: datetime) -> None:
    """Restore the items' records, and what went into the trash with them; in a transaction. Items whose
    records cannot be had fail.
    """
    if items:
        rows = await lock_items(target, items, target.rights.delete, with_trash=True)
        await restore_rows(target, list(rows.values()), now)
