"""The records that the tenant's quota lets be added."""

from collections.abc import Awaitable, Callable, Sequence

from piccolo_engines.errors import ConnectionLost, DatabaseError
from piccolo_engines.outcomes import apart, call_at_end
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.quota import QUOTA
from tenant_schema.records.access.target import Target

__all__ = ["adding_rows", "count_rows", "deleting_rows", "require_storage"]


async def adding_rows(target: Target, number: int, work: Callable[[], Awaitable[None]]) -> None:
    """Do work that adds so many records, or none. Without a quota nothing else; otherwise rarely a statement.

    The quota counts them until the transaction is rolled back. Raises what the quota raises.
    """
    quota = QUOTA.get()
    if quota is None or number == 0:
        await work()
        return

    async def count() -> int:
        with apart(target.engine):  # the transaction's snapshot may be old
            return await count_rows(list(target.schema.objects.values()))

    ended = await quota.take_rows(number, count)
    try:
        await work()
    except BaseException as error:
        is_undone = isinstance(error, DatabaseError) and not isinstance(error, ConnectionLost)
        ended(False if is_undone else None)
        raise
    if not call_at_end(target.engine, ended):
        ended(True)


def deleting_rows(target: Target, number: int) -> None:
    """Note that the open transaction deletes so many records, which makes room once it is committed."""
    quota = QUOTA.get()
    if quota is not None and number:
        call_at_end(target.engine, quota.give_rows(number))


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
