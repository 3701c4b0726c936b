"""WorkerMetrics: sums the metrics of all processes of one service, so that any of them can report the sum.

Each process writes its own metrics into a file of a shared folder. Counters of processes that have ended are
kept, so that a counter never decreases when a process is replaced; gauges of theirs are dropped.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

from central.jobs.owner import Owner

__all__ = ["WorkerMetrics", "summed"]

_OWNER: Final = "# owner "
_INCLUDED: Final = "# included "
_ENDED: Final = "ended"
_SUFFIX: Final = ".prom"


class WorkerMetrics:
    """The metrics of this process, beside those of the others.

    :param folder: shared by the processes of one service, and by nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{uuid4().hex}{_SUFFIX}"
        self._owner = str(Owner.current())

    def exchange(self, own: str) -> str:
        """Write this process's metrics, and return the sum of all. Reads and writes files: not for the loop.

        :param own: in Prometheus' text format.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            _replace(self._folder / self._name, f"{_OWNER}{self._owner}\n{own}")
            ended = self._include_ended()
            running = [path.read_text() for path in self._files()]
        return summed([*running, ended])

    def _include_ended(self) -> str:
        """Add the counters of processes that have ended to those kept. Returns these.

        The kept ones name the files that they include, so that a process that dies before it has deleted such
        a file counts nothing twice.
        """
        path = self._folder / _ENDED
        kept = path.read_text() if path.exists() else ""
        names = {line.removeprefix(_INCLUDED) for line in kept.splitlines() if line.startswith(_INCLUDED)}
        gone = [one for one in self._files() if _has_ended(one)]
        new = [one for one in gone if one.name not in names]
        if new:
            still = sorted(names & {one.name for one in gone} | {one.name for one in new})
            counters = summed([kept, *(one.read_text() for one in new)], counters_only=True)
            kept = "".join(f"{_INCLUDED}{name}\n" for name in still) + counters
            _replace(path, kept)
        for one in gone:
            one.unlink()
        return kept

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def summed(texts: Iterable[str], *, counters_only: bool = False) -> str:
    """Return one exposition with the sum of each sample of several.

    >>> print(summed(["# TYPE a counter\\na 1\\n", "# TYPE a counter\\na 2\\n"]), end="")
    # TYPE a counter
    a 3
    """
    families: dict[str, _Family] = {}
    for text in texts:
        family = _Family("")
        for line in text.splitlines():
            if line.startswith("# HELP "):
                family = families.setdefault(line.split(" ", 3)[2], _Family(line))
            elif line.startswith("# TYPE "):
                family = families.setdefault(line.split(" ", 3)[2], _Family(""))
                family.kind = line
            elif not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                family.samples[name] = family.samples.get(name, 0) + _number(value)
    kept = [one for one in families.values() if not (counters_only and one.kind.endswith(" gauge"))]
    return "".join(line for family in kept for line in family.lines())


@dataclass(slots=True)
class _Family:
    """The samples of one name."""

    help: str
    kind: str = ""
    samples: dict[str, float] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        yield from (f"{line}\n" for line in (self.help, self.kind) if line)
        yield from (f"{name} {value:.15g}\n" for name, value in self.samples.items())


def _number(text: str) -> float:
    return float(text) if not text.isdecimal() else int(text)


def _has_ended(path: Path) -> bool:
    first = path.read_text().partition("\n")[0]
    owner = Owner.parse(first.removeprefix(_OWNER))
    return owner is None or owner.is_surely_dead()


def _replace(path: Path, text: str) -> None:
    """Write the file as a whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)
