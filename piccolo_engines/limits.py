"""The time limit of statements, blocks without it, and how long statements wait for locks."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Final

from piccolo_engines.bindings import Binding

__all__ = ["are_limited", "lock_seconds", "waiting_for_locks", "without_limit"]

_LIMITED: Final = ContextVar("statements are limited", default=True)
_LOCK_SECONDS: Final[ContextVar[int | None]] = ContextVar("seconds to wait for locks", default=None)


def without_limit() -> AbstractContextManager[None]:
    """Run statements without a time limit inside the block.

    It applies to this task and the tasks that it starts. For statements that read or rewrite whole tables:
    DDL, migrations, copies.
    """
    return Binding(_LIMITED, False)


def waiting_for_locks(seconds: int) -> AbstractContextManager[None]:
    """Let statements inside the block wait for the locks of others so long, and then fail.

    On MySQL and MariaDB the server's own limit applies outside: a day for the lock of a table's definition,
    behind which all later statements on the table wait.
    """
    return Binding(_LOCK_SECONDS, seconds)


def lock_seconds() -> int | None:
    """Return how long statements in the current context wait for locks; None for the server's limit."""
    return _LOCK_SECONDS.get()


def are_limited() -> bool:
    """Whether the engine's time limit applies to statements in the current context."""
    return _LIMITED.get()
