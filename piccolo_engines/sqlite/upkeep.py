"""Upkeep: a thread that interrupts slow statements, closes idle connections, and returns their memory."""

import functools
import threading
import time
from collections.abc import Callable
from typing import Protocol

from piccolo_engines.memory import release_memory

__all__ = ["LookedAfter", "Upkeep", "shared_upkeep"]


class LookedAfter(Protocol):
    """An object that needs periodic upkeep."""

    def look_after(self, now: float) -> bool:
        """Do what is due at ``now`` (``time.monotonic``), without blocking. Returns whether to call again."""


class Upkeep:
    """One daemon thread, started when first needed, which sleeps while there is nothing to do.

    A thread and not a timer of an event loop, because engines work in several loops and outlive them.

    :param pause: seconds between two rounds.
    :param release: returns free memory to the operating system. Called once connections were closed, at most
        every ``release_pause`` seconds.
    """

    def __init__(
        self,
        pause: float = 0.25,
        *,
        release: Callable[[], None] = release_memory,
        release_pause: float = 5.0,
    ) -> None:
        self._pause = pause
        self._release, self._release_pause = release, release_pause
        self._released_at = float("-inf")
        self._is_memory_free = False
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

    def note_closed(self) -> None:
        """Note that a connection was closed, whose memory can be returned."""
        with self._lock:
            self._is_memory_free = True
            self._lock.notify()

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._members and not self._is_memory_free:
                    self._lock.wait()
                members = list(self._members)
            while members:
                self._look_after(members.pop())  # nothing refers to it while the thread sleeps
            self._release_memory(time.monotonic())
            time.sleep(self._pause)

    def _release_memory(self, now: float) -> None:
        with self._lock:
            if not self._is_memory_free or now - self._released_at < self._release_pause:
                return
            self._is_memory_free, self._released_at = False, now
        self._release()

    def _look_after(self, member: LookedAfter) -> None:
        if not member.look_after(time.monotonic()):
            with self._lock:
                if not member.look_after(time.monotonic()):  # unless it was added meanwhile
                    self._members.discard(member)


@functools.cache
def shared_upkeep() -> Upkeep:
    """Return the upkeep thread of this process."""
    return Upkeep()
