"""The threads that run SQLite's calls: a limited number, shared by all engines, started when needed."""

import functools
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

__all__ = ["Threads", "Work", "shared_threads"]

Work = Callable[[], Callable[[], object] | None]
"""A function to run in a thread. It may return a last step.

The last step is run once the thread counts as idle, so that work which it triggers elsewhere returns to the
same thread. Neither may raise: they report failures themselves.
"""


class Threads:
    """At most ``limit`` daemon threads that run work in order of submission.

    The thread that became idle last is used first: its stack is still in the processor's cache, which makes a
    round trip as fast as one to a dedicated thread. A thread is started only when all others are busy, and
    then stays. Safe to use from any thread and event loop.

    :param limit: the maximum number of threads; further work waits.
    """

    def __init__(self, limit: int = 32) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Work]] = []
        self._queued: deque[Work] = deque()
        self._started = 0

    @property
    def started(self) -> int:
        """The number of threads that exist."""
        return self._started

    @property
    def is_crowded(self) -> bool:
        """Whether work is waiting for a thread."""
        return bool(self._queued)

    def run(self, work: Work) -> None:
        """Schedule ``work`` to run in a thread."""
        with self._lock:
            if self._idle:
                inbox = self._idle.pop()
            elif self._started == self.limit:
                self._queued.append(work)
                return
            else:
                inbox = self._start()
        inbox.put(work)

    def _start(self) -> SimpleQueue[Work]:
        self._started += 1
        inbox: SimpleQueue[Work] = SimpleQueue()
        name = f"sqlite-{self._started}"
        threading.Thread(target=self._serve, args=(inbox,), name=name, daemon=True).start()
        return inbox

    def _serve(self, inbox: SimpleQueue[Work]) -> None:
        work = inbox.get()
        while True:
            last_step = work()
            with self._lock:
                following = self._queued.popleft() if self._queued else None
                if following is None:
                    self._idle.append(inbox)
            if last_step is not None:
                last_step()
            del work, last_step  # lets their objects be freed while the thread sleeps
            work = following if following is not None else inbox.get()


@functools.cache
def shared_threads() -> Threads:
    """Return the threads that engines of this process use by default."""
    return Threads()
