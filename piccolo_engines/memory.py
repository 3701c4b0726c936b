"""release_memory: returns freed memory to the operating system, where the allocator is glibc's."""

import ctypes
import functools
from collections.abc import Callable

__all__ = ["release_memory"]


def release_memory() -> None:
    """Return freed memory to the operating system. Takes some milliseconds; does nothing without glibc.

    An SQLite connection holds some hundred KiB (its copy of the schema, pages, statements) in pieces that
    glibc keeps when they are freed, in the arenas of the threads that used it. See malloc_trim(3).
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None
    return trim
