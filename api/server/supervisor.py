"""Supervisor: keeps several worker processes running that serve one listening socket.

A process that dies is replaced. SIGHUP replaces all of them, one after the other, without refusing or failing
a request: a new process accepts connections before an old one stops to, and the old one ends after its last
connection. The socket is never closed meanwhile, so that no connection in its queue is lost.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

from api.server.replacement import Start, next_step

__all__ = ["CANNOT_START", "DRAIN", "Supervisor"]

CANNOT_START: Final = 3
"""The exit status of a process whose application cannot start; uvicorn's."""
DRAIN: Final = b"d"
"""What a process is sent that is to drain."""

_TICK: Final = 0.5
_SILENCE: Final = 60.0
"""Seconds without a sign of its event loop after which a process is killed, and replaced."""
_PAUSED: Final = 10.0
"""Seconds between two looks at the processes after which this one must have been stopped."""
_START_SECONDS: Final = 300.0
"""Seconds in which a process must be ready. It undoes first what an interrupted one has left behind."""
_DRAIN_SECONDS: Final = 10.0
"""The longest pause after a process has begun to drain before the next one is replaced."""
_LONGEST_PAUSE: Final = 30.0
"""Between two attempts to start a process, in seconds; the first pause is half a second."""
_EXTRA_SECONDS: Final = 5.0
"""What a process may take beyond its own limit of time for a shutdown before it is killed."""


@dataclass(eq=False, slots=True)
class _Worker:
    """One process.

    :ivar control: connected with it; it sends a byte each second from when it is ready on.
    :ivar heard_at: when it was started, or last sent something.
    :ivar drains_since: None while it accepts connections.
    """

    process: "subprocess.Popen[bytes]"
    control: socket.socket
    generation: int
    heard_at: float
    is_ready: bool = False
    drains_since: float | None = None


class Supervisor:
    """Runs ``size`` processes of one command until SIGTERM or SIGINT.

    :param command: is given two further arguments, the file descriptors of the listening socket and of the
        connection with this process.
    :param listening: the socket that all processes accept connections from.
    :param shutdown_seconds: in which a process ends after SIGTERM.
    """

    def __init__(
        self, command: Sequence[str], listening: socket.socket, size: int, *, shutdown_seconds: float
    ) -> None:
        self._command = command
        self._listening = listening
        self._size = size
        self._shutdown_seconds = shutdown_seconds
        self._workers: list[_Worker] = []
        self._generation = 0
        self._has_served = False
        self._stops_since: float | None = None
        self._failures = 0
        self._pauses_until = 0.0
        self._looked_at = time.monotonic()
        self._signals: deque[int] = deque()
        self._selector = selectors.DefaultSelector()
        self._log = structlog.get_logger("freehold")

    def run(self) -> int:
        """Return the exit status: 0, or :data:`CANNOT_START` if no process has ever been ready."""
        status = 0
        with self._signals_queued():
            while self._stops_since is None or self._workers:
                self._handle_signals()
                for ended in [one for one in self._workers if one.process.poll() is not None]:
                    if self._forget(ended) and not self._has_served:
                        status = CANNOT_START
                        self._stop()
                self._kill_silent_ones()
                self._take_steps()
                self._listen()
        return status

    def _take_steps(self) -> None:
        while self._stops_since is None:
            now = time.monotonic()
            draining = [one.drains_since for one in self._workers if one.drains_since is not None]
            may_start = all(now - since > _DRAIN_SECONDS for since in draining)
            staying = [one for one in self._workers if one.drains_since is None]
            step = next_step(staying, self._size, self._generation, may_start=may_start)
            if step is None or (isinstance(step, Start) and now < self._pauses_until):
                return
            if isinstance(step, Start):
                self._start(now)
            else:
                self._drain(step, now)

    def _start(self, now: float) -> None:
        own, theirs = socket.socketpair()
        descriptors = (self._listening.fileno(), theirs.fileno())
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*self._command, *map(str, descriptors)],
            stdin=subprocess.DEVNULL,
            pass_fds=descriptors,
            process_group=0,  # Ctrl-C is for this process alone
        )
        theirs.close()
        own.setblocking(False)
        worker = _Worker(process, own, self._generation, now)
        self._workers.append(worker)
        self._selector.register(own, selectors.EVENT_READ, worker)
        self._log.info("worker started", worker=process.pid)

    def _drain(self, worker: _Worker, now: float) -> None:
        worker.drains_since = now
        self._log.info("worker drains", worker=worker.process.pid)
        if worker.is_ready:
            with suppress(OSError):  # it has just died
                worker.control.send(DRAIN)
        else:
            worker.process.terminate()

    def _forget(self, worker: _Worker) -> bool:
        """Forget a process that has ended. Returns whether it could not start."""
        self._workers.remove(worker)
        self._selector.unregister(worker.control)
        worker.control.close()
        status = worker.process.returncode
        if self._stops_since is not None or worker.drains_since is not None:
            self._log.info("worker ended", worker=worker.process.pid, status=status)
            return False
        self._log.error("worker died", worker=worker.process.pid, status=status)
        if worker.is_ready:
            return False
        self._pauses_until = time.monotonic() + min(_LONGEST_PAUSE, 0.5 * 2**self._failures)
        self._failures += 1
        if any(one.generation < worker.generation for one in self._workers):
            self._log.error("restart given up: a new worker could not start, the old ones go on")
            for one in self._workers:
                one.generation = self._generation
        return status == CANNOT_START

    def _kill_silent_ones(self) -> None:
        now = time.monotonic()
        if now - self._looked_at > _PAUSED:  # this process was stopped, and has not read what others sent
            for one in self._workers:
                one.heard_at = now
        self._looked_at = now
        since_stop = 0.0 if self._stops_since is None else now - self._stops_since
        for one in self._workers:
            longest = _SILENCE if one.is_ready else _START_SECONDS
            if one.drains_since is not None or self._stops_since is not None:  # it ends, and sends nothing
                longest = max(longest, self._shutdown_seconds + _EXTRA_SECONDS)
            is_silent = now - one.heard_at > longest
            if is_silent or since_stop > self._shutdown_seconds + _EXTRA_SECONDS:
                self._log.error("worker killed: it does not respond", worker=one.process.pid)
                one.process.kill()

    def _listen(self) -> None:
        """Wait for something that a process sends, its end, or a signal; half a second at most."""
        for key, _ in self._selector.select(_TICK):
            if key.data is None:
                with suppress(BlockingIOError):
                    os.read(key.fd, 64)
            elif self._hear(key.data):
                key.data.heard_at = time.monotonic()
                if not key.data.is_ready:
                    key.data.is_ready = self._has_served = True
                    self._failures, self._pauses_until = 0, 0.0

    def _hear(self, worker: _Worker) -> bool:
        """Whether it has sent something. One that has closed the connection is about to end."""
        try:
            if worker.control.recv(64):
                return True
        except BlockingIOError:
            return False
        except OSError:
            pass
        with suppress(subprocess.TimeoutExpired):
            worker.process.wait(_TICK)
        return False

    def _stop(self) -> None:
        if self._stops_since is None:
            self._stops_since = time.monotonic()
        for one in self._workers:
            one.process.terminate()

    def _handle_signals(self) -> None:
        while self._signals:
            number = self._signals.popleft()
            if number in (signal.SIGTERM, signal.SIGINT):
                self._stop()
            elif number == signal.SIGHUP and self._stops_since is None:
                self._log.info("restarting", workers=self._size)
                self._generation += 1
                self._pauses_until = 0.0

    @contextmanager
    def _signals_queued(self) -> Iterator[None]:
        """Handle signals between two steps. A terminal that is closed sends SIGHUP, too: that ends."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self._selector.register(reading, selectors.EVENT_READ)
        numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGCHLD]
        numbers += [] if sys.stdin is not None and sys.stdin.isatty() else [signal.SIGHUP]
        before: list[tuple[int, Callable[[int, FrameType | None], object] | int | None]] = [
            (number, signal.signal(number, lambda number, _frame: self._signals.append(number)))
            for number in numbers
        ]
        wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before:
                signal.signal(number, handler)
            self._selector.close()
            os.close(reading)
            os.close(writing)
