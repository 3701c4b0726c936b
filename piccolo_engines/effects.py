"""Tracks whether the statements of a block may have changed a database permanently.

::

    with watched() as effects:
        await work()  # raises ConnectionLost
    if not effects.possible:
        ...  # nothing has changed: the work may be repeated

Engines record a commit, and a writing statement outside of transactions, before they send it, and withdraw
the record when the database refuses the statement or rolls the transaction back. A transaction that was never
committed has no effect, however its connection ended.
"""

from contextvars import ContextVar
from typing import Final

__all__ = ["Effects", "note", "take_back", "watched"]


class Effects:
    """:ivar possible: whether a permanent change is possible."""

    __slots__ = ("possible",)

    def __init__(self) -> None:
        self.possible = False


_WATCHED: Final[ContextVar[Effects | None]] = ContextVar("effects that are watched", default=None)
_NEVER: Final = (
    "SELECT",
    "START ",
    "SET ",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE ",
    "SHOW ",
    "DO ",
    "KILL ",
    "EXPLAIN",
)
_WITH_TRANSACTION: Final = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_NOT_FOR_GOOD: Final = (*_WITH_TRANSACTION, "COMMIT")


class watched:  # noqa: N801 - used like a function; a generator would cost each request a microsecond
    """Watch the statements of this task, and of the tasks that it starts, inside the block.

    Blocks nest: the effects of an inner block are effects of the outer one as well.
    """

    __slots__ = ("_effects", "_token")

    def __enter__(self) -> Effects:
        self._effects = Effects()
        self._token = _WATCHED.set(self._effects)
        return self._effects

    def __exit__(self, *_: object) -> None:
        _WATCHED.reset(self._token)
        outer = _WATCHED.get()
        if outer is not None and self._effects.possible:
            outer.possible = True


def note(sql: str, *, in_transaction: bool) -> Effects | None:
    """Record a statement before it is sent.

    Returns the effects to pass to :func:`take_back` if the statement is refused; None if it does not count or
    is not the first one that does.
    """
    if sql.startswith(_NEVER) or (in_transaction and sql.startswith(_WITH_TRANSACTION)):
        return None
    effects = _WATCHED.get()
    if effects is None or effects.possible:
        return None
    effects.possible = True
    return effects if sql.startswith(_NOT_FOR_GOOD) else None


def take_back(effects: Effects) -> None:
    """Withdraw the record: the statement was refused, or rolled back with its transaction."""
    effects.possible = False
