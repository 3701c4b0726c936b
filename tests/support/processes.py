"""Starts Freehold as a user does, in processes of its own, and ends what it started."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["COMMAND", "environment", "free_port", "freehold", "serving"]

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "api.cli"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process of ours sees: of the real environment only what any program needs, and ``environ``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | dict(environ)


def freehold(arguments: list[str], *, folder: Path, environ: Mapping[str, str]) -> str:
    """Runs ``freehold ...`` in ``folder`` and returns what it printed; fails loudly when it fails."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (
        f"freehold {arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout + done.stderr


@contextmanager
def serving(
    *, folder: Path, port: int, environ: Mapping[str, str], command: list[str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """``freehold serve`` on ``port``, from the moment it listens until the end of the block."""
    with (folder / f"serve-{port}.log").open("ab") as log:
        process = subprocess.Popen(
            command or [*COMMAND, "serve"],
            cwd=folder,
            env=environment(environ),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_listens(process, port, folder / f"serve-{port}.log")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, f"the server ended with {process.returncode}:\n{log.read_text()}"
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port} after a minute:\n{log.read_text()}")
