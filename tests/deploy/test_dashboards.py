"""The dashboards for Grafana: what tools/dashboards writes, with valid queries about metrics that exist."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.server.client_connections import ClientConnections
from api.server.concurrency import LongRequests
from api.server.metrics import RequestCounts, Times, attestation_lines, backup_lines, exposition, job_lines
from central.attestation.service import AttestationSummary
from central.backups.ages import BackupAges
from central.connections.rules import BudgetUse
from central.jobs.service import JobCounts
from central.settings.settings import Settings
from central.tenancy.engines import EngineStats
from piccolo_engines.columns import utc_now
from piccolo_engines.histogram import Histogram
from tests.support.processes import ROOT

FOLDER = ROOT / "deploy" / "grafana"
FILES = sorted(FOLDER.glob("*.json"))


def queries(path: Path) -> list[str]:
    found: dict[str, Any] = json.loads(path.read_text())
    return [target["expr"] for panel in found["panels"] for target in panel["targets"]]


def families() -> dict[str, str]:
    """What /metrics has, with its kind."""
    settings = Settings.from_env({"FREEHOLD_LOCAL": "1", "ENCRYPTION_KEY": "0" * 64})
    use, times = BudgetUse(1, 1, 1, 1, 1, 1, 1), Times(Histogram(), Histogram(), {"sqlite": Histogram()})
    text = exposition(
        RequestCounts(),
        EngineStats(1, 1, 1, 1, 1, 1),
        {"db:3306": use},
        ClientConnections(settings),
        LongRequests(settings),
        times=times,
        connections={},
    )
    text += job_lines(JobCounts({}, 0.0)) + backup_lines(BackupAges({}, 0, 0))
    text += attestation_lines(AttestationSummary(utc_now(), 1, {}))
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))


def test_the_files_are_those_of_the_tool() -> None:
    command = [sys.executable, str(ROOT / "tools" / "dashboards"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert len(FILES) == 3


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_query_is_about_a_metric_that_exists(path: Path) -> None:
    known = families()
    for query in queries(path):
        for name in re.findall(r"freehold_\w+", query):
            family = re.sub(r"_(bucket|count|sum)$", "", name)
            kind = known.get(name) or (known.get(family) if known.get(family) == "histogram" else None)
            assert kind is not None, f"{name} does not exist"
            is_rate = f"rate({name}" in query
            assert is_rate == (kind != "gauge"), f"{name} is a {kind}"


def test_each_query_is_valid(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("NOT TESTED WITH PROMETHEUS: install prometheus")
    exprs = [query.replace("$__rate_interval", "5m") for path in FILES for query in queries(path)]
    rules = [{"record": f"query:{number}", "expr": expr} for number, expr in enumerate(exprs)]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    command = [promtool, "check", "rules", "rules.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(exprs) > 30
