"""The rules for Prometheus: with its own tool, and against the metrics that there are."""

import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.support.processes import ROOT

FOLDER = ROOT / "deploy/prometheus"
RULES: dict[str, Any] = yaml.safe_load((FOLDER / "alerts.yml").read_text())
SOURCES = [path.read_text() for path in (ROOT / "api/server").glob("*.py")]


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have promtool")
        pytest.skip("NOT TESTED WITH PROMETHEUS: install prometheus")
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_prometheus_accepts_the_files_and_the_alerts_fire(promtool: str, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [promtool, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_each_alert_is_about_metrics_that_exist_and_says_what_to_do(rule: dict[str, Any]) -> None:
    for name in re.findall(r"freehold_(\w+)", rule["expr"]):
        family = re.sub("_(bucket|count)$", "", name)
        assert any(re.search(rf'["_]{family}["{{ ]', text) for text in SOURCES), name
    assert rule["labels"]["severity"] in {"page", "warn"}
    assert rule["annotations"].keys() == {"summary", "description"}


def test_each_alert_with_a_test_exists() -> None:
    tests = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
    tested = {one["alertname"] for test in tests for one in test.get("alert_rule_test", ())}
    assert tested <= {rule["alert"] for rule in rules()}
    assert len(tested) >= 7
