"""The threads in which SQLite's calls run: few, shared by all engines, started when they are needed."""

import functools
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

__all__ = ["Threads", "Work", "shared_threads"]

Work = Callable[[], Callable[[], object] | None]
"""What a thread does, and perhaps a last step that it returns.

The last step is done when the thread counts as idle again, so that work which it sets off elsewhere comes
back to the same thread. Neither may raise: they report failures themselves.
"""


class Threads:
    """At most ``limit`` daemon threads that run work in the order in which it was handed in.

    The thread that became idle last is used first: its stack is still in the processor's cache, which makes a
    hop to it as cheap as one to a thread of one's own. A thread is started only when all others are busy, and
    then stays. Safe to use from any thread and any event loop.

    :param limit: the largest number of threads; work beyond it waits.
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
        """Have ``work`` run in a thread, soon."""
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
            del work, last_step  # what they refer to may go while the thread sleeps
            work = following if following is not None else inbox.get()


@functools.cache
def shared_threads() -> Threads:
    """The threads that all engines of this process share, unless they are given others."""
    return Threads()
