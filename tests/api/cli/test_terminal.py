"""An operator's session at a terminal, with the real ``freehold``; and the same through a pipe."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.support.processes import COMMAND, environment
from tests.support.terminal import Terminal, in_terminal

At = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def at(environ: dict[str, str], tmp_path: Path) -> At:
    """``freehold ...`` in a terminal."""

    @contextmanager
    def start(*arguments: str, size: tuple[int, int] = (120, 40)) -> Iterator[Terminal]:
        command = [*COMMAND, *arguments]
        with in_terminal(command, folder=tmp_path, environ=environment(environ), size=size) as terminal:
            yield terminal

    return start


def test_a_session_of_an_operator(at: At) -> None:
    with at("tenants", "create", "globex", "--name", "Globex", "--ask-password") as terminal:
        terminal.until("Password:")
        terminal.type("correct horse battery\n")
        terminal.until("Repeat for confirmation:")
        terminal.type("correct horse battery\n")
        seen = terminal.until("password       correct horse battery")
        assert terminal.end() == 0
    for step in ("create database", "migrate", "seed access", "activate"):
        assert f"✓ {step}" in seen
    assert "{" not in seen, "people get no JSON"

    with at("tenants", "list") as terminal:
        assert terminal.end() == 0
        assert "┃ slug" in terminal.seen
        assert "globex.localhost" in terminal.seen
        assert "\x1b[" in terminal.raw, "the head of a table is set apart"

    with at("operators", "list", size=(60, 30)) as terminal:
        assert terminal.end() == 0
        assert "┃" not in terminal.seen, "there is no room for a table"
        assert re.search(r"token id +[0-9a-f]{8}-[0-9a-f-]{27}\n", terminal.seen), (
            "ids are whole, to be copied"
        )

    with at("migrate", "--verify") as terminal:
        assert terminal.end() == 0
        assert "Tenants" in terminal.seen
        assert "3/3" in terminal.seen, "the bar was full"
        assert "Up to date: 3 tenants." in terminal.seen

    with at("tenants", "delete", "globex") as terminal:
        terminal.until("Type its slug")
        terminal.type("globex\n")
        assert terminal.end() == 0
        assert "✓ drop database" in terminal.seen
        assert "Deleted globex" in terminal.seen


def test_ctrl_c_leaves_things_as_they_are(at: At, folder: Path) -> None:
    with at("tenants", "delete", "acme") as terminal:
        terminal.until("Type its slug")
        terminal.interrupt("Interrupted.")
        assert terminal.end() == 130
    assert (folder / "tenants" / "tenant_acme.sqlite").exists()


def test_a_shell_at_a_terminal(at: At) -> None:
    with at("shell", "acme") as terminal:
        terminal.until(">>> ")
        assert "Acme Corporation (acme)" in terminal.seen
        terminal.type("rows = await User.select(User.email).order_by(User.email)\n")
        terminal.type("print(len(rows), rows[0]['email'])\n")
        terminal.until("4 administrator@acme.example")
        terminal.type("import asyncio; print('dozing', 'off'); await asyncio.sleep(600)\n")
        terminal.until("dozing off")
        terminal.type("\x03")
        terminal.until("CancelledError")
        terminal.type("1 / 0\n")
        terminal.until("ZeroDivisionError")
        terminal.type("exit()\n")
        assert terminal.end() == 0


def test_through_a_pipe_every_line_is_json(environ: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "doctor"],
        cwd=tmp_path,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["name"] for one in printed if one.get("event") == "tenant"} == {"acme", "demo"}
    warnings = [one["about"] for one in printed if one.get("level") not in (None, "ok")]
    assert warnings == ["mail", "backups"], "there is neither a mail server nor a store"
    assert done.stderr == ""


def test_work_is_done_when_nobody_reads_what_it_says(
    environ: dict[str, str], tmp_path: Path, folder: Path
) -> None:
    command = " ".join([*COMMAND, "tenants", "create", "globex", "|", "head", "-1"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=tmp_path,
        env=environment(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert json.loads(done.stdout) == {"event": "step", "step": "reserve", "state": "begun"}
    assert "Error" not in done.stderr
    assert (folder / "tenants" / "tenant_globex.sqlite").exists()
