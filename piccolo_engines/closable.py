"""ClosableEngine: what both engines of this package are, beyond Piccolo's ``Engine``."""

from abc import abstractmethod
from typing import TypeVar

from piccolo.engine.base import BaseTransaction, Engine

__all__ = ["ClosableEngine", "TransactionT"]

TransactionT = TypeVar("TransactionT", bound=BaseTransaction)


class ClosableEngine(Engine[TransactionT]):
    """An engine that has connections of its own, which can be closed."""

    __slots__ = ()

    @abstractmethod
    async def close(self) -> None:
        """Close the connections. Does nothing when there are none."""
