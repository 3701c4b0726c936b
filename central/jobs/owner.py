"""Owner: the process that executes a run, named so that other processes can tell whether it is alive."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Owner"]

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """A process. ``place`` (host, boot and pid namespace) is where its pid is valid."""

    place: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> "Owner":
        """Return this process."""
        return cls(_place(), os.getpid(), _started(os.getpid()) or "")

    @classmethod
    def parse(cls, text: str) -> "Owner | None":
        """Parse the result of :meth:`__str__`; ``None`` if it is malformed."""
        place, _, rest = text.rpartition("#")
        pid, _, started = rest.partition("@")
        return cls(place, int(pid), started) if place and pid.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.place}#{self.pid}@{self.started}"

    def is_surely_dead(self) -> bool:
        """Whether the process is known to be dead.

        True if its pid is free or belongs to a process that started later. False for a process in another
        place (host, boot or container), of which only its heartbeat is known.
        """
        if self.place != _place():
            return False
        started = _started(self.pid)
        if started is not None:
            return started != self.started
        return not _exists(self.pid)


def _place() -> str:
    boot = _read(_PROC / "sys/kernel/random/boot_id")
    try:
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        namespace = ""
    return "/".join((socket.gethostname()[:64], boot, namespace))


def _started(pid: int) -> str | None:
    """Return when the process started, in clock ticks since boot.

    ``None`` without ``/proc`` or such a process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html:
    field 22. Field 2 is the command's name in parentheses and may contain anything. A zombie counts as ended.
    """
    fields = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _exists(pid: int) -> bool:
    if (_PROC / "self").exists():
        return False  # no start time was found, so the process does not exist
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
