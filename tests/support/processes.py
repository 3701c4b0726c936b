"""Starts Freehold as a user does, in processes of its own, and ends what it started."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from tests.support.launcher import Launched, Program, launcher

__all__ = [
    "COMMAND",
    "FREEHOLD",
    "LITESTAR",
    "PICCOLO",
    "ROOT",
    "Process",
    "environment",
    "free_port",
    "freehold",
    "run",
    "serving",
]

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "api.cli"]
FREEHOLD = Program("freehold", "api.cli:main")
LITESTAR = Program("litestar", "litestar.__main__:run_cli")
PICCOLO = Program("piccolo", "piccolo.main:main")
_MODULES = {"freehold": ["-m", "api.cli"], "litestar": ["-m", "litestar"], "piccolo": ["-m", "piccolo.main"]}
PRELOADED = ("api.cli", "api.app", "api.server", "uvicorn", "uvloop", "litestar.__main__", "piccolo.main")

Process: TypeAlias = subprocess.Popen[bytes] | Launched


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours sees: of the real environment only what any program needs, and ``environ``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | dict(environ)


def run(
    program: Program, arguments: list[str], *, folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a program of Freehold, Litestar or Piccolo in ``folder``."""
    environ = environment(environ)
    if _is_of_a_copy(environ):
        command = [sys.executable, *_MODULES[program.name], *arguments]
        return subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
        )
    return launcher(*PRELOADED).run(program, arguments, folder=folder, environ=environ)


def _is_of_a_copy(environ: Mapping[str, str]) -> bool:
    """Whether the program is that of another source tree: what is imported already is not its code."""
    return environ["PYTHONPATH"] != str(ROOT)


def freehold(arguments: list[str], *, folder: Path, environ: Mapping[str, str]) -> str:
    """Runs ``freehold ...`` in ``folder`` and returns what it printed; fails loudly when it fails."""
    done = run(FREEHOLD, arguments, folder=folder, environ=environ)
    assert done.returncode == 0, (
        f"freehold {arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout + done.stderr


@contextmanager
def serving(
    *,
    folder: Path,
    port: int,
    environ: Mapping[str, str],
    command: list[str] | None = None,
    program: Program = FREEHOLD,
) -> Iterator[Process]:
    """``freehold serve``, or another program or command, from when it listens until the block ends."""
    log, environ = folder / f"serve-{port}.log", environment(environ)
    process: Process
    if command is None and _is_of_a_copy(environ):
        command = [sys.executable, *_MODULES[program.name], "serve"]
    if command is None:
        process = launcher(*PRELOADED).start(program, ["serve"], folder=folder, environ=environ, out=log)
    else:
        with log.open("ab") as out:
            process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out)
    try:
        _wait_until_it_listens(process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _wait_until_it_listens(process: Process, port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, f"the server ended with {process.returncode}:\n{log.read_text()}"
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port} after a minute:\n{log.read_text()}")
