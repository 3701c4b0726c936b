"""What ``make`` says and does before anything is installed."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

COMMAND = re.compile(r"  make [a-z-]+ +\S.*")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_help_lists_commands_and_headings_only() -> None:
    lines = [line for line in make("help").stdout.splitlines() if line]
    assert any("make run" in line for line in lines)
    assert [line for line in lines if not COMMAND.fullmatch(line)] == ["Use", "Develop"]


def test_a_program_that_is_no_python_is_refused_with_the_reason(tmp_path: Path) -> None:
    for program in ("/usr/bin/false", "/usr/bin/true", "/nowhere/python"):
        done = make(f"VENV={tmp_path / 'venv'}", f"PYTHON={program}", f"{tmp_path / 'venv'}/python")
        assert done.returncode != 0
        assert f"needs Python 3.11 to 3.15 with venv, which {program} is not" in done.stderr
        assert not (tmp_path / "venv").exists()


def test_a_port_on_the_command_line_is_handed_to_setup_which_keeps_it() -> None:
    assert "freehold setup --port '9000'" in make("--dry-run", "run", "PORT=9000").stdout
    assert re.search(r"freehold setup *$", make("--dry-run", "run").stdout, re.MULTILINE)
