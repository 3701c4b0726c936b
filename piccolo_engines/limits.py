"""How long a statement may run, and the blocks in which it may take as long as it takes."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Final

from piccolo_engines.bindings import Binding

__all__ = ["are_limited", "without_limit"]

_LIMITED: Final = ContextVar("statements are limited", default=True)


def without_limit() -> AbstractContextManager[None]:
    """Inside, statements of this task and of those that it starts have no time limit.

    For what reads or rewrites whole tables: DDL, migrations, copies.
    """
    return Binding(_LIMITED, False)


def are_limited() -> bool:
    """Whether the engine's time limit counts for statements sent here and now."""
    return _LIMITED.get()
