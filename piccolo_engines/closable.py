"""ClosableEngine: the base class of both engines of this package."""

from abc import abstractmethod
from typing import TypeVar

from piccolo.engine.base import BaseTransaction, Engine

__all__ = ["ClosableEngine", "TransactionT"]

TransactionT = TypeVar("TransactionT", bound=BaseTransaction)


class ClosableEngine(Engine[TransactionT]):
    """An engine with its own connections, which can be closed."""

    __slots__ = ()

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. Does nothing if there are none."""
