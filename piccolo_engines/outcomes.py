"""Calls functions when a transaction has ended, with what became of its changes.

::

    def ended(kept: bool | None) -> None: ...

    async with engine.transaction():
        await Band.insert(Band(name="Pythonistas"))
        call_at_end(engine, ended)  # True after the commit, False after a rollback
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from piccolo.engine.base import Engine

__all__ = ["Ended", "Outcomes", "apart", "call_at_end"]

Ended = Callable[[bool | None], None]
"""Gets whether the changes are permanent; None if that is not known, since the connection was lost."""


class Outcomes:
    """What is called at the end of one transaction, or when a savepoint is rolled back.

    :ivar is_over: whether the transaction has ended.
    """

    __slots__ = ("_callbacks", "_marks", "is_over")

    def __init__(self) -> None:
        self.is_over = False
        self._callbacks: list[Ended] = []
        self._marks: dict[str, int] = {}

    def add(self, callback: Ended) -> None:
        """Call it at the end. It may not raise."""
        self._callbacks.append(callback)

    def mark(self, savepoint: str) -> None:
        """Note where a savepoint is."""
        self._marks[savepoint] = len(self._callbacks)

    def roll_back_to(self, savepoint: str) -> None:
        """Call those that were added after the savepoint: their changes are undone."""
        place = self._marks.get(savepoint, 0)
        undone = self._callbacks[place:]
        del self._callbacks[place:]
        for callback in undone:
            callback(False)

    def end(self, kept: bool | None) -> None:
        """Call all that are left. Does nothing if the transaction has ended before."""
        self.is_over = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(kept)


def call_at_end(engine: Engine[Any], callback: Ended) -> bool:
    """Call it when the open transaction of this task ends. Returns False if none is open."""
    transaction = engine.current_transaction.get()
    if transaction is None or transaction.outcomes.is_over:
        return False
    transaction.outcomes.add(callback)
    return True


@contextmanager
def apart(engine: Engine[Any]) -> Iterator[None]:
    """Run the statements of the block outside of the open transaction, on another connection."""
    token = engine.current_transaction.set(None)
    try:
        yield
    finally:
        engine.current_transaction.reset(token)
