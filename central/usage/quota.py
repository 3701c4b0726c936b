"""TenantQuota: what a tenant's plan lets it store, by counts that are kept in memory."""

import time
from asyncio import Lock
from collections.abc import Awaitable, Callable
from typing import Final

from central.plans.errors import LimitReached
from central.usage.rate import Counters, TenantRate
from piccolo_engines.outcomes import Ended

__all__ = ["RowCount", "TenantQuota"]

_RECOUNTED: Final = 600.0
"""Seconds after which rows are counted again."""
_SOON: Final = 1.0
"""Seconds after which rows are counted again before more of them are refused."""
_ATTEMPTS: Final = 3
"""How often rows are counted before some are refused, if transactions end meanwhile."""

_Count = Callable[[], Awaitable[int]]


class RowCount:
    """The rows of a tenant: those that were committed, and those that open transactions add.

    A transaction that ends while rows are counted may or may not be part of the count. Then the number is
    rather too high, and in doubt: rows are counted again before any are refused.

    :param own: the counters that other processes read.
    :ivar counting: held by who counts.
    """

    __slots__ = (
        *("_clock", "_counted_at", "_counts", "_databases", "_elsewhere", "_in_doubt", "_is_counting"),
        *("_meanwhile", "_own", "counting", "number"),
    )

    def __init__(self, own: Counters, clock: Callable[[], float] = time.monotonic) -> None:
        self._own, self._clock = own, clock
        self.number = 0
        self.counting = Lock()
        self._counted_at: float | None = None
        self._counts = self._databases = self._elsewhere = self._meanwhile = 0
        self._in_doubt = self._is_counting = False

    def admits(self, number: int, most: int) -> bool | None:
        """Whether so many rows may be added; None if they have to be counted first."""
        now, counted_at = self._clock(), self._counted_at
        if counted_at is None or now - counted_at >= _RECOUNTED:
            return None
        if self.number + number <= most:
            return True
        return None if self._in_doubt or now - counted_at >= _SOON else False

    async def recount(self, count: _Count) -> None:
        """Count the rows, and add those of transactions that have not ended."""
        self._counts += 1
        database = self._databases
        self._is_counting, self._in_doubt, self._meanwhile = True, False, 0
        try:
            counted = await count()
        except BaseException:
            self._in_doubt = True
            raise
        finally:
            self._is_counting = False
        self.number = counted + self._meanwhile + self._own.rows_open + self._elsewhere
        if database == self._databases:
            self._counted_at = self._clock()

    def forget(self) -> None:
        """Count the rows again before the next ones are added: the tenant has got another database."""
        self._counted_at = None
        self._databases += 1

    def exchange(self, added: int, elsewhere: int) -> None:
        """Note how many rows other processes have added since the last exchange, and how many of them belong
        to open transactions. Some may have been counted.
        """
        if added or elsewhere != self._elsewhere:
            self._in_doubt = True
        more = max(added, elsewhere - self._elsewhere)  # of a process that was not known, only the latter
        self._elsewhere = elsewhere
        if more > 0:
            self.number += more
            self._meanwhile += more

    def add(self, number: int) -> Ended:
        """Add rows, until the returned function gets False."""
        counts, own = self._counts, self._own
        self.number += number
        own.rows_added += number
        own.rows_open += number

        def ended(kept: bool | None) -> None:
            own.rows_open -= number
            if kept is False:
                self.number -= number
                own.rows_added -= number
                return
            self._meanwhile += number
            if kept is None or self._overlaps(counts):
                self._in_doubt = True

        return ended

    def delete(self, number: int) -> Ended:
        """Delete rows, once the returned function gets True."""
        counts = self._counts

        def ended(kept: bool | None) -> None:
            if kept and not self._overlaps(counts):
                self.number -= number
            elif kept is not False:
                self._in_doubt = True
            if kept:
                self._own.rows_added -= number

        return ended

    def _overlaps(self, counts: int) -> bool:
        """Whether rows were counted since there were so many counts."""
        return self._is_counting or counts != self._counts


class TenantQuota:
    """The quota of one tenant, for :data:`tenant_schema.quota.QUOTA`, by the limits as they are now.

    :ivar rate: the tenant's limits, and the counters which other processes read.
    :ivar rows: the count that all transactions of the process share.
    :ivar storage: the size of the database as last measured; None if it is not known.
    """

    __slots__ = ("_clock", "rate", "rows", "storage")

    def __init__(self, rate: TenantRate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._clock = rate, clock
        self.rows = RowCount(rate.own, clock)
        self.storage: int | None = None

    async def take_rows(self, number: int, count: _Count) -> Ended:
        """Note that records will be added; counts them if the last count is old, or if more are refused.

        Raises :class:`~central.plans.errors.LimitReached`.
        """
        self.rate.used_at = self._clock()
        self.require_storage()
        most, rows = self.rate.limits.rows, self.rows
        if most is not None and not rows.admits(number, most):
            async with rows.counting:
                for _ in range(_ATTEMPTS):
                    if rows.admits(number, most) is not None:
                        break
                    await rows.recount(count)
            if rows.number + number > most:
                raise _refusal("rows", most, rows.number, "records", number)
        return rows.add(number)

    def give_rows(self, number: int) -> Ended:
        """Note that records will be deleted."""
        self.rate.used_at = self._clock()
        return self.rows.delete(number)

    def require_storage(self) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if the database is as large as it may be."""
        most = self.rate.limits.storage_bytes
        if most is not None and self.storage is not None and self.storage >= most:
            raise LimitReached(
                "storageBytes",
                most,
                self.storage,
                f"The tenant's plan allows {most:,} bytes, and its database has {self.storage:,}. Records "
                "can be read and deleted, and not created or changed.",
            )

    async def require_user(self, count: _Count) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if there are as many users as there may be."""
        most = self.rate.limits.users
        if most is not None and (used := await count()) >= most:
            raise _refusal("users", most, used, "active users", 1)

    def require_object(self, number: int) -> None:
        """Raise :class:`~central.plans.errors.LimitReached` if there are as many objects as there may be."""
        most = self.rate.limits.objects
        if most is not None and number >= most:
            raise _refusal("objects", most, number, "objects", 1)


def _refusal(limit: str, most: int, used: int, things: str, number: int) -> LimitReached:
    more = "another one" if number == 1 else f"{number:,} more"
    message = f"The tenant's plan allows {most:,} {things}; there are {used:,}, so {more} cannot be added."
    return LimitReached(limit, most, used, message)
