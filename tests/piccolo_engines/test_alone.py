"""``piccolo_engines`` and its tests stand alone: they run from a copy in which nothing else is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT, environment

COPIED = ("piccolo_engines", "tests/piccolo_engines", "tests/support")
SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts =
    --strict-markers --import-mode=importlib -p no:cacheprovider
    -p no:anyio -p no:faker -p no:schemathesis
pythonpath = .
filterwarnings = error
"""
ALONE = """
from pathlib import Path
import pytest
import piccolo_engines

def test_nothing_else_is_there():
    assert Path(piccolo_engines.__file__).parents[1] == Path(__file__).parents[1]
    with pytest.raises(ModuleNotFoundError, match="central"):
        import central
"""


def copy_to(folder: Path) -> None:
    """The engines, their tests, and what these use."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)  # with what was compiled: it has the times of the sources
    for name in ("tests/__init__.py", "tests/conftest.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "tests" / "test_nothing_else.py").write_text(ALONE)


def test_all_tests_are_collected_from_a_copy_and_those_without_a_server_pass(tmp_path: Path) -> None:
    copy_to(tmp_path)
    kept = "nothing_else or test_identifiers or test_routed or (test_leases and sqlite)"
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.without_the_rest", "-q", "-k", kept, "tests"],
        cwd=tmp_path,
        env=environment({"PYTHONPATH": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed, deselected = map(int, re.findall(r"(\d+) (?:passed|deselected)", done.stdout))
    assert passed > 20
    assert deselected > 800


def test_type_checkers_learn_that_the_package_is_typed() -> None:
    assert (ROOT / "piccolo_engines" / "py.typed").is_file()
