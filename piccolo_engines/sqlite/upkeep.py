"""Upkeep: a thread that interrupts slow statements and closes idle connections."""

import functools
import threading
import time
from typing import Protocol

__all__ = ["LookedAfter", "Upkeep", "shared_upkeep"]


class LookedAfter(Protocol):
    """An object that needs periodic upkeep."""

    def look_after(self, now: float) -> bool:
        """Do what is due at ``now`` (``time.monotonic``), without blocking. Returns whether to call again."""


class Upkeep:
    """One daemon thread, started when first needed, which sleeps while there is nothing to do.

    A thread and not a timer of an event loop, because engines work in several loops and outlive them.

    :param pause: seconds between two rounds.
    """

    def __init__(self, pause: float = 0.25) -> None:
        self._pause = pause
        self._lock = threading.Condition()
        self._members: set[LookedAfter] = set()
        self._thread: threading.Thread | None = None

    def add(self, member: LookedAfter) -> None:
        """Look after ``member`` until it needs no more upkeep. Adding it twice is harmless."""
        with self._lock:
            self._members.add(member)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sqlite-upkeep", daemon=True)
                self._thread.start()
            self._lock.notify()

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._members:
                    self._lock.wait()
                members = list(self._members)
            for member in members:
                self._look_after(member)
            del members, member  # lets their objects be freed while the thread sleeps
            time.sleep(self._pause)

    def _look_after(self, member: LookedAfter) -> None:
        if not member.look_after(time.monotonic()):
            with self._lock:
                if not member.look_after(time.monotonic()):  # unless it was added meanwhile
                    self._members.discard(member)


@functools.cache
def shared_upkeep() -> Upkeep:
    """Return the upkeep thread of this process."""
    return Upkeep()
