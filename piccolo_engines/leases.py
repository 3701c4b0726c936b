"""Leases: rows of which one process at a time is the owner, for a while, whichever process or server it is.

A row is owned from its insertion on, and its owner renews it as long as it works. When the owner dies, its
time runs out, and the next one takes the row over. Every change is a compare-and-set by owner: what an owner
does that has stalled beyond its time, and was replaced, has no effect. Rows are committed at once, so that
they hold for all nodes of a cluster, where locks of the server (``GET_LOCK``, ``SELECT … FOR UPDATE``) hold
for one.

Times come from the clocks of the processes: these may differ by a part of the lease's length.
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
    """A row that is owned.

    :param id: of the row; stays the same when the row is taken over.
    :param owner: unique to this owner.
    :param is_takeover: whether an earlier owner's time had run out.
    """

    id: UUID
    owner: UUID
    is_takeover: bool = field(default=False, compare=False)


class LeaseStore:
    """The leases of one table, which has the columns ``id``, ``owner`` (UUIDs) and ``leased_until``.

    :param table: what makes its rows one of a kind is a unique column of its own, such as a key.
    :param running: the condition that a row's work is not finished; None when finished rows are deleted.
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
        """Insert the row, with an id and an owner of its own; None when somebody else has inserted it.

        :param duration: when it is to be owned for another time than the store's.
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
        """Take a row as it was read; None when its time is not up, or somebody else was faster.

        The owner may have woken up and renewed it, or others take it over, too: one of them wins.

        :param changes: of other columns, with the owner.
        :param is_owner_dead: the caller knows that nobody works on it any more, whatever its time.
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
        """Own it for longer; False when somebody else has taken it over."""
        return await self.change(lease, {self._until: self._now() + self._duration})

    async def change(self, lease: Lease, changes: Mapping[Any, Any]) -> bool:
        """Change a row that is owned; False, and no change, when somebody else has taken it over."""
        query = self._table.update(dict(changes)).where(self._held(lease)).returning(self._id)
        return bool(await self._again_after_deadlock(query.run))

    async def release(self, lease: Lease) -> None:
        """Delete the row when it is still owned, as if it had never been."""
        await self._again_after_deadlock(self._table.delete().where(self._held(lease)).run)

    async def delete(self, row: Mapping[str, Any]) -> None:
        """Delete a row as it was read, finished or not, unless somebody has taken it over since."""
        await self._table.delete().where((self._id == row["id"]) & (self._owner == row["owner"]))

    @asynccontextmanager
    async def renewing(self, lease: Lease, context: Context | None = None) -> AsyncIterator[None]:
        """Renew it inside the block, in a task of its own.

        :param context: of that task: one in which no transaction is open.
        """
        heartbeat = asyncio.create_task(self._keep_on(lease), context=context)
        try:
            yield
        finally:
            heartbeat.cancel()

    @asynccontextmanager
    async def kept_unless_failed(self, lease: Lease) -> AsyncIterator[None]:
        """As :meth:`renewing`, and release it when the block fails or is cancelled."""
        async with self.renewing(lease):
            try:
                yield
            except BaseException:
                with suppress(DatabaseError):  # its time will run out
                    await asyncio.shield(self.release(lease))
                raise

    async def _keep_on(self, lease: Lease) -> None:
        is_owned = True
        while is_owned:
            await self._sleep(self._duration.total_seconds() / 3)
            with suppress(DatabaseError):
                is_owned = await self.renew(lease)

    async def _again_after_deadlock(self, run: Callable[[], Awaitable[Any]]) -> Any:
        """In a transaction it is the transaction that is run again, by whoever has opened it."""
        return await (run() if self._is_in_transaction else retrying(run))

    @property
    def _is_in_transaction(self) -> bool:
        return bool(self._table._meta.db.transaction_exists())

    def _held(self, lease: Lease) -> Combinable:
        is_owned: Combinable = (self._id == lease.id) & (self._owner == lease.owner)
        return is_owned if self._running is None else is_owned & self._running

    def _column(self, name: str) -> Column:
        return self._table._meta.get_column_by_name(name)
