"""The records that the tenant's quota lets be added."""

from collections.abc import Callable, Sequence

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.quota import QUOTA
from tenant_schema.records.access.target import Target

__all__ = ["count_rows", "give_rows", "require_storage", "take_rows"]


async def take_rows(target: Target, number: int) -> Callable[[], None] | None:
    """Note that records will be added. Without a quota it does nothing; otherwise rarely a statement.

    Returns what to call once they are committed. Raises what the quota raises.
    """
    quota = QUOTA.get()
    if quota is None or number == 0:
        return None

    async def count() -> int:
        return await count_rows(list(target.schema.objects.values()))

    return await quota.take_rows(number, count)


def give_rows(number: int) -> None:
    """Note that records were deleted."""
    quota = QUOTA.get()
    if quota is not None:
        quota.give_rows(number)


def require_storage() -> None:
    """Raise if records may not be changed, since the database is as large as it may be."""
    quota = QUOTA.get()
    if quota is not None:
        quota.require_storage()


async def count_rows(models: Sequence[ObjectModel]) -> int:
    """Return the number of records in use. One statement for each object."""
    total = 0
    for model in models:
        total += await model.table.count().where(model.columns["deleted_at"].is_null())
    return total
