"""The quota of the bound tenant: what its plan lets it store.

It is bound with the tenant's database. Without a plan it is None. Deleting and reading need none.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final, Protocol

from piccolo_engines.outcomes import Ended

__all__ = ["QUOTA", "Quota"]

_Count = Callable[[], Awaitable[int]]


class Quota(Protocol):
    """Refuses what the plan does not allow, by raising an error that says so."""

    async def take_rows(self, number: int, count: _Count) -> Ended:
        """Note that records will be added. Returns what to call when they are committed, or will not be.

        :param count: counts the records of all objects, without those in the trash, as committed.
        """

    def give_rows(self, number: int) -> Ended:
        """Note that records will be deleted. Returns what to call as for :meth:`take_rows`."""

    def require_storage(self) -> None:
        """Refuse what makes the database larger if it is as large as it may be."""

    async def require_user(self, count: _Count) -> None:
        """Refuse one more user. Counts them each time, if they are limited.

        :param count: counts the active persons.
        """

    def require_object(self, number: int) -> None:
        """Refuse one more object beside so many."""


QUOTA: Final[ContextVar[Quota | None]] = ContextVar("freehold_quota", default=None)
