"""Whether the tables are what the definitions say: what a change that went past us leaves behind."""

from collections.abc import Sequence

from piccolo.columns import Column
from piccolo.table import Table

from piccolo_engines.errors import ConnectionLost, DatabaseError
from tenant_schema.objects.catalog import load_objects
from tenant_schema.objects.changes.journal import open_entries
from tenant_schema.objects.model import ObjectModel

__all__ = ["find_drift", "half_done_changes"]


async def find_drift() -> list[str]:
    """Objects and fields of the bound tenant that have no table or no column: ``deals``, ``deals.size``.

    One statement for each object that is as it should be, besides two for the definitions.
    """
    found: list[str] = []
    for model in (await load_objects()).values():
        if not await _can_be_read(model.table, list(model.columns.values())):
            found += await _missing(model)
    return found


async def half_done_changes() -> list[str]:
    """The objects of which a change is begun and neither done nor undone; it may be under way just now."""
    return [entry.intent.object for entry in await open_entries()]


async def _missing(model: ObjectModel) -> list[str]:
    if not await _can_be_read(model.table, [model.columns["id"]]):
        return [model.name]
    return [
        f"{model.name}.{name}"
        for name, column in model.columns.items()
        if not await _can_be_read(model.table, [column])
    ]


async def _can_be_read(table: type[Table], columns: Sequence[Column]) -> bool:
    try:
        await table.select(*columns).where(table._meta.primary_key.is_null()).limit(1)
    except ConnectionLost:
        raise
    except DatabaseError:
        return False
    return True
