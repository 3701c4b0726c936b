"""Ends a process within its time limit, whatever runs."""

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["ending_within", "grace_of"]


def grace_of(seconds: float) -> int:
    """Return the seconds for running requests, of the ``seconds`` in which a process ends."""
    return max(1, int(seconds * 0.75))


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Limit the time of a shutdown, from the first SIGTERM or SIGINT that a server handles.

    After ``seconds`` the process exits with status 1 and prints the stack of every thread to standard error.
    A C thread does so, which needs neither the event loop nor the GIL: computation, a statement in a thread,
    or code that ignores its cancellation cannot delay it. Unfinished work is as after a crash. Does nothing
    where no server handles signals, as in tests, and outside of the main thread.
    """
    handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
    begun = False

    def begin(number: int, frame: FrameType | None) -> None:
        nonlocal begun
        if not begun:  # a second signal does not extend the time
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
