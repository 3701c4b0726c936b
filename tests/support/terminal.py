"""A program in a pseudo terminal, as somebody at a keyboard has it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Terminal", "in_terminal"]

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][0-9A-Z]?")


class Terminal:
    """What is on the screen so far, and the keys."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self._master, self.raw = process, master, ""

    @property
    def seen(self) -> str:
        """What was written, without colours and movements of the cursor."""
        return _CONTROL.sub("", self.raw).replace("\r\n", "\n")

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, words: str, seconds: float = 60) -> str:
        """Waits until these words were written."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < deadline, f"{words!r} did not come:\n{self.seen}"
            assert self._read(1.0) or words in self.seen, f"{words!r} did not come:\n{self.seen}"
        return self.seen

    def interrupt(self, answer: str, tries: int = 30) -> None:
        """Presses Ctrl-C until these words were written.

        A program that has just shown its prompt, and does not wait for keys yet, takes no notice of the
        first.
        """
        for _ in range(tries):
            self.type("\x03")
            deadline = time.monotonic() + 2
            while answer not in self.seen and time.monotonic() < deadline and self._read(0.2):
                pass
            if answer in self.seen:
                return
        raise AssertionError(f"{answer!r} did not come:\n{self.seen}")

    def end(self, seconds: float = 60) -> int:
        """Waits for the end of the program; gives its status."""
        deadline = time.monotonic() + seconds
        while self._read(0.5) and time.monotonic() < deadline:
            pass
        return self.process.wait(30)

    def _read(self, seconds: float) -> bool:
        """Takes what there is; false when there will be no more."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return self.process.poll() is None
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.raw += data.decode(errors="replace")
        return bool(data)


def _take_terminal() -> None:
    """So that Ctrl-C reaches the program, also when whoever runs the tests was told to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def in_terminal(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], size: tuple[int, int]
) -> Iterator[Terminal]:
    """The program at work in a terminal of so many columns and rows; ended at the end of the block."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(environ) | {"TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 # no thread of ours holds a lock that it needs
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)
        os.close(master)
