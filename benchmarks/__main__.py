"""All benchmarks that have bounds, and one table: ``python -m benchmarks [--only NAME …] [--small]``.

Each benchmark runs in a process of its own, one after the other, with the arguments below. Run them on a
quiet machine with two cores or more. A benchmark that fails is reported, and the others go on. With
``--small`` everything runs with few tenants and records, to see that it works: the values mean little then.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console

from benchmarks.figures import COLLECTED_IN, collected, show_figures

__all__ = ["BENCHMARKS", "Benchmark", "main"]


class Benchmark(NamedTuple):
    """A benchmark's module with its arguments.

    :ivar small: the arguments that follow with ``--small``, and replace earlier ones.
    """

    command: str
    small: str = ""

    def arguments(self, *, is_small: bool) -> Sequence[str]:
        """Return what follows ``python -m``."""
        return [*self.command.split(), *(self.small.split() if is_small else ())]


_FEW: Final = "--tenants 3"

BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "peer": Benchmark(
        "benchmarks.http --database mariadb --peer --indexed",
        "--records 100 --seconds 0.3 --rounds 1 --connections 2 --warm-up 20",
    ),
    "sqlite": Benchmark(
        "benchmarks.http --rounds 3", "--records 100 --seconds 0.3 --rounds 1 --connections 2 --warm-up 20"
    ),
    "writes": Benchmark("benchmarks.writes --database mariadb --records 100000", "--records 200 --rounds 1"),
    "archives": Benchmark("benchmarks.archives --database mariadb --records 100000", "--records 200"),
    "backups": Benchmark("benchmarks.backups", f"{_FEW} --records 5"),
    "provisioning": Benchmark("benchmarks.provisioning", _FEW),
    "pool": Benchmark("benchmarks.provisioning_pool", _FEW),
    "pool-mariadb": Benchmark("benchmarks.provisioning_pool --database mariadb", _FEW),
    "cold": Benchmark("benchmarks.cold", _FEW),
    "cold-mariadb": Benchmark("benchmarks.cold --database mariadb", _FEW),
    "fleet": Benchmark("benchmarks.fleet", "--registered 20"),
    "migrations": Benchmark("benchmarks.migrations", _FEW),
    "migrations-mariadb": Benchmark("benchmarks.migrations --database mariadb --tenants 100", _FEW),
    "memory": Benchmark("benchmarks.memory", "--tenants 4"),
    "workspace": Benchmark("benchmarks.workspace", "--records 2000 --rounds 1 --rows 1000"),
}


def run(names: Sequence[str], console: Console, *, is_small: bool) -> int:
    """Run the benchmarks, print the table, and return how many failed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "figures.jsonl")
        kept.touch()
        for name in names:
            console.rule(name)
            environ = os.environ | {COLLECTED_IN: str(kept)}
            command = [sys.executable, "-m", *BENCHMARKS[name].arguments(is_small=is_small)]
            if subprocess.run(command, env=environ, check=False).returncode:
                failed.append(name)
        show_figures(console, collected(kept))
    if failed:
        console.print(f"failed: {', '.join(failed)}", style="bold red")
    return len(failed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=tuple(BENCHMARKS), default=tuple(BENCHMARKS))
    parser.add_argument("--small", action="store_true", help="few tenants and records, to see that it works")
    options = parser.parse_args()
    raise SystemExit(1 if run(options.only, Console(), is_small=options.small) else 0)


if __name__ == "__main__":
    main()
