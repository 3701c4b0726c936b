"""The end of a process that was told to stop: within its time, whatever runs."""

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["ending_within", "grace_of"]


def grace_of(seconds: float) -> int:
    """Seconds for requests to finish, of the ``seconds`` in which a process ends; the rest is for closing."""
    return max(1, int(seconds * 0.75))


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """From the first SIGTERM or SIGINT on that a server handles, the process has this many seconds.

    After them it ends with status 1, and the stack of every thread on standard error says what it waited for.
    A thread of C does that, which needs neither the event loop nor Python's lock: work on the processor, a
    statement that runs in a thread, or code that does not heed its cancellation hold nothing up. What is left
    undone is as after a crash.

    Does nothing where no server handles signals, as in tests, and outside of the main thread.
    """
    handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
    begun = False

    def begin(number: int, frame: FrameType | None) -> None:
        nonlocal begun
        if not begun:  # a second signal is no reason to wait longer
            begun = True
            faulthandler.dump_traceback_later(seconds, exit=True)
        handlers[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            if callable(handler) and handler is not signal.default_int_handler:
                handlers[number] = handler
                signal.signal(number, begin)
    try:
        yield
    finally:
        for handled, before in handlers.items():
            signal.signal(handled, before)
