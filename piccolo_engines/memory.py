"""How the process gets and returns memory, where the allocator is glibc's."""

import ctypes
import functools
from typing import Any, Final

__all__ = ["release_memory", "use_one_arena"]

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of malloc.h."""


def release_memory() -> None:
    """Return freed memory to the operating system. Takes some milliseconds; does nothing without glibc.

    An SQLite connection holds some hundred KiB (its copy of the schema, pages, statements) in pieces that
    glibc keeps when they are freed, in the arenas of the threads that used it. See malloc_trim(3).
    """
    if (function := _function("malloc_trim")) is not None:
        function(0)


def use_one_arena() -> None:
    """Let threads that start from now on allocate from one arena. Does nothing without glibc.

    glibc gives threads arenas of their own, up to eight for each processor, and what is freed in one is not
    used by the others. SQLite's connections move between threads, so that each arena keeps pieces of many
    of them. SQLite has a lock around all of its allocations anyway, and Python's objects are allocated
    elsewhere. See mallopt(3).
    """
    if (function := _function("mallopt")) is not None:
        function(_ARENA_MAX, 1)


@functools.cache
def _function(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # another C library
        return None
