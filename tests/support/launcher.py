"""Processes of programs that import much: each is forked from one process that has imported it before.

``python launcher.py MODULE ...`` imports the modules, and then carries out the orders of :class:`Launcher`:
each is a line of JSON on standard input, answered by a line. A forked process gets its own arguments,
environment, folder and standard streams, and ends as one that was started anew: by its exit functions.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Launched", "Launcher", "Program", "launcher"]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Program:
    """An installed command: its name, and the function that it calls, as ``module:function``."""

    name: str
    function: str

    @property
    def path(self) -> str:
        return str(Path(sys.executable).with_name(self.name))


class Launcher:
    """The process that has imported the modules, as tests see it."""

    def __init__(self, *modules: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, *modules],
            env=kept | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        atexit.register(self.close)

    def start(
        self,
        program: Program,
        arguments: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        out: Path,
        err: Path | None = None,
    ) -> "Launched":
        """Start the program, whose output is added to the files, by default all to one."""
        argv = [program.path, *arguments]
        files = [str(out), str(err or out)]
        order = {"function": program.function, "argv": argv, "folder": str(folder), "environ": dict(environ)}
        return Launched(self, self.ask({**order, "files": files}), argv)

    def run(
        self, program: Program, arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end, within two minutes."""
        out, err = (folder / f".{time.monotonic_ns()}-{name}" for name in ("out", "err"))
        process = self.start(program, arguments, folder=folder, environ=environ, out=out, err=err)
        try:
            status = process.wait(120)
            return subprocess.CompletedProcess(process.args, status, out.read_text(), err.read_text())
        finally:
            process.kill()
            out.unlink(missing_ok=True)
            err.unlink(missing_ok=True)

    def ask(self, order: dict[str, Any]) -> Any:
        """What the other process answers."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(order) + "\n")
            return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """Let the process end."""
        with self._process:
            pass


class Launched:
    """A process that a launcher has started, with the methods of a ``subprocess.Popen``."""

    def __init__(self, launcher: Launcher, pid: int, args: list[str]) -> None:
        self._launcher, self.pid, self.args = launcher, pid, args
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._launcher.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float = 600) -> int:
        """The exit code.

        :raises subprocess.TimeoutExpired: when the process runs for longer.
        """
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@functools.cache
def launcher(*modules: str) -> Launcher:
    """The launcher of this process that has imported these modules."""
    return Launcher(*modules)


def _next_program() -> Any:
    """Carry out orders; return, in a forked process, the function that is its program."""
    for line in sys.stdin:
        order = json.loads(line)
        if "poll" in order:
            pid, status = os.waitpid(order["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif (answer := os.fork()) == 0:
            return _become(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return None


def _become(order: dict[str, Any]) -> Any:
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv[:] = order["argv"]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(order["files"], 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.path[:0] = order["environ"].get("PYTHONPATH", "").split(os.pathsep)
    module, name = order["function"].split(":")
    return getattr(importlib.import_module(module), name)


def _main() -> Any:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    program = _next_program()
    return program() if program else 0


if __name__ == "__main__":
    sys.exit(_main())
