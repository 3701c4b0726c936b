"""All benchmarks that have bounds, and one table: ``python -m benchmarks [--only NAME …]``.

Each benchmark runs in a process of its own, one after the other, with the arguments below. Run them on a
quiet machine with two cores or more. A benchmark that fails is reported, and the others go on.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.figures import COLLECTED_IN, collected, show_figures

__all__ = ["main"]

BENCHMARKS: Final[Mapping[str, Sequence[str]]] = {
    "peer": ("benchmarks.http", "--database", "mariadb", "--peer"),
    "sqlite": ("benchmarks.http", "--rounds", "3"),
    "provisioning": ("benchmarks.provisioning",),
    "pool": ("benchmarks.provisioning_pool",),
    "fleet": ("benchmarks.fleet",),
    "writes": ("benchmarks.writes", "--database", "mariadb", "--records", "100000"),
    "archives": ("benchmarks.archives", "--database", "mariadb", "--records", "100000"),
}


def run(names: Sequence[str], console: Console) -> int:
    """Run the benchmarks, print the table, and return how many failed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "figures.jsonl")
        kept.touch()
        for name in names:
            console.rule(name)
            environ = os.environ | {COLLECTED_IN: str(kept)}
            command = [sys.executable, "-m", *BENCHMARKS[name]]
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
    raise SystemExit(1 if run(parser.parse_args().only, Console()) else 0)


if __name__ == "__main__":
    main()
