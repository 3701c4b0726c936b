"""Where the lines of the log are written: a bounded buffer in front of a file descriptor.

A line is kept for at most :data:`DELAY` while a process serves, and written with others. Every write consists
of whole lines and is at most :data:`PORTION` long, which a pipe takes as one piece: the lines of several
processes do not mix. A write that would block is tried again later, so a reader that has stopped, or a full
disk, does not stop requests; beyond :data:`MOST_KEPT` lines are dropped and counted.
"""

import asyncio
import fcntl
import os
import select
import stat
import sys
import termios
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TextIO

import msgspec

__all__ = [
    "DELAY",
    "MOST_KEPT",
    "PORTION",
    "DescriptorSink",
    "LineBuffer",
    "LineLogger",
    "LineSink",
    "StreamSink",
    "sink_of",
]

DELAY: Final = 0.1
"""Seconds that a line may wait for others."""
PORTION: Final = 4096
"""Bytes of one write: Linux' PIPE_BUF, see pipe(7)."""
MOST_KEPT: Final = 1024 * 1024
"""Bytes that wait while nothing can be written."""
_PIPE: Final = 65_536
"""Bytes that fit into an empty pipe."""


class LineSink(Protocol):
    """Where lines go.

    :ivar delay: seconds that a line may wait for others; 0 where nothing is gained.
    """

    delay: float

    def room(self, size: int) -> int:
        """Return how many of the next ``size`` bytes can be written without waiting."""

    def write(self, data: bytes) -> int:
        """Write, and return how many bytes were written. Raises ``OSError``."""


class DescriptorSink:
    """A file, a pipe or a terminal."""

    delay = DELAY

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def room(self, size: int) -> int:
        """See :class:`LineSink`. A pipe that is ready takes :data:`PORTION`; more only if it is empty."""
        if not self._poll.poll(0):
            return 0
        if size <= PORTION or not self._is_pipe:
            return size
        unread = int.from_bytes(fcntl.ioctl(self._descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)
        return PORTION if unread else min(size, _PIPE)

    def write(self, data: bytes) -> int:
        """See :class:`LineSink`."""
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0


class StreamSink:
    """A text stream without a descriptor, such as ``io.StringIO``."""

    delay = 0.0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def room(self, size: int) -> int:
        """See :class:`LineSink`."""
        return size

    def write(self, data: bytes) -> int:
        """See :class:`LineSink`."""
        self._stream.write(data.decode())
        self._stream.flush()
        return len(data)


def sink_of(stream: TextIO) -> LineSink:
    """Return the sink for ``stream``; its descriptor, if it has one."""
    with suppress(OSError, ValueError):
        return DescriptorSink(stream.fileno())
    return StreamSink(stream)


class LineBuffer:
    """Collects lines. Outside of :meth:`delaying` each is written at once. May be used from any thread.

    :ivar dropped: lines that were lost since this was last reported.
    """

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink
        self._lines: deque[bytes] = deque()
        self._size = 0
        self.dropped = 0
        self._delays = False
        self._has_timer = False
        self._is_flushing = False
        self._lock = threading.RLock()  # a finalizer may log while a line is being added

    @contextmanager
    def delaying(self) -> Iterator[None]:
        """Let lines wait for others inside the block, which runs in an event loop."""
        self._delays = self._sink.delay > 0
        try:
            yield
        finally:
            self._delays = self._has_timer = False
            self.flush()

    def write(self, line: bytes, *, at_once: bool = False) -> None:
        """Add a line, which ends with a newline. ``at_once``: write it, and everything before it."""
        with self._lock:
            if self._size + len(line) > PORTION:
                self.flush()
            if self._size + len(line) > MOST_KEPT:
                self.dropped += 1
                return
            self._lines.append(line)
            self._size += len(line)
            if at_once or not (self._has_timer or self._start_timer()):
                self.flush()

    def flush(self) -> None:
        """Write what can be written without waiting."""
        with self._lock:
            if self._is_flushing:
                return
            self._is_flushing = True
            try:
                self._write_lines()
            finally:
                self._is_flushing = False
            if self._lines and not self._has_timer:
                self._start_timer()

    def _start_timer(self) -> bool:
        """Flush later. Returns whether that is possible: only in the thread of an event loop."""
        if not self._delays:
            return False
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        loop.call_later(self._sink.delay, self._end_delay)
        self._has_timer = True
        return True

    def _end_delay(self) -> None:
        self._has_timer = False
        self.flush()

    def _write_lines(self) -> None:
        while self._lines:
            portion = self._take_portion()
            written = self._written(portion)
            self._size -= written
            if written < len(portion):
                self._lines.appendleft(portion[written:])
            if not written:
                return
        self._size = 0
        if self.dropped:
            self._report_dropped()

    def _take_portion(self) -> bytes:
        """Remove whole lines of together at most :data:`PORTION` bytes, or one longer line."""
        lines = self._lines
        taken = [lines.popleft()]
        size = len(taken[0])
        while lines and size + len(lines[0]) <= PORTION:
            size += len(lines[0])
            taken.append(lines.popleft())
        return b"".join(taken)

    def _written(self, portion: bytes) -> int:
        """Write as much as possible. Returns the number of bytes that are settled: written or lost."""
        room = self._sink.room(len(portion))
        try:
            return self._sink.write(portion[:room]) if room else 0
        except OSError:  # a full disk, or nobody reads any more
            self.dropped += portion.count(b"\n")
            return len(portion)

    def _report_dropped(self) -> None:
        report = {
            "lines": self.dropped,
            "event": "log lines dropped",
            "level": "warning",
            "timestamp": datetime.now(UTC),
        }
        line = msgspec.json.encode(report) + b"\n"
        with suppress(OSError):
            if self._sink.room(len(line)) and self._sink.write(line):
                self.dropped = 0


class LineLogger:
    """The logger that structlog wraps: writes rendered lines to a buffer."""

    def __init__(self, buffer: LineBuffer) -> None:
        self.buffer = buffer

    def __call__(self, *_: Any) -> "LineLogger":
        """Return itself, as structlog's ``logger_factory``."""
        return self

    def info(self, line: str) -> None:
        """Write a line soon."""
        self.buffer.write(line.encode() + b"\n")

    def warning(self, line: str) -> None:
        """Write a line at once, and those before it."""
        self.buffer.write(line.encode() + b"\n", at_once=True)

    debug = msg = log = info
    warn = error = err = exception = critical = fatal = failure = warning
