"""A supervisor replaces a process that is silent, and none after it was itself stopped for a while."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.processes import environment
from tests.support.waiting import until_sync


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def supervisor(log: Path) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "tests.support.supervised"]
    with log.open("wb") as out, subprocess.Popen(command, env=environment({}), stdout=out) as process:
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGCONT)
        process.terminate()


def workers(supervisor: psutil.Process) -> set[int]:
    return {one.pid for one in supervisor.children() if one.status() != psutil.STATUS_ZOMBIE}


def test_one_that_was_paused_kills_nobody(supervisor: psutil.Process, log: Path) -> None:
    until_sync(lambda: len(workers(supervisor)) == 2)
    before = workers(supervisor)
    for _ in range(3):
        supervisor.suspend()
        time.sleep(3)  # longer than the silence after which a process is killed
        supervisor.resume()
        time.sleep(0.2)
    stopped = min(before)
    os.kill(stopped, signal.SIGSTOP)
    until_sync(lambda: stopped not in workers(supervisor) and len(workers(supervisor)) == 2)
    assert before & workers(supervisor) == before - {stopped}
    assert log.read_text().count("worker killed") == 1
