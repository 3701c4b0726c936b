"""tools/trace reports every request that it names."""

import subprocess
import sys
from pathlib import Path

TRACE = Path(__file__).parents[2] / "tools" / "trace"


def test_the_trace_reports_each_request_with_its_files_and_calls() -> None:
    run = subprocess.run(
        [sys.executable, TRACE, "--files"], check=False, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    totals = [line.rsplit(maxsplit=3) for line in run.stdout.splitlines()[1:] if line[0] != " "]
    assert [total[0] for total in totals] == ["read", "list", "create", "PATCH", "POST /setup/tenants"]
    assert all(0 < int(files) <= int(changes) <= int(calls) for _, files, changes, calls in totals)
    assert " piccolo_engines/sqlite/" in run.stdout
