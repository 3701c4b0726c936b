"""The README's tour is pasted line by line into a shell, against a server started as the README says."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import free_port, freehold, serving
from tests.support.readme import README, Stop, differences, tour

MARK = "---the next block---"


def paste(stops: list[Stop], operator_token: str, port: int) -> list[str]:
    """What each block printed, all pasted into one shell."""
    blocks = [f"OPERATOR_TOKEN={operator_token}", *(stop.command for stop in stops)]
    script = f"\necho '{MARK}'\n".join(blocks).replace(":8000", f":{port}")
    done = subprocess.run(
        ["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(f"{MARK}\n")[1:]


@pytest.mark.skipif(
    not shutil.which("curl") and "CI" not in os.environ,
    reason="the tour is told in curl, which is not installed",
)
def test_the_tour_goes_as_the_readme_tells_it(tmp_path: Path) -> None:
    port = free_port()
    environ = {"PORT": str(port), "DATA_DIR": str(tmp_path / "var")}
    printed = freehold(["setup"], folder=tmp_path, environ=environ)
    token = re.search(r"fho_[\w-]+", printed)
    assert token, f"setup printed no operator token: {printed}"
    stops = tour(README.read_text())
    with serving(folder=tmp_path, port=port, environ=environ):
        printed_blocks = paste(stops, token.group(), port)
    wrong = {
        stop.command: found
        for stop, answer in zip(stops, printed_blocks, strict=True)
        if stop.promised is not None and (found := differences(stop.promised, json.loads(answer)))
    }
    assert not wrong


def test_what_the_tour_promises_is_compared_in_earnest() -> None:
    assert differences({"a": "…", "b": [1]}, {"a": 5, "b": [1], "c": 2}) == []
    assert differences({"a": "…"}, {"a": None}) == ["answer.a is empty"]
    assert differences({"a": 1}, {}) == ["answer.a is missing"]
    assert differences({"a": [1, 2]}, {"a": [1]}) == ["answer.a is [1], not [1, 2]"]
    assert len([stop for stop in tour(README.read_text()) if stop.promised]) >= 8
