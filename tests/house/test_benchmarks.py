"""``make bench`` runs what its table lists."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]


def test_each_benchmark_is_a_module_and_described() -> None:
    described = (ROOT / "benchmarks" / "README.md").read_text()
    for name, benchmark in BENCHMARKS.items():
        module, *_ = benchmark.arguments(is_small=True)
        assert find_spec(module) is not None
        assert f"`{name}`" in described
        assert f"`{module.removeprefix('benchmarks.')}`" in described


def test_the_smallest_one_prints_the_table_with_bounds() -> None:
    command = [sys.executable, "-m", "benchmarks", "--small", "--only", "cold"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert "a cold tenant's first request" in " ".join(done.stdout.replace("│", " ").split())
    assert "≤ 5.5" in done.stdout


@pytest.mark.parametrize(
    ("figure", "bound", "is_met"),
    [
        (Figure("x", 1.2, at_least=1.3), "≥ 1.3", False),
        (Figure("x", 1.3, at_least=1.3), "≥ 1.3", True),
        (Figure("x", 51, at_most=50), "≤ 50", False),
        (Figure("x", 7), "", True),
    ],
)
def test_a_figure_is_compared_with_its_bounds(figure: Figure, bound: str, is_met: bool) -> None:
    assert (figure.bound, figure.is_met) == (bound, is_met)
