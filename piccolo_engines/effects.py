"""Whether what has been done so far may have changed a database for good.

::

    with watched() as effects:
        await work()  # raises ConnectionLost
    if not effects.possible:
        ...  # nothing has happened: it may be done again

Engines note a commit, and a statement outside of transactions that writes, before they send it; when the
database refuses it, or gives the transaction up, they take that back. What is in a transaction that was never
committed has no effect, however the connection ended.
"""

from contextvars import ContextVar
from typing import Final

__all__ = ["Effects", "note", "take_back", "watched"]


class Effects:
    """:ivar possible: whether anything may have been changed for good."""

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


class watched:  # noqa: N801 - it is used as a function; a generator would cost every request a microsecond
    """Watch what this task does inside the block, and the tasks that it starts. Blocks nest: what happens in
    the inner one has happened in the outer one.
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
    """Note a statement that is about to be sent; the effects to be given to :func:`take_back` when it is
    refused, if it was the first one that counts.
    """
    if sql.startswith(_NEVER) or (in_transaction and sql.startswith(_WITH_TRANSACTION)):
        return None
    effects = _WATCHED.get()
    if effects is None or effects.possible:
        return None
    effects.possible = True
    return effects if sql.startswith(_NOT_FOR_GOOD) else None


def take_back(effects: Effects) -> None:
    """Take it back: the statement was refused, or undone with its transaction."""
    effects.possible = False
