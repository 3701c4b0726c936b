"""``freehold tenants copy, archive, restore`` and ``move`` on SQLite."""

from pathlib import Path

import pytest

from tests.api.cli.conftest import Run, Told


@pytest.fixture
def store(environ: dict[str, str], tmp_path: Path) -> Path:
    """The folder of the backups."""
    folder = tmp_path / "backups"
    environ["BACKUP_URL"] = f"file://{folder}"
    return folder


def test_a_copy_as_a_sandbox(told: Told) -> None:
    made = told("tenants", "copy", "acme", "trial", "--sandbox")
    assert (made["slug"], made["status"], made["admin"]["password"]) == ("trial", "active", None)
    shown = told("tenants", "show", "trial")
    assert (shown["sandbox"], shown["name"]) == (True, told("tenants", "show", "acme")["name"])


def test_archived_restored_and_switched_back(told: Told, call: Run, store: Path) -> None:
    before = told("tenants", "show", "acme")["dbName"]
    assert told("tenants", "archive", "acme")["status"] == "archived"
    back = told("tenants", "restore", "acme")
    assert (back["status"], back["dbName"] != before) == ("active", True)
    (backup,) = told("backups", "list", "acme")["data"]
    assert "Use --yes" in call("tenants", "restore", "acme", "--backup", backup["id"], status=2).stderr
    restored = told("tenants", "restore", "acme", "--backup", backup["id"], "--yes")
    assert restored["status"] == "active"
    assert restored["dbName"] not in (before, back["dbName"])
    text = call("tenants", "archive", "acme", "--text")
    assert "acme is archived" in text.stdout
    assert "mark archived" in text.stderr


def test_what_is_refused(call: Run) -> None:
    assert "Name either" in call("tenants", "move", "acme", status=2).stderr
    assert "on sqlite already" in call("tenants", "move", "acme", "--sqlite", status=1).stderr
    assert "set BACKUP_URL" in call("tenants", "archive", "acme", status=1).stderr
