"""TenantQuota: what a tenant's plan lets it store, by counts that are kept in memory."""

import time
from asyncio import Lock
from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from typing import Final

from central.plans.errors import LimitReached
from central.plans.limits import Limits
from central.usage.rate import TenantRate

__all__ = ["RowCount", "TenantQuota"]

_RECOUNTED: Final = 600.0
"""Seconds after which rows are counted again."""
_SOON: Final = 1.0
"""Seconds after which rows are counted again before more of them are refused."""
_UNSETTLED: Final = 2.0
"""For so many seconds rows may be part of a transaction that has not ended, so that a count misses them."""

_Count = Callable[[], Awaitable[int]]


class _Addition:
    """Rows that were added. ``settled_at`` is when they were known to be committed."""

    __slots__ = ("added_at", "number", "settled_at")

    def __init__(self, number: int, added_at: float) -> None:
        self.number, self.added_at, self.settled_at = number, added_at, inf


class RowCount:
    """The rows of a tenant: as counted last, and those that were added and deleted since then.

    A transaction that is rolled back makes the number too high if it added rows, and too low if it deleted
    some. So rows are counted again before any are refused, and before deleted ones make room for others.

    :ivar counting: held by who counts.
    """

    __slots__ = ("_additions", "_clock", "_counted_at", "_deleted", "counting", "number")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.number = 0
        self.counting = Lock()
        self._deleted = 0
        self._counted_at: float | None = None
        self._additions: deque[_Addition] = deque()

    def admits(self, number: int, most: int) -> bool:
        """Whether so many rows may be added without counting first."""
        now, counted_at = self._clock(), self._counted_at
        if counted_at is None or now - counted_at >= _RECOUNTED:
            return False
        if self._deleted:  # they may be rolled back
            return self.number + self._deleted + number <= most
        return self.number + number <= most or now - counted_at < _SOON

    async def recount(self, count: _Count) -> None:
        """Count the rows. Those that were not committed when that began are added to what it finds."""
        began = self._clock()
        number = await count()
        missed = [
            one.number
            for one in self._additions
            if one.settled_at >= began and one.added_at > began - _UNSETTLED
        ]
        self.number = number + sum(missed)
        self._counted_at, self._deleted = self._clock(), 0

    def change(self, number: int) -> None:
        """Note rows that were deleted (a negative number), or that other processes added."""
        self.number += number
        self._deleted -= min(number, 0)

    def add(self, number: int) -> Callable[[], None]:
        """Add rows. Returns what to call once they are committed."""
        now, additions = self._clock(), self._additions
        self.number += number
        one = _Addition(number, now)
        if not self.counting.locked():
            while additions and (additions[0].settled_at < now or additions[0].added_at < now - _UNSETTLED):
                additions.popleft()
        additions.append(one)

        def settled() -> None:
            one.settled_at = self._clock()

        return settled


class TenantQuota:
    """The quota of one tenant, for :data:`tenant_schema.quota.QUOTA`.

    :param rate: the tenant's counters, which other processes read.
    :param rows: the count that all requests of the process share.
    :param storage: the size of the database as last measured; None if it is not known.
    """

    __slots__ = ("_clock", "_limits", "_rate", "_rows", "_storage")

    def __init__(
        self,
        limits: Limits,
        rate: TenantRate,
        rows: RowCount,
        storage: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._rate, self._rows, self._storage = limits, rate, rows, storage
        self._clock = clock

    async def take_rows(self, number: int, count: _Count) -> Callable[[], None]:
        """Note that records will be added; counts them if the last count is old, or if more are refused.

        Raises :class:`~central.plans.errors.LimitReached`.
        """
        self.require_storage()
        most, rows = self._limits.rows, self._rows
        if most is not None:
            if not rows.admits(number, most):
                async with rows.counting:
                    if not rows.admits(number, most):
                        await rows.recount(count)
            if rows.number + number > most:
                raise _refusal("rows", most, rows.number, "records", number)
        self._rate.own.rows_added += number
        self._rate.used_at = self._clock()
        return rows.add(number)

    def give_rows(self, number: int) -> None:
        """Note that records were deleted."""
        self._rows.change(-number)
        self._rate.own.rows_added -= number

    def require_storage(self) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if the database is as large as it may be."""
        most = self._limits.storage_bytes
        if most is not None and self._storage is not None and self._storage >= most:
            raise LimitReached(
                "storageBytes",
                most,
                self._storage,
                f"The tenant's plan allows {most:,} bytes, and its database has {self._storage:,}. Records "
                "can be read and deleted, and not created or changed.",
            )

    async def require_user(self, count: _Count) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if there are as many users as there may be."""
        most = self._limits.users
        if most is not None and (used := await count()) >= most:
            raise _refusal("users", most, used, "active users", 1)

    def require_object(self, number: int) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if there are as many objects as there may be."""
        most = self._limits.objects
        if most is not None and number >= most:
            raise _refusal("objects", most, number, "objects", 1)


def _refusal(limit: str, most: int, used: int, things: str, number: int) -> LimitReached:
    more = "another one" if number == 1 else f"{number:,} more"
    message = f"The tenant's plan allows {most:,} {things}; there are {used:,}, so {more} cannot be added."
    return LimitReached(limit, most, used, message)
