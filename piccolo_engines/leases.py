"""Leases: rows that one process at a time owns, across processes and servers.

A row is owned from its insertion on, and its owner renews the lease while it works. When the owner dies, the
lease expires, and another process takes the row over. Every change is a compare-and-set by owner, so an owner
that stalled and was replaced has no further effect. Rows are committed immediately, so they are valid for all
nodes of a cluster, where the server's locks (``GET_LOCK``, ``SELECT … FOR UPDATE``) are valid for one node
only.

Times come from the clocks of the processes, which may differ by a fraction of the lease's duration.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import DatabaseError, Deadlock, UniqueViolation
from piccolo_engines.retrying import retrying

__all__ = ["Lease", "LeaseStore"]


@dataclass(frozen=True, slots=True)
class Lease:
    """An owned row.

    :ivar id: the row's id, which stays the same when the row is taken over.
    :ivar owner: the unique id of the owner.
    :ivar is_takeover: whether an earlier owner's lease had expired.
    """

    id: UUID
    owner: UUID
    is_takeover: bool = field(default=False, compare=False)


class LeaseStore:
    """The leases of a table with the columns ``id``, ``owner`` (UUIDs) and ``leased_until``.

    :param table: has another unique column, such as a key, that identifies its rows.
    :param running: the condition that a row's work is not finished; None if finished rows are deleted.
    :param duration: how long a row stays owned after its owner died.
    """

    def __init__(
        self,
        table: type[Table],
        *,
        duration: timedelta,
        running: Combinable | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._table = table
        self._duration = duration
        self._running = running
        self._now = now
        self._sleep = sleep
        self._id, self._owner = self._column("id"), self._column("owner")
        self._until = self._column("leased_until")

    async def take(self, row: Table, duration: timedelta | None = None) -> Lease | None:
        """Insert the row with a new id and owner. Returns None if another process has inserted it.

        :param duration: of the lease, if different from the store's.
        """
        lease = Lease(new_id(), new_id())
        until = self._now() + (self._duration if duration is None else duration)
        for name, value in (("id", lease.id), ("owner", lease.owner), ("leased_until", until)):
            setattr(row, name, value)
        try:
            await self._table.insert(row)
        except UniqueViolation:
            return None
        except Deadlock:  # another node of the cluster has inserted it
            if self._is_in_transaction:
                raise
            return None
        return lease

    async def take_over(
        self,
        row: Mapping[str, Any],
        changes: Mapping[Any, Any] | None = None,
        *,
        is_owner_dead: bool = False,
    ) -> Lease | None:
        """Take over a row in the state in which it was read.

        Returns None if its lease has not expired, or if it has changed since: the owner may have renewed it,
        or another process taken it over.

        :param changes: of other columns, made together with the owner.
        :param is_owner_dead: the caller knows that the owner has ended, whatever the lease.
        """
        if not is_owner_dead and row["leased_until"] > self._now():
            return None
        lease = Lease(row["id"], new_id(), is_takeover=True)
        until = self._now() + self._duration
        values: dict[Any, Any] = {**(changes or {}), self._owner: lease.owner, self._until: until}
        is_as_read = self._held(Lease(row["id"], row["owner"])) & (self._until == row["leased_until"])
        try:
            is_taken = await self._table.update(values).where(is_as_read).returning(self._id)
        except Deadlock:  # another node of the cluster has taken it
            if self._is_in_transaction:
                raise
            return None
        return lease if is_taken else None

    async def renew(self, lease: Lease) -> bool:
        """Extend the lease. Returns False if another process has taken the row over."""
        return await self.change(lease, {self._until: self._now() + self._duration})

    async def change(self, lease: Lease, changes: Mapping[Any, Any]) -> bool:
        """Change an owned row. Returns False, and changes nothing, if another process has taken it over."""
        query = self._table.update(dict(changes)).where(self._held(lease)).returning(self._id)
        return bool(await self._again_after_deadlock(query.run))

    async def release(self, lease: Lease) -> None:
        """Delete the row if it is still owned."""
        await self._again_after_deadlock(self._table.delete().where(self._held(lease)).run)

    async def delete(self, row: Mapping[str, Any]) -> None:
        """Delete a row, finished or not, unless another process has taken it over since it was read."""
        await self._table.delete().where((self._id == row["id"]) & (self._owner == row["owner"]))

    @asynccontextmanager
    async def renewing(self, lease: Lease, context: Context | None = None) -> AsyncIterator[None]:
        """Renew the lease inside the block, in a separate task.

        :param context: of that task: one without an open transaction.
        """
        heartbeat = asyncio.create_task(self._keep_on(lease), context=context)
        try:
            yield
        finally:
            heartbeat.cancel()

    @asynccontextmanager
    async def kept_unless_failed(self, lease: Lease) -> AsyncIterator[None]:
        """Like :meth:`renewing`, and release the lease when the block fails or is cancelled."""
        async with self.renewing(lease):
            try:
                yield
            except BaseException:
                with suppress(DatabaseError):  # the lease will expire
                    await asyncio.shield(self.release(lease))
                raise

    async def _keep_on(self, lease: Lease) -> None:
        is_owned = True
        while is_owned:
            await self._sleep(self._duration.total_seconds() / 3)
            with suppress(DatabaseError):
                is_owned = await self.renew(lease)

    async def _again_after_deadlock(self, run: Callable[[], Awaitable[Any]]) -> Any:
        """Run the statement, again after a deadlock.

        In a transaction, the whole transaction must be run again by its owner.
        """
        return await (run() if self._is_in_transaction else retrying(run))

    @property
    def _is_in_transaction(self) -> bool:
        return bool(self._table._meta.db.transaction_exists())

    def _held(self, lease: Lease) -> Combinable:
        is_owned: Combinable = (self._id == lease.id) & (self._owner == lease.owner)
        return is_owned if self._running is None else is_owned & self._running

    def _column(self, name: str) -> Column:
        return self._table._meta.get_column_by_name(name)
