"""ClosableEngine: the base class of both engines of this package."""

from abc import abstractmethod
from typing import Any, TypeVar

from piccolo.engine.base import BaseTransaction, Engine

__all__ = ["ClosableEngine", "TransactionT"]

TransactionT = TypeVar("TransactionT", bound=BaseTransaction)


class ClosableEngine(Engine[TransactionT]):
    """An engine with its own connections, which can be closed."""

    __slots__ = ()

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. Does nothing if there are none."""

    async def read_copy(self) -> Any:
        """Read the tables and rows of a small database; None where they cannot be copied."""
        return None

    async def write_copy(self, copy: Any) -> bool:  # noqa: ARG002 # engines that read copies use it
        """Create the tables and rows of another database, with new ids. Returns False if it cannot."""
        return False
