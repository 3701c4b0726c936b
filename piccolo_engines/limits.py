"""The time limit of statements, and blocks without it."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Final

from piccolo_engines.bindings import Binding

__all__ = ["are_limited", "without_limit"]

_LIMITED: Final = ContextVar("statements are limited", default=True)


def without_limit() -> AbstractContextManager[None]:
    """Run statements without a time limit inside the block.

    It applies to this task and the tasks that it starts. For statements that read or rewrite whole tables:
    DDL, migrations, copies.
    """
    return Binding(_LIMITED, False)


def are_limited() -> bool:
    """Whether the engine's time limit applies to statements in the current context."""
    return _LIMITED.get()
