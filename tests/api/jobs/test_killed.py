"""Outboxes and SIGKILL: what was committed is sent, each time with the same id; the rest is never sent."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import KEY, settings_in
from tests.support.delivering import DELIVER_POINTS, PUT_POINTS, act


def kill(folder: Path, what: str, point: str) -> None:
    """Do this in a process that is killed at the point."""
    environ = {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
    }
    command = [sys.executable, "-m", "tests.support.delivering", what, point]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def sent(folder: Path) -> list[str]:
    path = folder / "sent"
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize("point", DELIVER_POINTS)
async def test_a_process_that_is_killed_while_it_sends(folder: Path, point: str) -> None:
    settings = settings_in(folder)
    await act(settings, "put")
    kill(folder, "deliver", point)
    jobs, messages = await act(settings, "deliver")
    ids = sent(folder)
    assert len(set(ids)) == 1
    assert len(ids) == (2 if point == "after sending" else 1)
    assert messages == 0
    assert jobs == (point == "after deleting"), "what was not recorded is looked for a day"


@pytest.mark.parametrize("point", PUT_POINTS)
async def test_a_process_that_is_killed_while_it_decides_to_send(folder: Path, point: str) -> None:
    kill(folder, "put", point)
    jobs, messages = await act(settings_in(folder), "deliver")
    is_committed = point == "after commit"
    assert len(sent(folder)) == is_committed
    assert (jobs, messages) == (not is_committed, 0)
