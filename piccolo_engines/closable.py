"""ClosableEngine: the base class of both engines of this package."""

from abc import abstractmethod
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from piccolo.engine.base import BaseTransaction, Engine
from piccolo.querystring import QueryString

__all__ = ["ClosableEngine", "StatementObserver", "TransactionT"]

TransactionT = TypeVar("TransactionT", bound=BaseTransaction)

_Running: TypeAlias = Coroutine[Any, Any, list[dict[str, Any]]]


class StatementObserver(Protocol):
    """Sees what is executed, when, and for how long."""

    async def __call__(
        self, running: _Running, querystring: QueryString, engine: "ClosableEngine[Any]"
    ) -> list[dict[str, Any]]:
        """Await the statement, and return its result."""


class ClosableEngine(Engine[TransactionT]):
    """An engine with its own connections, which can be closed.

    :ivar observer: awaits every statement of :meth:`run_querystring`, if there is one.
    """

    __slots__ = ("observer",)

    observer: StatementObserver | None

    def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> _Running:
        """Run a query and return its rows.

        :raises DatabaseError: one of its subclasses, with the driver's error as ``__cause__``.
        """
        running = self.run_statement(querystring, in_pool)
        return running if self.observer is None else self.observer(running, querystring, self)

    @abstractmethod
    def run_statement(self, querystring: QueryString, in_pool: bool = True) -> _Running:
        """Run a query, for :meth:`run_querystring`."""

    @staticmethod
    @abstractmethod
    def compile_statement(querystring: QueryString) -> tuple[str, Sequence[Any]]:
        """Return the SQL with placeholders, and the values for them."""

    @property
    def rows_written(self) -> int:
        """How many rows its connections have inserted, changed or deleted; those in use are not included."""
        return 0

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. Does nothing if there are none."""

    async def read_copy(self) -> Any:
        """Read the tables and rows of a small database; None where they cannot be copied."""
        return None

    async def write_copy(self, copy: Any) -> bool:  # noqa: ARG002 # engines that read copies use it
        """Create the tables and rows of another database, with new ids. Returns False if it cannot."""
        return False
